"""The numbers of the tokens that are no text, and batches of sequences of different lengths (§7.1)."""

import numpy as np

PAD, START, END, UNKNOWN = range(4)
SPECIAL = ("<pad>", "<start>", "<end>", "<unknown>")


def padded(sequences, length=None):
    """Sequences of different lengths as one array, filled up with ``PAD`` at the end.

    Args:
        sequences: lists of token numbers.
        length: of all rows; None for the length of the longest sequence, at least 1.

    Returns:
        int32, shape (batch, seq).

    Raises:
        ValueError: a sequence is longer than ``length``.
    """
    longest = max((len(s) for s in sequences), default=0)
    length = max(longest, 1) if length is None else length
    if longest > length:
        raise ValueError(f"A sequence has {longest} tokens, more than length={length}. Cut it first.")
    rows = np.full((len(sequences), length), PAD, "int32")
    for row, sequence in zip(rows, sequences, strict=True):
        row[: len(sequence)] = sequence
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
        ValueError: the text is too short for one window.
    """
    ids = np.asarray(ids, "int32")
    number = (len(ids) - 1) // length
    if number < 1:
        raise ValueError(
            f"A text of {len(ids)} tokens is too short for windows of {length} and a target each."
        )
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
        ValueError: the text is too short for one window.
    """
    ids = np.asarray(ids, "int32")
    if len(ids) <= length:
        raise ValueError(
            f"A text of {len(ids)} tokens is too short for windows of {length} and a target each."
        )
    places = rng.integers(len(ids) - length, size=(number, 1)) + np.arange(length + 1)
    return ids[places[:, :-1]], ids[places[:, 1:]]
