"""Computes grades from results: which attempt counts for which exercise, and how many points it gets."""

from dataclasses import dataclass, field
from fractions import Fraction

from course.grading.batch.differential import Verdict, compare

GRADED, MISSING, REFUSED, LATE = "graded", "missing", "refused", "too late"
UNJUDGED, MARKED = "not judged", "marked"


@dataclass(frozen=True)
class Grade:
    """One exercise of one student.

    Attributes:
        state: "graded"; "missing"; "refused" (a file that cannot be graded); "too late"; "not judged" (the grader
            itself failed, so there is no score); "marked" (not graded, but marked by hand).
        score: A Fraction, or None if the state is "not judged".
        entry: The name of the submission that counts.
        path: The path of the file in this submission.
        late: True if the submission came after the deadline.
        text: A sentence for every state except "graded".
        reports: Backend → report as a dict.
        keys: Backend → address of the report.
        verdict: The `Verdict` if there are several backends.
        marks: The marks by hand that apply (`marks.py`).
    """

    exercise: object = field(repr=False)
    state: str
    score: Fraction | None
    entry: str = ""
    path: str = ""
    late: bool = False
    text: str = ""
    reports: dict = field(default_factory=dict, repr=False)
    keys: dict = field(default_factory=dict, repr=False)
    verdict: Verdict | None = None
    marks: tuple = ()

    @property
    def points(self):
        """The points that can be earned."""
        return self.exercise.points

    @property
    def mistakes(self):
        """The sentences of the known mistakes that were recognized, each once."""
        found = [part["mistake"] for report in self.reports.values() for part in report["parts"]]
        return list(dict.fromkeys(text for text in found if text))


@dataclass
class Student:
    """All grades of one student, in the order of the course."""

    id: str
    name: str = ""
    entries: list = field(default_factory=list)  # names of submissions, in the order of time
    received: dict = field(default_factory=dict)  # name of a submission → (time, source of the time)
    grades: list = field(default_factory=list)
    notes: list = field(default_factory=list)

    @property
    def judged(self):
        """False if some exercise has no score yet."""
        return all(grade.score is not None for grade in self.grades)

    @property
    def total(self):
        """The sum of all scores."""
        return sum((grade.score for grade in self.grades if grade.score is not None), Fraction(0))

    @property
    def points(self):
        """The points that can be earned."""
        return sum(grade.points for grade in self.grades)


def grade_student(student, attempts, exercises, policy, late, find):
    """Fill `student.grades`.

    Args:
        student: A `Student`.
        attempts: The student's submissions in the order of time.
        exercises: The exercises that count.
        policy: A `Policy`.
        late: Function of a submission that tells whether it is late.
        find: Function (submission, exercise) → (reports by backend, keys by backend, sentence about trouble).
    """
    if policy.attempts == "last":
        counting = [a for a in attempts if policy.factor(late(a)) is not None] or attempts
        attempts = counting[-1:]
    for exercise in exercises:
        grades = [_grade(a, exercise, policy, late(a), find) for a in attempts]
        student.grades.append(_best(grades) if grades else _missing(exercise))


def _grade(attempt, exercise, policy, late, find):
    """Return the grade from one attempt alone."""
    common = {"exercise": exercise, "entry": attempt.entry, "late": late}
    if attempt.whole:
        return Grade(state=REFUSED, score=Fraction(0), text=f"{attempt.entry}: {attempt.whole}", **common)
    if exercise.name in attempt.refused:
        return Grade(state=REFUSED, score=Fraction(0), text=attempt.refused[exercise.name], **common)
    if exercise.name not in attempt.files:
        return _missing(exercise)
    common["path"] = attempt.files[exercise.name].path
    factor = policy.factor(late)
    if factor is None:
        message = "came after the deadline and does not count"
        return Grade(state=LATE, score=Fraction(0), text=message, **common)
    reports, keys, trouble = find(attempt, exercise)
    common |= {"reports": reports, "keys": keys}
    if trouble:
        return Grade(state=UNJUDGED, score=None, text=trouble, **common)
    score = policy.combine([report["earned"] for report in reports.values()]) * factor
    message = f"late: {policy.percent} percent taken off" if factor < 1 else ""
    verdict = compare(reports) if len(reports) > 1 else None
    return Grade(state=GRADED, score=score, text=message, verdict=verdict, **common)


def _missing(exercise):
    return Grade(exercise, MISSING, Fraction(0), text="was not handed in")


def _best(grades):
    """Return the best grade, and the later of equal ones; a grade without score counts only if none has all points."""
    judged = [g for g in grades if g.score is not None]
    full = [g for g in judged if g.score == g.points]
    if len(judged) < len(grades) and not full:
        return next(g for g in reversed(grades) if g.score is None)
    rank = {GRADED: 3, REFUSED: 2, LATE: 1, MISSING: 0}
    return max(reversed(judged), key=lambda g: (g.score, rank[g.state]))
