"""Tokenizers: what is encoded can be decoded, and byte pairs are those of the package ``tokenizers``."""

import numpy as np
import pytest

import course.data
from units.u08_sequence.byte_pair_tokenizer import PIECE, BytePairTokenizer
from units.u08_sequence.character_tokenizer import CharacterTokenizer
from units.u08_sequence.tokens import END, PAD, START, UNKNOWN, padded, windows
from units.u08_sequence.word_tokenizer import WordTokenizer

pytestmark = pytest.mark.backend_independent
HARD = "  Ça va?\n\n\t naïve   日本語! l'image_2 🙂 don't"


def corpus():
    return (
        "\n".join(course.data.load("translation", n=300).y_train)
        + "\n"
        + course.data.load("verses", n=200).text()
    )


def test_characters():
    t = CharacterTokenizer("to be\n")
    assert t.vocabulary == sorted("to be\n")
    assert t.decode(t.encode("boot")) == "boot"
    with pytest.raises(ValueError, match="character 'x' is not in the vocabulary"):
        t.encode("ox")


def test_words():
    t = WordTokenizer(["b a, b", "l'image b a"], size=7)
    assert t.vocabulary[4:] == ["b", "a", ","]  # by frequency, then by the alphabet
    assert t.encode("a b l'", ends=True) == [START, 5, 4, UNKNOWN, END]
    whole = WordTokenizer(["l'image aujourd'hui, oui!"])
    assert (
        whole.decode([START, *whole.encode("l'image aujourd'hui, oui!"), END, 4, PAD])
        == "l'image aujourd'hui, oui!"
    )
    with pytest.raises(ValueError, match="at least 4"):
        WordTokenizer(["a"], size=3)


def test_byte_pairs_by_hand():
    # pairs: (l, o) 3, (o, w) 3; the smaller numbers first: l is 108, o is 111
    t = BytePairTokenizer("low low low", 258)
    assert t.merges == [(ord("l"), ord("o")), (256, ord("w"))]
    assert t.encode("lowlo") == [257, 256]
    # after one merge no pair occurs twice, for "ab" and " ab" are different pieces: training ends early
    assert len(BytePairTokenizer("ab ab", 400)) == 257
    assert BytePairTokenizer("", 300).encode("é") == list("é".encode())
    with pytest.raises(ValueError, match="at least 256"):
        BytePairTokenizer("a", 255)


def test_overlapping_pairs_are_merged_from_the_left():
    t = BytePairTokenizer("aaaa aaaa", 257)
    assert t.merges == [(97, 97)]
    assert t.encode("aaaaa") == [256, 256, 97]


@pytest.mark.parametrize("text", ["", " ", HARD, "\r\n\v", "a" * 50])
def test_every_text_comes_back(text):
    assert "".join(PIECE.findall(text)) == text
    whole = BytePairTokenizer(corpus(), 600)
    for t in (whole, whole.shortened(300), whole.shortened(256)):
        assert t.decode(t.encode(text)) == text


def test_fewer_merges_are_the_first_ones():
    small, large = BytePairTokenizer(corpus(), 300), BytePairTokenizer(corpus(), 400).shortened(300)
    assert (small.merges, small.vocabulary) == (large.merges, large.vocabulary)
    assert small.encode(HARD) == large.encode(HARD)


@pytest.mark.parametrize("size", [300, 520])
def test_merges_and_tokens_are_those_of_the_package_tokenizers(size):
    from tokenizers import Tokenizer, models, trainers

    def shown(piece):  # each byte as one character, in the order of the bytes
        return "".join(chr(256 + b) for b in piece.encode())

    text = corpus()
    t = BytePairTokenizer(text, size)
    assert len(t) == size
    theirs = Tokenizer(models.BPE())
    alphabet = [chr(256 + b) for b in range(256)]
    trainer = trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=alphabet, show_progress=False, min_frequency=2, special_tokens=[]
    )
    theirs.train_from_iterator(map(shown, PIECE.findall(text)), trainer)
    vocabulary = {"".join(chr(256 + b) for b in token): i for i, token in enumerate(t.vocabulary)}
    assert theirs.get_vocab() == vocabulary
    for sentence in (text[:2000], HARD):
        expected = [i for piece in PIECE.findall(sentence) for i in theirs.encode(shown(piece)).ids]
        assert t.encode(sentence) == expected


def test_padding_and_windows():
    np.testing.assert_array_equal(padded([[5, 6], [], [7]]), [[5, 6], [PAD, PAD], [7, PAD]])
    assert padded([[]]).shape == (1, 1)
    assert padded([], 3).shape == (0, 3)
    with pytest.raises(ValueError, match="3 tokens, more than length=2"):
        padded([[1, 2, 3]], 2)
    x, y = windows(range(10), 3)
    np.testing.assert_array_equal(x, [[0, 1, 2], [3, 4, 5], [6, 7, 8]])
    np.testing.assert_array_equal(y, x + 1)
    with pytest.raises(ValueError, match="3 tokens is too short"):
        windows([1, 2, 3], 3)
