"""Grades a class in a separate process with a check that needs no Keras, for tests that kill the process.

python -m tests.course.grading.batch.killed_grader COURSE SUBMISSIONS OUT
"""

import sys
import time
import zlib
from pathlib import Path

from course import catalog as catalogs
from course.grading.batch import grading_queue
from course.grading.batch.exports import write_exports
from course.grading.batch.grade import Batch, Settings
from course.grading.batch.gradebook import Gradebook
from course.grading.report import FAILED, PASSED, PartResult, Report

TROUBLE = "trouble"


def judge(exercise, file, workers, seed):
    """Wait shortly, then return a report that depends only on the text of the file."""
    time.sleep(0.02)
    text = file.read_bytes().decode()
    if TROUBLE in text:
        raise OSError("the machine has no room left")
    earned = zlib.crc32(text.encode()) % (exercise.points + 1)
    good = earned == exercise.points
    part = PartResult(
        "all", exercise.points, earned, PASSED if good else FAILED, "" if good else "It is wrong."
    )
    part.mistake = "" if good else next(iter(exercise.mistakes.values()))
    flags = ["calls keras.layers.Dense"] if "Dense" in text else []
    report = Report(
        exercise.name, exercise.title, str(file), workers.backend, seed, [part], printed=f"<{text}>"
    )
    report.flags = flags
    return report


def grade(course, submissions, out, backends=("torch",), **settings):
    """Grade and export; return the book and the number of files that were graded in this run."""
    grading_queue.check = judge
    batch = Batch(submissions, catalogs.load(course), Settings(backends, jobs=3, **settings))
    out.mkdir(parents=True, exist_ok=True)
    with Gradebook(out / "gradebook.sqlite") as gradebook:
        new = sum(event.report is not None for event in batch.run(gradebook))
        book = batch.book(gradebook)
        write_exports(book, out)
    return book, new


if __name__ == "__main__":
    print("begins", flush=True)
    print("new", grade(*map(Path, sys.argv[1:4]))[1], flush=True)
