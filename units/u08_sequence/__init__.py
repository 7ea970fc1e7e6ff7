"""Unit 8: sequence models (§7)."""

from units.u08_sequence.beam_search import Hypothesis, beam_search
from units.u08_sequence.bleu import bleu
from units.u08_sequence.byte_pair_tokenizer import BytePairTokenizer
from units.u08_sequence.character_tokenizer import CharacterTokenizer
from units.u08_sequence.gradient_by_lag import gradient_by_lag
from units.u08_sequence.gru_cell import GRUCell
from units.u08_sequence.lstm_cell import LSTMCell
from units.u08_sequence.ngram_model import NGramModel
from units.u08_sequence.rnn_cell import RNNCell
from units.u08_sequence.samplers import greedy, sample, top_k, top_p
from units.u08_sequence.speculative_decoding import accept, expected_tokens, speculative_step
from units.u08_sequence.tokens import END, PAD, START, UNKNOWN, padded, windows
from units.u08_sequence.word_tokenizer import WordTokenizer

__all__ = [
    "END",
    "PAD",
    "START",
    "UNKNOWN",
    "BytePairTokenizer",
    "CharacterTokenizer",
    "GRUCell",
    "Hypothesis",
    "LSTMCell",
    "NGramModel",
    "RNNCell",
    "WordTokenizer",
    "accept",
    "beam_search",
    "bleu",
    "expected_tokens",
    "gradient_by_lag",
    "greedy",
    "padded",
    "sample",
    "speculative_step",
    "top_k",
    "top_p",
    "windows",
]
