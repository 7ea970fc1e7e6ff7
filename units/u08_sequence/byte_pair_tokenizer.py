"""Byte-pair encoding: the pair of tokens that occurs most often becomes a new token, again and again (§7.1)."""

import itertools
import re
from collections import Counter, defaultdict

from units.u08_sequence.tokens import token_numbers

# words with the space before them, marks with the space before them, or white space: every text is a chain of these
PIECE = re.compile(r" ?\w+| ?[^\w\s]+|\s+")


class BytePairTokenizer:
    """A vocabulary of the 256 bytes and of merged pairs; it encodes every text, whatever its language.

    Training counts the pieces of the text (words with the space before them) and repeats: the pair (a, b) of
    neighbouring tokens with the largest count becomes a new token everywhere. Of equally frequent pairs the one with
    the smallest numbers is taken. Pairs never cross the border of a piece.

    Encoding splits a piece into bytes and then merges, among all neighbours, the pair that was learned first, until no
    pair is left that was learned.

    Args:
        text: the text to learn from.
        size: of the vocabulary, at least 256. Training stops earlier if no pair occurs twice.

    Attributes:
        merges: the pairs in the order in which they were learned; merge k makes token 256 + k.
        vocabulary: the bytes of every token.

    Example:
        >>> t = BytePairTokenizer("low lower lowest", 259)
        >>> [t.vocabulary[i] for i in t.encode("low")]
        [b'low']

    References: Sennrich, Haddow, Birch, "Neural machine translation of rare words with subword units" (2016).
    """

    def __init__(self, text, size):
        if size < 256:
            raise ValueError(f"size must be at least 256, the number of bytes, not {size}.")
        self.vocabulary = [bytes([b]) for b in range(256)]
        self.merges = []
        self._learn(text, size)
        self._prepare()

    def _prepare(self):
        self._rank = {pair: rank for rank, pair in enumerate(self.merges)}
        self._known = {}  # pieces that were encoded before

    def __len__(self):
        return len(self.vocabulary)

    def shortened(self, size):
        """The tokenizer as it was when its vocabulary had this size: the first merges of it."""
        earlier = BytePairTokenizer("", 256)
        earlier.merges, earlier.vocabulary = (
            self.merges[: max(0, size - 256)],
            self.vocabulary[: max(256, size)],
        )
        earlier._prepare()
        return earlier

    def _learn(self, text, size):
        pieces = Counter(PIECE.findall(text))
        words = [list(piece.encode()) for piece in pieces]
        frequency = list(pieces.values())
        counts, places = Counter(), defaultdict(set)  # of every pair: how often, and in which words
        for k, word in enumerate(words):
            for pair in itertools.pairwise(word):
                counts[pair] += frequency[k]
                places[pair].add(k)
        while len(self.vocabulary) < size and counts:
            pair = min(counts, key=lambda p: (-counts[p], p))
            if counts[pair] < 2:
                break
            token = len(self.vocabulary)
            self.merges.append(pair)
            self.vocabulary.append(self.vocabulary[pair[0]] + self.vocabulary[pair[1]])
            for k in places.pop(pair):  # only these words change, so only their pairs are counted again
                for old in zip(words[k], words[k][1:], strict=False):
                    counts[old] -= frequency[k]
                words[k] = _merged(words[k], pair, token)
                for new in zip(words[k], words[k][1:], strict=False):
                    counts[new] += frequency[k]
                    places[new].add(k)
            counts = +counts  # without the pairs that are left nowhere

    def encode(self, text):
        """The list of token numbers of a text."""
        ids = []
        for piece in PIECE.findall(text):
            if piece not in self._known:
                self._known[piece] = self._encode_piece(list(piece.encode()))
            ids += self._known[piece]
        return ids

    def _encode_piece(self, word):
        while len(word) > 1:
            pair = min(itertools.pairwise(word), key=lambda p: self._rank.get(p, len(self.merges)))
            if pair not in self._rank:
                break
            word = _merged(word, pair, 256 + self._rank[pair])
        return word

    def decode(self, ids):
        """The text of token numbers; bytes that are no whole character become U+FFFD.

        Raises:
            ValueError: a number is no token.
        """
        ids = token_numbers(ids, len(self))
        return b"".join(self.vocabulary[i] for i in ids).decode("utf-8", errors="replace")


def _merged(word, pair, token):
    """The word with every occurrence of the pair, from left to right, replaced by the token."""
    found, i = [], 0
    while i < len(word):
        if tuple(word[i : i + 2]) == pair:
            found.append(token)
            i += 2
        else:
            found.append(word[i])
            i += 1
    return found
