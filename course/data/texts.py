"""What a text set holds, as Python strings: one long text, sentences, pairs of sentences, or reviews with a label.

A text file is kept as the array of its bytes, so that its hash is that of the file. A generated set has arrays of
strings. The field ``content`` of a card says how to read them:

| content | bytes of a file | arrays of strings | view |
| --- | --- | --- | --- |
| ``characters`` | the text | the lines | ``d.text()`` |
| ``sentences`` | one sentence a line | the sentences | ``d.texts()`` |
| ``pairs`` | a line: two sentences with a tab between them | ``x`` and ``y`` | ``d.pairs()`` |
| ``reviews`` | a line: JSON with ``text`` and ``label`` | | ``d.texts()``, ``d.labels()`` |
"""

import gzip
import io
import json
import zlib

import numpy as np

CONTENTS = ("characters", "sentences", "pairs", "reviews")


def lines(array):
    """Return the lines of a text as a list of strings."""
    if array.dtype.kind == "U":
        return array.tolist()
    return array.tobytes().decode("utf-8").removesuffix("\n").split("\n")


def text(array):
    """Return the whole text as one string."""
    return "\n".join(lines(array)) if array.dtype.kind == "U" else array.tobytes().decode("utf-8")


def pairs(first, second=None):
    """Return the pairs of sentences as a list of tuples: of a file's lines, or of two arrays of strings."""
    if second is not None:
        return list(zip(first.tolist(), second.tolist(), strict=True))
    return [tuple(line.split("\t")) for line in lines(first)]


def reviews(array):
    """Return the texts and the labels, int64 (batch,), of reviews."""
    records = [json.loads(line) for line in lines(array)]
    return [each["text"] for each in records], np.array([each["label"] for each in records], "int64")


def raw_array(content, file, spec):
    """Return the array of a text file's bytes, unpacked where the file's name ends in ``.gz``.

    No more bytes are unpacked than the card's array has, and one more that shows that there are too many.

    Args:
        content: the bytes of the file.
        file: its name.
        spec: the array's entry in the card.

    Raises:
        ValueError: the file is no whole gzip file, or has another number of bytes than the card says.
    """
    if file.endswith(".gz"):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
                content = stream.read(spec.bytes + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f"{file} is no whole gzip file ({error})") from error
    if len(content) != spec.bytes:
        more = " or more" if len(content) > spec.bytes else ""
        raise ValueError(f"{file} has {len(content)} bytes{more} of text, the card says {spec.bytes}")
    return np.frombuffer(content, "uint8").copy()  # of its own, as one may change it
