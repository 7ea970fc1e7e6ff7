"""Checks solutions and mistakes with many seeds: a class gets a seed that was drawn for it.

``course certify`` uses one seed. With another one a mistake may lose no point, or a right answer may lose some.

    python -m tests.security.many_seeds u08 --seeds 5       # the exercises of a unit; without a name all of them
"""

import argparse
import sys

import keras

from course import catalog as catalogs
from course.grading.authoring.certify import faults
from course.grading.sandbox.workers import Workers


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
                print(f"{exercise.name}: {sentence}", flush=True)
    print(f"{len(chosen)} exercises with {given.seeds} seeds on {keras.config.backend()}: {found} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
