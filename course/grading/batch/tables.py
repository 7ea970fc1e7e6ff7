"""Writes the grades as CSV for spreadsheets and as JSON for programs."""

import json

from course.grading.batch.scores import GRADED
from course.grading.platforms.spreadsheet import write_table


def grades_csv(book):
    """Return bytes: a line for each student with the points of every exercise and the total; "" without a score."""
    names = [exercise.name for exercise in book.exercises]
    rows = [["student", "name", *names, "total", "points", "complete", "late"]]
    for student in book.students:
        scores = ["" if grade.score is None else number(grade.score) for grade in student.grades]
        late = sum(grade.late for grade in student.grades)
        complete = "yes" if student.judged else "no"
        rows.append(
            [
                student.id,
                student.name,
                *scores,
                number(student.total),
                str(student.points),
                complete,
                str(late),
            ]
        )
    return write_table(rows)


def audit_csv(book):
    """Return bytes: a line for each note of the audit."""
    rows = [["student", "submission", "exercise", "kind", "text"]]
    return write_table(rows + [[n.student, n.entry, n.exercise, n.kind, n.text] for n in book.notes])


def grades_json(book):
    """Return all data for programs of the instructor, including the seed, which is the secret of the class."""
    s = book.settings
    content = {
        "seed": s.seed,
        "backends": list(s.backends),
        "policy": str(s.policy),
        "deadline": s.deadline.isoformat() if s.deadline else None,
        "jailed": s.jailed,
        "environments": book.environments,
        "exercises": [{"name": e.name, "title": e.title, "points": e.points} for e in book.exercises],
        "students": [_student(student) for student in book.students],
        "audit": [vars(note) for note in book.notes],
    }
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def number(value):
    """Return a score as text: a whole number, or at most two digits after the point."""
    cents = int(value * 100 + (1 if value >= 0 else -1) * 0.5) if value.denominator != 1 else None
    if cents is None:
        return str(value.numerator)
    return f"{cents // 100}.{cents % 100:02d}".rstrip("0").rstrip(".")


def _student(student):
    return {
        "student": student.id,
        "name": student.name,
        "submissions": student.entries,
        "received": {entry: _received(*about) for entry, about in student.received.items()},
        "total": number(student.total),
        "points": student.points,
        "judged": student.judged,
        "exercises": {grade.exercise.name: _grade(grade) for grade in student.grades},
    }


def _received(when, by):
    return {"time": when.isoformat() if when else None, "by": by}


def _grade(grade):
    about = {
        "state": grade.state,
        "score": None if grade.score is None else number(grade.score),
        "points": grade.points,
        "late": grade.late,
        "submission": grade.entry,
        "file": grade.path,
        "text": grade.text,
        "results": grade.keys,
    }
    if grade.state == GRADED:
        about["reports"] = grade.reports
    if grade.marks:
        about["marks"] = [vars(mark) for mark in grade.marks]
    if grade.verdict is not None:
        v = grade.verdict
        about["backends"] = {"verdict": v.kind, "text": v.text, "wrong": v.wrong, "differs": dict(v.differs)}
    return about
