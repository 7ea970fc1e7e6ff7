"""Unit 8: sequence models (§7)."""

from units.u08_sequence.accounting import Account
from units.u08_sequence.attention import AdditiveAttention, attend, dot_product_attention
from units.u08_sequence.backpropagation_through_time import (
    Gradients,
    backpropagation_through_time,
    hidden_states,
)
from units.u08_sequence.beam_search import Hypothesis, beam_search
from units.u08_sequence.bleu import bleu
from units.u08_sequence.byte_pair_tokenizer import BytePairTokenizer
from units.u08_sequence.character_models import Trained, train_on_windows, trained
from units.u08_sequence.character_tokenizer import CharacterTokenizer, character_parts
from units.u08_sequence.decoder_block import DecoderBlock
from units.u08_sequence.encoder_block import EncoderBlock
from units.u08_sequence.encoder_decoder import EncoderDecoder
from units.u08_sequence.feed_forward import FeedForward
from units.u08_sequence.gated_feed_forward import GatedFeedForward, relu_squared, same_cost
from units.u08_sequence.gpt import GPT
from units.u08_sequence.gradient_by_lag import gradient_by_lag, linear_gradient_by_lag
from units.u08_sequence.grouped_query_attention import GroupedQueryAttention
from units.u08_sequence.gru_cell import GRUCell
from units.u08_sequence.induction_heads import (
    AttentionOnlyModel,
    head_scores,
    induction_accuracy,
    next_tokens,
    repeated_pieces,
)
from units.u08_sequence.key_value_cache import cached_mask, empty_cache, stored
from units.u08_sequence.language_model import LanguageModel
from units.u08_sequence.linear_recurrence import combine, linear_recurrence, linear_recurrence_by_loop
from units.u08_sequence.lstm_cell import LSTMCell
from units.u08_sequence.lstm_translator import LSTMTranslator
from units.u08_sequence.masked_language_model import MaskedLanguageModel, corrupted
from units.u08_sequence.masks import causal_mask, padding_mask
from units.u08_sequence.modern_block import ModernBlock, ModernGPT
from units.u08_sequence.multi_head_attention import MultiHeadAttention
from units.u08_sequence.naive_bayes_ngrams import NaiveBayesNGrams, log_count_ratio
from units.u08_sequence.ngram_model import NGramModel
from units.u08_sequence.online_softmax import online_attention
from units.u08_sequence.pair_embedding import PairEmbedding
from units.u08_sequence.positions import frequencies, rotate, sinusoidal_positions
from units.u08_sequence.pretraining import pretraining_optimizer
from units.u08_sequence.recurrent_cell import RecurrentCell
from units.u08_sequence.recurrent_language_model import RecurrentLanguageModel, write
from units.u08_sequence.rms_norm import RMSNorm
from units.u08_sequence.rnn_cell import RNNCell
from units.u08_sequence.samplers import greedy, sample, top_k, top_p
from units.u08_sequence.sentence_classifier import (
    LSTMClassifier,
    SentenceClassifier,
    TransformerClassifier,
    mean_over_tokens,
)
from units.u08_sequence.skip_gram import SkipGram, kept_share, nearest, noise_distribution, skip_pairs
from units.u08_sequence.speculative_decoding import accept, expected_tokens, speculative_step
from units.u08_sequence.subword_tokenizer import SubwordTokenizer
from units.u08_sequence.text_encoder import EncoderClassifier, TextEncoder
from units.u08_sequence.token_model import TokenModel, token_cross_entropy
from units.u08_sequence.tokens import END, PAD, START, UNKNOWN, padded, random_windows, windows
from units.u08_sequence.transformer_translator import TransformerTranslator
from units.u08_sequence.translate import (
    beam_translations,
    greedy_translations,
    split_by_source,
    token_pairs,
)
from units.u08_sequence.unroll import unroll
from units.u08_sequence.word_tokenizer import WordTokenizer

__all__ = [
    "END",
    "GPT",
    "PAD",
    "START",
    "UNKNOWN",
    "Account",
    "AdditiveAttention",
    "AttentionOnlyModel",
    "BytePairTokenizer",
    "CharacterTokenizer",
    "DecoderBlock",
    "EncoderBlock",
    "EncoderClassifier",
    "EncoderDecoder",
    "FeedForward",
    "GRUCell",
    "GatedFeedForward",
    "Gradients",
    "GroupedQueryAttention",
    "Hypothesis",
    "LSTMCell",
    "LSTMClassifier",
    "LSTMTranslator",
    "LanguageModel",
    "MaskedLanguageModel",
    "ModernBlock",
    "ModernGPT",
    "MultiHeadAttention",
    "NGramModel",
    "NaiveBayesNGrams",
    "PairEmbedding",
    "RMSNorm",
    "RNNCell",
    "RecurrentCell",
    "RecurrentLanguageModel",
    "SentenceClassifier",
    "SkipGram",
    "SubwordTokenizer",
    "TextEncoder",
    "TokenModel",
    "Trained",
    "TransformerClassifier",
    "TransformerTranslator",
    "WordTokenizer",
    "accept",
    "attend",
    "backpropagation_through_time",
    "beam_search",
    "beam_translations",
    "bleu",
    "cached_mask",
    "causal_mask",
    "character_parts",
    "combine",
    "corrupted",
    "dot_product_attention",
    "empty_cache",
    "expected_tokens",
    "frequencies",
    "gradient_by_lag",
    "greedy",
    "greedy_translations",
    "head_scores",
    "hidden_states",
    "induction_accuracy",
    "kept_share",
    "linear_gradient_by_lag",
    "linear_recurrence",
    "linear_recurrence_by_loop",
    "log_count_ratio",
    "mean_over_tokens",
    "nearest",
    "next_tokens",
    "noise_distribution",
    "online_attention",
    "padded",
    "padding_mask",
    "pretraining_optimizer",
    "random_windows",
    "relu_squared",
    "repeated_pieces",
    "rotate",
    "same_cost",
    "sample",
    "sinusoidal_positions",
    "skip_pairs",
    "speculative_step",
    "split_by_source",
    "stored",
    "token_cross_entropy",
    "token_pairs",
    "top_k",
    "top_p",
    "train_on_windows",
    "trained",
    "unroll",
    "windows",
    "write",
]
