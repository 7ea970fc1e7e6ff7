"""Checks a gradebook that comes from another machine before its results are used: nothing in it is trusted."""

import json
import sqlite3
from decimal import Decimal, InvalidOperation

from course.errors import CourseError
from course.grading.batch.gradebook import RESULT

_MEND = "take the gradebook of this shard again, or grade the shard again"


class Unsound(Exception):
    """A gradebook cannot be used; the message is the reason."""


def check(gradebook):
    """Check an open `Gradebook`.

    Raises:
        CourseError: Its file is damaged, or something in it cannot be the result of grading.
    """
    try:
        (state,) = gradebook.rows("PRAGMA quick_check(1)")
        if state != ("ok",):
            raise Unsound(str(state[0]).splitlines()[-1])
        for row in gradebook.rows(f"SELECT {', '.join(RESULT)} FROM results"):
            _check_result(dict(zip(RESULT, row, strict=True)))
        for mark in gradebook.marks():
            _check_mark(mark)
    except (Unsound, sqlite3.Error) as error:
        raise CourseError(f"{gradebook.path} is damaged ({error}): {_MEND}.") from None


def read_about(gradebook, make):
    """Return what `make` makes of the description and the seed that a gradebook stores, as `(about, seed)`.

    Raises:
        CourseError: There is none, or it cannot be read.
    """
    about, seed = gradebook.stored("about"), gradebook.stored("seed")
    if about is None or seed is None:
        raise CourseError(
            f"{gradebook.path} does not say how it was graded: grade this shard again with this version of the course."
        )
    try:
        return make(**json.loads(about)), int(seed)
    except (ValueError, TypeError, AttributeError, RecursionError, CourseError) as error:
        raise CourseError(f"{gradebook.path} is damaged ({error}): {_MEND}.") from None


def _check_result(row):
    where = f"the result of {row['exercise']}"
    try:
        report = json.loads(row["report"])
        parts = [(part["name"], part["points"], part["earned"]) for part in report["parts"]]
        told = report["earned"], report["points"]
    except (ValueError, TypeError, LookupError, RecursionError):
        raise Unsound(f"{where} cannot be read") from None
    numbers = [row["earned"], row["points"], *told, *(number for part in parts for number in part[1:])]
    if not all(type(number) is int and number >= 0 for number in numbers):
        raise Unsound(f"{where} has points that are no numbers")
    sums = sum(part[2] for part in parts), sum(part[1] for part in parts)
    if not (row["earned"], row["points"]) == told == sums or any(part[2] > part[1] for part in parts):
        raise Unsound(f"the points of {where} contradict each other")


def _check_mark(mark):
    try:
        sound = mark.points is None or Decimal(mark.points) >= 0
    except (InvalidOperation, TypeError, ValueError):
        sound = False
    if not sound:
        raise Unsound(f"the mark of {mark.student} for {mark.exercise} has no points")
