"""A tokenizer whose tokens are words and punctuation marks (§7.1)."""

import re
from collections import Counter

from units.u08_sequence.tokens import END, PAD, SPECIAL, START, UNKNOWN, token_numbers

# a word with the apostrophe that ends it, as in l'image → l' image; or one mark
WORD = re.compile(r"\w+'?|[^\w\s]")


class WordTokenizer:
    """The most frequent words of some texts; all others share the token ``<unknown>``.

    The numbers 0 to 3 are padding, start, end and unknown; words follow in the order of their frequency, and words that
    are equally frequent in alphabetical order.

    Args:
        texts: the sentences that are counted.
        size: the most tokens that the vocabulary may have, the four special ones included; None for all.

    Attributes:
        vocabulary: the words by their numbers.

    Raises:
        ValueError: texts is one string, or size has no room for the four special tokens.
    """

    def __init__(self, texts, size=None):
        if isinstance(texts, str):
            raise ValueError("texts is a list of sentences, not one string: write [text].")
        if size is not None and size < len(SPECIAL):
            raise ValueError(f"size must be at least {len(SPECIAL)}, for the special tokens, not {size}.")
        counts = Counter(word for text in texts for word in WORD.findall(text))
        words = sorted(counts, key=lambda word: (-counts[word], word))
        self.vocabulary = [*SPECIAL, *words][:size]
        self._ids = {word: i for i, word in enumerate(self.vocabulary)}

    def __len__(self):
        return len(self.vocabulary)

    def encode(self, text, ends=False):
        """The list of token numbers of a text, between ``START`` and ``END`` if ``ends`` is true."""
        ids = [self._ids.get(word, UNKNOWN) for word in WORD.findall(text)]
        return [START, *ids, END] if ends else ids

    def decode(self, ids):
        """The text of token numbers up to ``END``; start and padding are left out.

        There is one space between two words, none after an apostrophe, and none before a mark such as a comma.
        """
        text = ""
        for i in token_numbers(ids, len(self)):
            if i == END:
                break
            if i not in (PAD, START):
                word = self.vocabulary[i]
                close = not text or text.endswith("'") or (len(word) == 1 and word in ".,;:!?")
                text += word if close else " " + word
        return text
