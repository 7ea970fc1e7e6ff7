"""The numbers of the tokens that are no text, and batches of sequences of different lengths (§7.1)."""

import numpy as np

from course.validation import array

PAD, START, END, UNKNOWN = range(4)
SPECIAL = ("<pad>", "<start>", "<end>", "<unknown>")


def token_numbers(ids, vocabulary=None, name="ids"):
    """Token numbers of a text as an int32 array of shape (steps,).

    Args:
        ids: integers, a list or an array.
        vocabulary: number of tokens, if it is known.
        name: for the message.

    Raises:
        ValueError: they are no integers in one row, or one is negative or not below ``vocabulary``.
    """
    ids = np.asarray(ids)
    if ids.ndim != 1 or (ids.dtype.kind not in "iu" and ids.size):
        raise ValueError(f"{name} are integers of shape (steps,), not {ids.dtype} of shape {ids.shape}.")
    if ids.size and (ids.min() < 0 or (vocabulary is not None and ids.max() >= vocabulary)):
        limit = "0 on" if vocabulary is None else f"0 to {vocabulary - 1}"
        raise ValueError(f"{name} are numbers of tokens, from {limit}, not {ids.min()} to {ids.max()}.")
    return ids.astype("int32")


def require_tokens(ids, vocabulary, name="tokens"):
    """Raise a ValueError if an array of any shape holds something else than the numbers 0, …, V − 1 of tokens.

    A layer ``Embedding`` has one vector for each of them. Given another number it raises an error of the backend on
    TensorFlow and PyTorch, and computes NaN on JAX. So models look at arrays with this function before they begin.

    Args:
        ids: numbers; whole numbers may have any dtype.
        vocabulary: number of tokens V.
        name: for the message.
    """
    ids = array(ids)
    if ids.dtype.kind not in "iufb":
        raise ValueError(f"{name} are numbers of tokens, not values of the type {ids.dtype}.")
    wrong = ids[~((ids >= 0) & (ids < vocabulary) & (ids == np.floor(ids)))]
    if wrong.size:
        raise ValueError(
            f"{name} holds {wrong.flat[0]:g}, but the model's vocabulary has {vocabulary} tokens with the numbers 0 to "
            f"{vocabulary - 1}. Encode the text with the tokenizer whose size the model was given."
        )


def padded(sequences, length=None):
    """Sequences of different lengths as one array, filled up with ``PAD`` at the end.

    Args:
        sequences: lists of token numbers.
        length: of all rows; None for the length of the longest sequence, at least 1.

    Returns:
        int32, shape (batch, seq).

    Raises:
        ValueError: a sequence is longer than ``length``, or holds something else than token numbers.
    """
    longest = max((len(s) for s in sequences), default=0)
    length = max(longest, 1) if length is None else length
    if longest > length:
        raise ValueError(f"A sequence has {longest} tokens, more than length={length}. Cut it first.")
    rows = np.full((len(sequences), length), PAD, "int32")
    for row, sequence in zip(rows, sequences, strict=True):
        row[: len(sequence)] = token_numbers(sequence, name="A sequence's tokens")
    return rows


def windows(ids, length):
    """A long text as training pairs: inputs, and as targets the same tokens one place later.

    Args:
        ids: token numbers of the text, shape (steps,).
        length: of a window.

    Returns:
        Two int32 arrays of shape (batch, seq) with seq = length. Windows do not overlap; a rest at the end of the text
        that does not fill a window is left out.

    Raises:
        ValueError: ids are no token numbers, length is less than 1, or the text is too short for one window.
    """
    ids = _long_text(ids, length)
    number = (len(ids) - 1) // length
    whole = number * length
    return ids[:whole].reshape(number, length), ids[1 : whole + 1].reshape(number, length)


def random_windows(ids, length, number, rng):
    """Training pairs that begin anywhere in a long text; they overlap, and no two epochs would be the same.

    Args:
        ids: token numbers of the text, shape (steps,).
        length: of a window.
        number: of windows.
        rng: a NumPy generator.

    Returns:
        Inputs and targets as in ``windows``, int32 of shape (number, length).

    Raises:
        ValueError: ids are no token numbers, length is less than 1, or the text is too short for one window.
    """
    ids = _long_text(ids, length)
    places = rng.integers(len(ids) - length, size=(number, 1)) + np.arange(length + 1)
    return ids[places[:, :-1]], ids[places[:, 1:]]


def _long_text(ids, length):
    """Token numbers of a text with room for one window and its targets, as an array."""
    ids = token_numbers(ids)
    if length < 1:
        raise ValueError(f"length must be at least 1, not {length}.")
    if len(ids) <= length:
        raise ValueError(
            f"A text of {len(ids)} tokens is too short for windows of {length} and a target each."
        )
    return ids
