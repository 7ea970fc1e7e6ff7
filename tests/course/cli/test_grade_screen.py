"""What `course grade` shows at the end: every submission is accounted for, and what matters comes first."""

import io
from fractions import Fraction
from types import SimpleNamespace

import pytest
from rich.console import Console

from course.cli import grade_screen
from course.grading.batch.submission import Note

pytestmark = pytest.mark.backend_independent


def shown(notes, submissions=4, graded=3):
    """The text for a class of two, one of whom handed in nothing."""
    students = [
        SimpleNamespace(judged=True, total=Fraction(8), points=8, entries=["anna.zip"]),
        SimpleNamespace(judged=True, total=Fraction(0), points=8, entries=[]),
    ]
    settings = SimpleNamespace(backends=("jax",), deadline=None)
    book = SimpleNamespace(students=students, notes=notes, settings=settings, judged=True)
    batch = SimpleNamespace(submissions=[None] * submissions, seconds=60.0)
    console = Console(file=io.StringIO(), width=300)
    tasks = [SimpleNamespace(jobs=[None] * 5)]
    grade_screen.show(console, book, batch, tasks, graded, "grades/index.html")
    return console.file.getvalue()


def test_equal_files_do_not_hide_what_matters():
    notes = [
        Note("anna", "anna.zip", f"u02/ex{n:02}", "identical", "is the same file as that of cem")
        for n in range(40)
    ]
    notes += [
        Note("", "", "", "time", "2 of 4 submissions: …"),
        Note("eve", "eve.zip", "", "unknown", "is not on the roster"),
    ]
    lines = [line.strip() for line in shown(notes).splitlines()]
    first = lines.index("time  2 of 4 submissions: …")
    assert lines[first + 1] == "unknown  eve.zip: is not on the roster"
    assert lines[first + 2] == "identical  anna.zip u02/ex00: is the same file as that of cem"
    assert "… and 30 more in audit.csv" in lines


def test_submissions_that_were_not_graded_are_counted():
    assert (
        "3 submissions with 5 files graded in 60 s, 3.0 submissions a minute. 1 other submission needed no"
        in shown([])
    )
    assert "needed no grading" not in shown([], submissions=3)
    assert "2 students, 1 of them without a submission, mean 50 percent of the points." in shown([])
