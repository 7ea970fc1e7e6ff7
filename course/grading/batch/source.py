"""Normalizes the bytes of a submitted file: byte order marks, line ends and encodings."""

import codecs
import io
import tokenize

from course.grading.batch.contents import Refused

_WIDE = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def normalize(data):
    """Return the bytes in UTF-8 with plain line ends, and a list of notes about the changes.

    Raises:
        Refused: Python cannot read the text; the message names the line.
    """
    notes = []
    if data[:2] in _WIDE:
        try:
            data = data.decode("utf-16").encode()
        except UnicodeError:
            raise Refused("it begins like UTF-16 but is not UTF-16: save it as UTF-8") from None
        notes.append("was saved as UTF-16 and read as UTF-8")
    if data.startswith(codecs.BOM_UTF8):
        data = data.removeprefix(codecs.BOM_UTF8)
        notes.append("began with a byte order mark, which was removed")
    if b"\0" in data:
        raise Refused("it contains zero bytes, so it is not Python text: is it the right file?")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        notes.append("had Windows or old Mac line ends, which were replaced")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        _check_declared(data, data.count(b"\n", 0, error.start) + 1)
    return data, notes


def _check_declared(data, line):
    """Accept a text in another encoding if its first lines declare the encoding, as Python does."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        data.decode(encoding)
    except (SyntaxError, ValueError, LookupError):
        raise Refused(f"line {line} is not UTF-8: save the file as UTF-8") from None
