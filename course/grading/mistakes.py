"""Recognizes a known mistake: the candidate gives the same answers as one of the wrong variants of the exercise.

After a failure the wrong variants run through the same part with the same inputs. A mistake is named if its variant
fails too and all its answers, up to the one that failed, equal those of the candidate. Most variants differ in their
first answer, and then the rest of the part is not needed.
"""

import functools

import numpy as np

from course.grading.authoring.derived import wrong_or_complaints
from course.grading.candidate import Handle
from course.grading.errors import GraderError
from course.grading.report import ERROR, FAILED, PASSED, TROUBLE


def name_mistakes(exercise, parts, results, transcripts, workers, seed, run_part):
    """Write the sentence of the matching wrong variant into the `mistake` of each failed part."""
    failed = [
        i
        for i, result in enumerate(results)
        if result.status in (FAILED, ERROR) and any(_is_evidence(reply) for reply in transcripts[i])
    ]
    if not failed:
        return
    matching = {i: [] for i in failed}
    # mistakes that cannot be applied to the solution are skipped here; `course certify` and `course grade` report them
    wrong = {} if exercise.recorded else wrong_or_complaints(exercise)[0]
    for name, file in wrong.items():
        session = workers.session(exercise.id, file.read_bytes(), exercise.arrays, trusted=True)
        try:
            for i in failed:
                session.new_transcript = functools.partial(_Compared, transcripts[i])
                result, transcript = run_part(parts[i], session, seed)
                if result.status not in (PASSED, TROUBLE) and len(transcript) == len(transcripts[i]):
                    matching[i].append(name)
        finally:
            session.close()
    in_all_parts = {name for name in wrong if all(name in names for names in matching.values())}
    for i, names in matching.items():
        best = [name for name in names if name in in_all_parts] or names
        results[i].mistake = " or ".join(exercise.mistakes[name] for name in best[:2])


class _Differs(GraderError):
    """The variant does not give the answers of the candidate."""


class _Compared(list):
    """The transcript of a variant; it ends the part at the first answer that differs from the candidate's."""

    def __init__(self, wanted):
        super().__init__()
        self._wanted = wanted

    def append(self, reply):
        if len(self) == len(self._wanted) or not _same(reply, self._wanted[len(self)]):
            raise _Differs("the answers differ")
        super().append(reply)


def _is_evidence(reply):
    return reply.error is not None or not isinstance(reply.value, Handle)


def _same(a, b):
    return a.asked == b.asked and a.error == b.error and _equal(a.value, b.value)


def _equal(a, b):
    """Compare two answers within a tolerance for float32."""
    if isinstance(a, Handle) or isinstance(b, Handle):
        return isinstance(a, Handle) and isinstance(b, Handle)
    if isinstance(a, (list, tuple)):
        same = isinstance(b, (list, tuple)) and len(a) == len(b)
        return same and all(_equal(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in a)
    if a is None or isinstance(a, str) or b is None or isinstance(b, (str, list, tuple, dict)):
        return type(a) is type(b) and a == b
    a, b = np.asarray(a), np.asarray(b)
    if "O" in (a.dtype.kind, b.dtype.kind):  # an integer of more than 64 bits
        return a.shape == b.shape and bool(np.all(a == b))
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-4, atol=1e-6, equal_nan=True))
