"""Measures how many submissions are graded in a minute: 60 honest ones, and the same with 10% hostile ones.

    python -m tests.course.grading.batch.bench                          # unit 2, 60 submissions, one job a processor
    python -m tests.course.grading.batch.bench u01 --students 20 --jobs 2 --backend torch

An honest submission is the solution, for every third exercise of every other student a wrong variant. The numbers
are those of `course grade`: the time from the first submission to the last, with the start of every process.
"""

import argparse
import os
import random
import tempfile
from pathlib import Path

from course import backend as backends
from course import catalog as catalogs
from course.cli import grade
from course.grading.batch.exports import write_exports
from course.grading.batch.grade import Batch, Settings
from course.grading.batch.gradebook import Gradebook
from course.grading.session import Limits

HOSTILE = Path(__file__).parent / "hostile"


def hand_in(folder, unit, students, hostile):
    """Write the submissions; every file is different, because equal files are graded once."""
    chance = random.Random(0)
    enemies = sorted(HOSTILE.glob("*.py"))
    for i in range(students):
        place = folder / f"student{i:03}" / unit.name
        place.mkdir(parents=True)
        for n, exercise in enumerate(unit.exercises):
            source = exercise.solution
            if hostile and i % 10 == 9 and n == 0:
                source = chance.choice(enemies)
            elif i % 2 and n % 3 == 2:
                source = chance.choice(list(exercise.wrong.values()))
            text = source.read_bytes() + f"\n# student {i}\n".encode()
            (place / f"{exercise.id}.py").write_bytes(text)


def measure(unit, catalog, settings, students, hostile):
    """Grade once and print a line."""
    with tempfile.TemporaryDirectory() as place:
        folder, out = Path(place) / "in", Path(place) / "out"
        hand_in(folder, unit, students, hostile)
        out.mkdir()
        batch = Batch(folder, catalog, settings, unit.exercises)
        with Gradebook(out / "gradebook.sqlite") as gradebook:
            files = sum(1 for _ in batch.run(gradebook))
            book = batch.book(gradebook)
        write_exports(book, out)
        full = sum(g.score == g.points for s in book.students for g in s.grades)
        open_ = sum(g.score is None for s in book.students for g in s.grades)
    print(
        f"{students} submissions of {unit.name}{', a tenth hostile' if hostile else ''}: {files} files in "
        f"{batch.seconds:.0f} s, {60 * students / batch.seconds:.1f} submissions a minute; "
        f"{full} files with all points, {open_} not judged.",
        flush=True,
    )


def main():
    """Run both measurements."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("unit", nargs="?", default="u02")
    reader.add_argument("--students", type=int, default=60)
    reader.add_argument("--jobs", type=int, default=os.cpu_count())
    reader.add_argument("--backend")
    reader.add_argument("--timeout", type=float, default=20.0)
    asked = reader.parse_args()
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
    for hostile in (False, True) if any(HOSTILE.glob("*.py")) else (False,):
        measure(catalog.find(asked.unit), catalog, settings, asked.students, hostile)


if __name__ == "__main__":
    main()
