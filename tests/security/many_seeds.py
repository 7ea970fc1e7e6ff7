"""Checks solutions and mistakes with many seeds: a class gets a seed that was drawn for it.

``course certify`` uses one seed. With another one a mistake may lose no point, or a right answer may lose some.

    python -m tests.security.many_seeds u08 --seeds 5       # the exercises of a unit; without a name all of them
"""

import argparse
import sys

import keras

from course import catalog as catalogs
from course.grading.authoring.derived import wrong
from course.grading.runner import check
from course.grading.sandbox.workers import Workers


def faults(exercise, workers, seeds):
    """Yield a sentence for each mistake that some seeds do not catch, and for a solution that loses points."""
    files = {"solution.py": exercise.solution, **wrong(exercise)}
    for name, file in files.items():
        reports = [check(exercise, file, workers, seed, trusted=True) for seed in seeds]
        complete = [seed for seed, report in zip(seeds, reports, strict=True) if report.complete]
        if name == "solution.py" and len(complete) < len(seeds):
            lost = sorted({part.name for report in reports for part in report.parts if not part.earned})
            yield f"{exercise.name}: the solution earns all points with {len(complete)} of {len(seeds)} seeds; {lost}"
        elif name != "solution.py" and complete:
            yield f"{exercise.name}: {name} loses no marks with the seeds {complete}"


def main():
    """Print the faults and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="units or exercises, such as u08 or u08/ex03")
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    catalog = catalogs.load()
    chosen = [
        e for e in catalog.exercises if not given.names or any(e.name.startswith(n) for n in given.names)
    ]
    found = 0
    with Workers(keras.config.backend()) as workers:
        for exercise in chosen:
            for sentence in faults(exercise, workers, range(1, given.seeds + 1)):
                found += 1
                print(sentence, flush=True)
    print(f"{len(chosen)} exercises with {given.seeds} seeds on {keras.config.backend()}: {found} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
