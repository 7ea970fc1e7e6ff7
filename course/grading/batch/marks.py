"""Marks by hand: points that the instructor gives instead of the grader's, for an exercise or one of its parts.

A mark of a part replaces the points of this part on every backend; then the policy and a penalty for lateness apply. A
mark of an exercise replaces its final score. Marks are stored in the gradebook beside the results, so that they survive
a rerun, a later attempt and a changed check. A mark that no longer fits does not apply, and the audit says why.
"""

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from course.errors import CourseError
from course.grading.batch.scores import GRADED, MARKED
from course.grading.batch.submission import Note
from course.words import several

NOT_APPLIED = "not applied"  # the kind of a note about a mark that changes nothing


@dataclass(frozen=True)
class Mark:
    """A mark by hand. `part` is empty for the whole exercise; `points` is a text, or None if the mark was removed."""

    student: str
    exercise: str
    part: str
    points: str | None
    reason: str
    who: str
    when: str


def read_points(text, most, what):
    """Return the points of `--points` as a text.

    Raises:
        CourseError: The text is not a number, or there are fewer points.
    """
    if not re.fullmatch(r"\d{1,6}(\.\d{1,2})?", text, re.ASCII):
        raise CourseError(
            f"--points {text}: it is a number from 0 to {most} with at most two digits after the point."
        )
    if Fraction(text) > most:
        raise CourseError(f"--points {text}: {what} has only {several(most, 'point')}.")
    return text


def current(marks):
    """Return (student, exercise) → {part: mark} of the marks that hold; `marks` is in the order of time."""
    found = {}
    for mark in marks:
        own = found.setdefault((mark.student, mark.exercise), {})
        own.pop(mark.part, None)
        if mark.points is not None:
            own[mark.part] = mark
    return found


def apply(grade, marks, policy):
    """Return a grade with its marks, and a list of sentences about marks that do not apply."""
    fitting, troubles = {}, []
    for part, mark in marks.items():
        most = _points(grade, part)
        if most is None:
            troubles.append(f"the mark for the part {part!r} does not apply: no graded file has this part")
        elif Fraction(mark.points) > most:
            troubles.append(f"the mark of {_said(mark.points)} does not apply: there are only {most} now")
        else:
            fitting[part] = mark
    if not fitting:
        return grade, troubles
    if "" in fitting:
        score = Fraction(fitting[""].points)
    else:
        earned = [
            sum(
                Fraction(fitting[p["name"]].points) if p["name"] in fitting else p["earned"]
                for p in report["parts"]
            )
            for report in grade.reports.values()
        ]
        score = policy.combine(earned) * policy.factor(grade.late)
    texts = [grade.text] if grade.text and grade.state == GRADED else []
    for part, mark in sorted(fitting.items()):
        where = f"{part}: " if part else ""
        texts.append(f"{where}marked by hand ({mark.reason}; {mark.who}, {mark.when})")
    state = GRADED if grade.state == GRADED else MARKED
    marks = tuple(mark for _, mark in sorted(fitting.items()))
    return replace(grade, state=state, score=score, text=". ".join(texts), marks=marks), troubles


def mark_notes(marks):
    """Return a note for each mark that was ever given or removed."""
    notes = []
    for m in marks:
        where = f" for the part {m.part!r}" if m.part else ""
        what = "the mark was removed" if m.points is None else f"{_said(m.points)} by hand"
        text = f"{m.when} {m.who}: {what}{where}" + (f" because: {m.reason}" if m.reason else "")
        notes.append(Note(m.student, "", m.exercise, "marked", text))
    return notes


def lost_notes(marks, students, exercises):
    """Return a note for each mark of these exercises whose student is not in this run, maybe under another name."""
    text = "the mark does not apply: no student of this run has this name"
    return [
        Note(student, "", exercise, NOT_APPLIED, text)
        for (student, exercise), held in marks.items()
        if held and student not in students and exercise in exercises
    ]


def _points(grade, part):
    if not part:
        return grade.points
    if grade.state != GRADED:
        return None
    found = [p["points"] for report in grade.reports.values() for p in report["parts"] if p["name"] == part]
    return min(found) if found else None


def _said(points):
    """Return the text of points with its noun; "2.5" stays as it was typed."""
    return several(int(points) if points.isdecimal() else points, "point")
