"""The public checks of one exercise: recorded with the solution, then tested on it, the stub and the mistakes."""

import io
import json
import re
import zipfile
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np

from course.errors import CourseError
from course.grading import recorded
from course.grading.report import NOT_DONE, PASSED
from course.grading.runner import read_parts, run_part
from course.release.record import Store, record_part

_WORDS = 3  # if a part has more statements in words than this, only its name is shown


@dataclass
class PublicChecks:
    """The recorded checks that the student edition gets instead of a `check.py`, and their points."""

    exercise: str
    content: dict
    arrays: list
    points: int  # the points of the public parts
    deferred: dict = field(default_factory=dict)  # part that only the instructor checks → the reason
    caught: dict = field(default_factory=dict)  # name of a mistake → whether it loses public points

    def write(self, folder):
        """Write `public.json` and `public.npz`; equal content gives equal bytes."""
        text = json.dumps(self.content, ensure_ascii=False, separators=(",", ":"))
        (folder / recorded.JSON).write_text(text + "\n", encoding="utf-8")
        with zipfile.ZipFile(folder / recorded.ARRAYS, "w", zipfile.ZIP_DEFLATED) as archive:
            for i, array in enumerate(self.arrays):
                data = io.BytesIO()
                np.lib.format.write_array(data, array, allow_pickle=False)
                entry = zipfile.ZipInfo(f"a{i}.npy", (2000, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, data.getvalue())


def public_checks(exercise, workers, cases):
    """Record the check of an exercise for the seeds 0 … `cases` − 1 and test the recording.

    Raises:
        CourseError: The solution does not get all public points, or the stub does not raise NotImplementedError.
    """
    store = Store()
    solution = _session(exercise, exercise.solution, workers)
    try:
        why = {}
        parts = [_record(part, solution, cases, store, why) for part in read_parts(exercise.check)]
        parts = [_replay_or_defer(entry, solution, store, why) for entry in parts]
    finally:
        solution.close()
    arrays = _used(parts, store.arrays)
    content = {"version": recorded.VERSION, "exercise": exercise.name, "parts": parts}
    made = PublicChecks(
        exercise.name,
        content,
        arrays,
        points=sum(entry["points"] for entry in parts if entry["public"]),
        deferred={entry["name"]: why[entry["name"]] for entry in parts if not entry["public"]},
    )
    _test(exercise, workers, made)
    return made


def _record(part, session, cases, store, why):
    recordings = [record_part(part, session, seed, store) for seed in range(cases)]
    found, words = [], {}
    for case, missing in recordings:
        if case["steps"] and case["steps"] not in [other["steps"] for other in found]:
            found.append(case)
        for text, reason in missing:
            why.setdefault(part.name, reason)
            words.setdefault(
                re.sub(r"[\d.]+", "", text), text
            )  # other seeds give the same text with other numbers
    if not found:
        why.setdefault(part.name, "it makes no statement about an answer")
    public = part.name not in why
    statements = [text for text in words.values() if text not in ("", part.name)]
    entry = {"name": part.name, "points": part.points, "hint": part.hint, "public": public}
    return entry | {"words": statements if len(statements) <= _WORDS else [], "cases": found}


def _replay_or_defer(entry, session, store, why):
    """Keep a recording only if the solution passes it."""
    result = _result(entry, session, store.arrays)
    if result.status in (PASSED, "instructor"):
        return entry
    why[entry["name"]] = f"the solution does not pass its own recording: {result.message}"
    return entry | {"public": False, "words": [], "cases": []}


def _test(exercise, workers, made):
    results = _run(exercise, exercise.solution, workers, made)
    if sum(result.earned for result in results) != made.points:
        raise CourseError(f"{exercise.name}: the solution does not get all public points; is it certified?")
    results = _run(exercise, exercise.stub, workers, made)
    if any(result.earned for result in results) or not all(
        result.status == NOT_DONE for result in results if result.points
    ):
        raise CourseError(f"{exercise.name}: the stub should raise NotImplementedError; is it certified?")
    for name, path in exercise.wrong.items():
        with closing(_results(exercise, path, workers, made)) as results:
            # The parts after the first one that fails do not run.
            made.caught[name] = any(result.status not in (PASSED, "instructor") for result in results)


def _run(exercise, path, workers, made):
    """Return the results of all parts."""
    return list(_results(exercise, path, workers, made))


def _results(exercise, path, workers, made):
    """Run part after part, each when its result is asked for."""
    session = _session(exercise, path, workers)
    try:
        for entry in made.content["parts"]:
            yield _result(entry, session, made.arrays)
    finally:
        session.close()


def _result(entry, session, arrays):
    return run_part(recorded.make_part(entry, arrays), session, 0)[0]


def _session(exercise, path, workers):
    return workers.session(exercise.id, path.read_bytes(), exercise.arrays, trusted=True)


def _used(parts, arrays):
    """Renumber the arrays in the order of their first use, and return the used ones."""
    order = {}

    def renumber(steps):
        for step in steps:
            if "arrays" in step:
                step["arrays"] = [order.setdefault(i, len(order)) for i in step["arrays"]]
            renumber(step.get("steps", ()))

    for entry in parts:
        for case in entry["cases"]:
            renumber(case["steps"])
    return [arrays[i] for i in order]
