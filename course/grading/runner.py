"""Runs the parts of a check against a candidate's file and returns a `Report`.

    with Workers("jax") as workers:
        report = check(exercise, Path("work/u02/ex01_softmax.py"), workers)

The parts run in the order of the file. Each part has its own random generator, which depends only on the seed and on
the name of the part. A part that fails costs only its own points; if the candidate's process has ended, the next part
gets a new process.
"""

import importlib.util
import itertools
import sys
import time
import zlib
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

import numpy as np

from course.catalog.forbidden import title
from course.grading import one_backend, recorded, shortcuts
from course.grading.authoring.derived import Derived
from course.grading.blame import find_blame
from course.grading.checks import Part
from course.grading.errors import CandidateError, GraderError
from course.grading.feedback import explain, keep_fitting_hints
from course.grading.mistakes import name_mistakes
from course.grading.report import PASSED, TROUBLE, PartResult, Report
from course.grading.smallest import collecting

SOURCE_BYTES = 1 << 20
_NUMBERS = itertools.count()


class Unsaved(NamedTuple):
    """A candidate's file that is on no disk: nothing of it can stay there when the grader is killed."""

    name: str
    data: bytes

    def read_bytes(self):
        """Return the bytes of the file."""
        return self.data

    def __str__(self):
        return self.name


def check(exercise, file, workers, seed=0, trusted=False):
    """Check a file.

    Args:
        exercise: An `Exercise` of the catalogue.
        file: Path of the candidate's file, a derived file of the exercise, or an `Unsaved` one.
        workers: A `Workers`; the check runs on its backend.
        seed: Seed of the inputs.
        trusted: True if the file belongs to the course: it may run in the shared warm process, and known mistakes
            are not searched for.

    Returns:
        The `Report`.

    Raises:
        GraderError: `check.py` cannot be read, or the file does not exist.
    """
    began = time.perf_counter()
    parts = read_parts(exercise.check)
    source = read_source(file)
    session = workers.session(exercise.id, source, exercise.arrays, trusted)
    session.forbidden = exercise.forbidden
    results, transcripts = [], []
    try:
        for part in parts:
            result, transcript = run_part(part, session, seed)
            results.append(result)
            transcripts.append(transcript)
    finally:
        session.close()
    if not trusted:
        find_blame(exercise, parts, results, session.missing, workers, seed, run_part)
        name_mistakes(exercise, parts, results, transcripts, workers, seed, run_part)
    keep_fitting_hints(results, transcripts)
    return Report(
        exercise=exercise.name,
        title=exercise.title,
        file=str(file),
        backend=workers.backend,
        seed=None if exercise.recorded else seed,
        parts=results,
        advisory=workers.advisory,
        printed=session.printed,
        flags=_flags(exercise, source, session),
        notes=[text for text in (one_backend.note(source),) if text],
        seconds=round(time.perf_counter() - began, 3),
    )


def run_part(part, session, seed):
    """Run one part and return its `PartResult` and the transcript of requests and answers."""
    began = time.perf_counter()
    result = PartResult(part.name, part.points, hint=part.hint, unchecked=part.unchecked)
    own_seed, begin = part_seed(part, seed)
    until = []  # the length of the transcript at the first failure; later entries are removed

    def note_length():
        until.append(len(session.transcript))

    try:
        session.begin(begin)
        with nullcontext() if session.trusted else collecting(note_length):
            part.function(session.candidate, np.random.default_rng(own_seed))
        result.earned, result.status = part.points, PASSED
    except CandidateError as error:
        explain(error, session.transcript, result)
    except Exception as error:
        explain(error, session.transcript, result)
        if result.status == TROUBLE:
            result.hint = ""
    result.seconds = round(time.perf_counter() - began, 3)
    return result, session.transcript[: until[0] if until else None]


def _flags(exercise, source, session):
    """Return sentences about forbidden shortcuts: those found in the source and those called at run time."""
    found = shortcuts.find(source, exercise.forbidden)
    read = {finding.forbidden for finding in found}
    hidden = [name for name in session.forbidden_calls if name not in read]
    if exercise.forbidden and shortcuts.is_too_long(source):
        found = [
            f"the file has {len(source) >> 10} KiB, so it was not read for forbidden shortcuts: look at it"
        ]
    return [*map(str, found), *(f"{title(name)} was called, a forbidden shortcut here" for name in hidden)]


def part_seed(part, seed):
    """Return two seeds: one for the generator of the part, and one for the candidate's process."""
    own_seed = [seed, zlib.crc32(part.name.encode())]
    return own_seed, int(np.random.SeedSequence(own_seed).generate_state(1)[0] >> 1)


def read_parts(path):
    """Execute a `check.py` and return its parts in the order of the file.

    The student edition has no `check.py`; there, the recorded parts in the same folder are returned.

    Raises:
        GraderError: The file cannot be executed, or it has no parts, or two parts have the same name.
    """
    if not path.exists() and (path.parent / recorded.JSON).exists():
        return recorded.read_parts(path.parent)
    name = (
        f"course_check_{path.parent.name}_{next(_NUMBERS)}"  # unique: several threads may read the same check
    )
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise GraderError(f"{path} cannot be used: {type(error).__name__}: {error}.") from error
    finally:
        sys.modules.pop(name, None)
    marked = [getattr(thing, "part", None) for thing in vars(module).values() if callable(thing)]
    parts = [part for part in marked if isinstance(part, Part)]
    names = [part.name for part in parts]
    if not parts or len(set(names)) < len(names):
        raise GraderError(f"{path} needs functions with @part(...), each with a different name.")
    return parts


def read_source(file):
    """Return the bytes of a candidate's file."""
    if isinstance(file, (Derived, Unsaved)):
        return file.read_bytes()
    try:
        with Path(file).open("rb") as stream:
            source = stream.read(SOURCE_BYTES + 1)
    except OSError as error:
        raise GraderError(f"{file} cannot be read: {error.strerror}.") from None
    if len(source) > SOURCE_BYTES:
        raise GraderError(f"{file} is larger than {SOURCE_BYTES >> 20} MiB: is it the right file?")
    return source
