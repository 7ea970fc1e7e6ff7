"""A tokenizer whose tokens are single characters (§7.1)."""

import numpy as np

from units.u08_sequence.tokens import token_numbers


class CharacterTokenizer:
    """The characters of a text, sorted and numbered from 0.

    Args:
        text: the text whose characters are the vocabulary.

    Attributes:
        vocabulary: the characters by their numbers.

    Example:
        >>> t = CharacterTokenizer("banana")
        >>> t.encode("nab")
        [2, 0, 1]
    """

    def __init__(self, text):
        self.vocabulary = sorted(set(text))
        self._ids = {character: i for i, character in enumerate(self.vocabulary)}

    def __len__(self):
        return len(self.vocabulary)

    def encode(self, text):
        """The list of token numbers of a text.

        Raises:
            ValueError: a character is not in the vocabulary.
        """
        try:
            return [self._ids[character] for character in text]
        except KeyError as error:
            raise ValueError(f"The character {error} is not in the vocabulary of this tokenizer.") from None

    def decode(self, ids):
        """The text of token numbers.

        Raises:
            ValueError: a number is no token.
        """
        ids = token_numbers(ids, len(self))
        return "".join(self.vocabulary[i] for i in ids)


def character_parts(text):
    """A text by characters, divided for training and for validation.

    Args:
        text: one string.

    Returns:
        The tokenizer, and the token numbers of the first nine tenths and of the last tenth, int32 arrays.
    """
    tokenizer = CharacterTokenizer(text)
    ids = np.array(tokenizer.encode(text), "int32")
    return tokenizer, *np.split(ids, [len(ids) * 9 // 10])
