"""Byte pairs for a translator: the same numbers for padding, start and end as in a vocabulary of words (§7.1)."""

from units.u08_sequence.byte_pair_tokenizer import BytePairTokenizer
from units.u08_sequence.tokens import END, SPECIAL, START, token_numbers


class SubwordTokenizer:
    """A byte-pair vocabulary after the four special tokens, with the methods of ``WordTokenizer``.

    token = 4 + byte-pair token

    No word is unknown: a rare one is cut into parts, at worst into bytes. Each text begins with one space, in training
    too, so that a word has the same token at the beginning as later.

    Args:
        texts: the sentences to learn from.
        size: of the vocabulary, the special tokens included; at least 260.

    Attributes:
        vocabulary: the texts of the tokens by their numbers; bytes that are no whole character are U+FFFD.

    Raises:
        ValueError: texts is one string, or the size is too small for the bytes and the special tokens.
    """

    def __init__(self, texts, size):
        if isinstance(texts, str):
            raise ValueError("texts is a list of sentences, not one string: write [text].")
        if size < 256 + len(SPECIAL):
            raise ValueError(
                f"size must be at least {256 + len(SPECIAL)}, bytes and special tokens, not {size}."
            )
        # without line breaks: the piece of white space "\n " would take the space of the next text's first word
        whole = "".join(_spaced(text) for text in texts if text.strip())
        self._pairs = BytePairTokenizer(whole, size - len(SPECIAL))
        parts = (part.decode("utf-8", errors="replace").strip() for part in self._pairs.vocabulary)
        self.vocabulary = [*SPECIAL, *parts]

    def __len__(self):
        return len(self.vocabulary)

    def encode(self, text, ends=False):
        """The list of token numbers of a text, between ``START`` and ``END`` if ``ends`` is true."""
        ids = [len(SPECIAL) + i for i in self._pairs.encode(_spaced(text))]
        return [START, *ids, END] if ends else ids

    def decode(self, ids):
        """The text of token numbers up to ``END``; special tokens are left out."""
        kept = []
        for i in token_numbers(ids, len(self)):
            if i == END:
                break
            if i >= len(SPECIAL):
                kept.append(int(i) - len(SPECIAL))
        return self._pairs.decode(kept).strip()


def _spaced(text):
    return f" {text.strip()}"
