"""The fingerprints of an answer: short pieces of its tokens, in which all names and texts are alike.

The package copydetect (MIT licence; winnowing as in MOSS) divides a text into tokens with Pygments. It replaces names
by one letter and leaves out comments and spaces, so that renaming and another layout change nothing. A fingerprint is
a sequence of K characters of the result; all of them are kept, so the result does not depend on chance.
"""

import io

import numpy as np

from course.errors import CourseError

K = 25  # characters of tokens, about two short statements
TEXT_BYTES = 100_000  # a longer text is no answer


class Prints:
    """The fingerprints of one text.

    Args:
        text: The source of the answer.
        without: A set of fingerprints that do not count, such as those of the stub.

    Attributes:
        text: The source, as its slices count it.
        own: The set of fingerprints that count.
    """

    def __init__(self, text, without=frozenset()):
        make = _package().CodeFingerprint
        self._print = make("answer.py", K, 1, language="python", fp=io.StringIO(text))
        self.text = text
        if len(self._print.offsets):  # the number of removed characters never falls
            self._print.offsets[:, 1] = np.maximum.accumulate(self._print.offsets[:, 1])
        self.own = set(map(int, self._print.hashes))
        self.leave_out(without)

    def leave_out(self, prints):
        """Remove fingerprints that do not count."""
        self.own -= set(prints)
        self._print.hash_idx = {h: places for h, places in self._print.hash_idx.items() if int(h) in self.own}
        self._print.hashes = set(self._print.hash_idx)

    def shared_slices(self, other):
        """Return two lists of slices, of this text and of the other one, that hold the shared fingerprints."""
        _, _, both = _package().compare_files(self._print, other._print)
        return [
            [slice(int(begin), int(end)) for begin, end in slices.T] if slices.ndim == 2 else []
            for slices in both
        ]


def decoded(data):
    """Return the text of an answer with plain line ends, or None if it is too long or no text."""
    if len(data) > TEXT_BYTES:
        return None
    try:
        return data.decode().expandtabs(4).strip("\n") + "\n"
    except UnicodeDecodeError:
        return data.decode("latin-1").expandtabs(4).strip("\n") + "\n"


def _package():
    try:
        import copydetect
    except ImportError:
        raise CourseError(
            'course similar needs the package copydetect: pip install -c constraints.txt -e ".[similarity]".'
        ) from None
    return copydetect
