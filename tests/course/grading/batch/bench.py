"""Measures how many submissions are graded in a minute: 60 honest ones, and the same with 10% hostile ones.

    python -m tests.course.grading.batch.bench                          # unit 2, 60 submissions, one job a processor
    python -m tests.course.grading.batch.bench u01 --students 20 --jobs 2 --backend torch

It ends with exit status 1 if a file gained a point or lost one.

    python -m tests.course.grading.batch.bench --profile --jobs 1       # and where the time goes
    python -m tests.course.grading.batch.bench --students 2000 --canned # results are invented: intake, gradebook, pages

An honest submission is the solution, for every third exercise of every other student a wrong variant. A hostile one
has a file of `tests/security/hostile` in place of its first exercise, with the names of this exercise, so that the
attack is really called. The numbers are those of `course grade`: the time from the first submission to the last, with
the start of every process.
"""

import argparse
import ast
import os
import random
import resource
import sys
import tempfile
import time
import zlib
from contextlib import nullcontext
from pathlib import Path

from course import backend as backends
from course import catalog as catalogs
from course.cli import grade
from course.grading.batch import grading_queue
from course.grading.batch.exports import write_exports
from course.grading.batch.grade import Batch, Settings
from course.grading.batch.gradebook import Gradebook
from course.grading.report import FAILED, PASSED, PartResult, Report
from course.grading.time_limits import Limits
from tests.course.grading.batch.profile import profiled, table

HOSTILE = sorted((Path(__file__).parents[3] / "security" / "hostile").glob("*.py"))


def hand_in(folder, unit, students, hostile):
    """Write the submissions; every file is different, because equal files are graded once.

    Returns:
        A dictionary: (student, exercise) → "all" points, "fewer" or "none", which the file has to get.
    """
    chance, wanted = random.Random(0), {}
    for i in range(students):
        place = folder / f"student{i:03}" / unit.name
        place.mkdir(parents=True)
        for n, exercise in enumerate(unit.exercises):
            source, student = exercise.solution, f"student{i:03}"
            wanted[student, exercise.name] = "all"
            if hostile and i % 10 == 9 and n == 0:
                text = attack(HOSTILE[i // 10 % len(HOSTILE)], exercise) + f"\n# student {i}\n"
                (place / f"{exercise.id}.py").write_text(text, encoding="utf-8")
                wanted[student, exercise.name] = "none"
                continue
            if i % 2 and n % 3 == 2:
                source = chance.choice(list(exercise.wrong.values()))
                wanted[student, exercise.name] = "fewer"
            text = source.read_bytes() + f"\n# student {i}\n".encode()
            (place / f"{exercise.id}.py").write_bytes(text)
    return wanted


def kind(grade):
    """Return "all", "fewer" or "none" for the points of a grade, or "not judged"."""
    if grade.score is None:
        return "not judged"
    return "all" if grade.score == grade.points else "fewer" if grade.score else "none"


def wrongly_graded(book, wanted):
    """Return a sentence for each file that gained or lost points; a wrong variant may have none."""
    found = {
        (student.id, grade.exercise.name): kind(grade)
        for student in book.students
        for grade in student.grades
    }
    return [
        f"{student} has {found[student, exercise]} of the points of {exercise}, and should have {should}"
        for (student, exercise), should in wanted.items()
        if found[student, exercise] != should and (found[student, exercise], should) != ("none", "fewer")
    ]


def attack(file, exercise):
    """Return a hostile file whose function is called in place of each function and class of an exercise."""
    tree = ast.parse(exercise.solution.read_text(encoding="utf-8"))
    names = [node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    calls = [f"{name} = lambda *a, **k: centre((*a, *k.values())[0])" for name in names if name[0] != "_"]
    return file.read_text(encoding="utf-8") + "\n\n" + "\n".join(calls)


def canned(exercise, file, workers, seed):
    """Return an invented report, which depends on the bytes of the file."""
    good = zlib.crc32(file.read_bytes()) % 4 > 0
    part = PartResult(
        "all", exercise.points, good * exercise.points, PASSED if good else FAILED, "" if good else "No."
    )
    return Report(exercise.name, exercise.title, str(file), workers.backend, seed, [part])


def measure(unit, catalog, settings, students, hostile, profile=False):
    """Grade once, print a line, and the time of each phase; return sentences about files that gained or lost points."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        folder, out = Path(place) / "in", Path(place) / "out"
        wanted = hand_in(folder, unit, students, hostile)
        out.mkdir()
        batch = Batch(folder, catalog, settings, unit.exercises)
        with Gradebook(out / "gradebook.sqlite") as gradebook:
            with profiled() if profile else nullcontext() as phases:
                files = sum(event.slow not in grading_queue.AGAIN for event in batch.run(gradebook))
            book = batch.book(gradebook)
        write_exports(book, out)
        hostile_points = sum(
            float(s.grades[0].score or 0) for s in book.students if hostile and int(s.id[7:]) % 10 == 9
        )
        full = sum(g.score == g.points for s in book.students for g in s.grades)
        open_ = sum(g.score is None for s in book.students for g in s.grades)
    print(
        f"{students} submissions of {unit.name}{', a tenth hostile' if hostile else ''}: {files} files in "
        f"{batch.seconds:.0f} s, {60 * students / batch.seconds:.1f} submissions a minute; "
        f"{full} files with all points, {open_} not judged{f', hostile files: {hostile_points:g} points' * hostile}; "
        f"{time.monotonic() - began:.0f} s with intake and pages, {memory():.0f} MiB of memory in the grader.",
        flush=True,
    )
    if profile:
        print(table(phases, files), flush=True)
    return wrongly_graded(book, wanted)


def memory():
    """Return the largest memory of this process so far in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    """Run both measurements."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("unit", nargs="?", default="u02")
    reader.add_argument("--students", type=int, default=60)
    reader.add_argument("--jobs", type=int, default=os.cpu_count())
    reader.add_argument("--backend")
    reader.add_argument("--timeout", type=float, default=20.0)
    reader.add_argument("--canned", action="store_true")
    reader.add_argument("--profile", action="store_true")
    asked = reader.parse_args()
    if asked.canned:
        grading_queue.check = canned
    catalog = catalogs.load()
    launcher, jailed, why = grade._launcher()
    settings = Settings(
        backends=(backends.choose(asked.backend).name,),
        jobs=asked.jobs,
        launcher=launcher,
        jailed=jailed,
        why=why,
        limits=Limits(part=asked.timeout, exercise=asked.timeout),
    )
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    print(
        f"{settings.backends[0]}, {asked.jobs} jobs, {'jailed' if jailed else 'no jail'}, load before: {load}"
    )
    wrong = []
    for hostile in (False,) if asked.canned else (False, True):
        wrong += measure(catalog.find(asked.unit), catalog, settings, asked.students, hostile, asked.profile)
    if not asked.canned:
        print("\n".join(wrong) or "No file gained a point, and none lost one.")
        sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
