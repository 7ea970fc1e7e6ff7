"""Writes the grades as CSV for spreadsheets and as JSON for programs."""

import csv
import io
import json

from course.grading.batch.scores import GRADED


def grades_csv(book):
    """Return one line for each student: the points of every exercise and the total. A missing score stays empty."""
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
    return _csv(rows)


def audit_csv(book):
    """Return one line for each note of the audit."""
    rows = [["student", "submission", "exercise", "kind", "text"]]
    return _csv(rows + [[n.student, n.entry, n.exercise, n.kind, n.text] for n in book.notes])


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


def _csv(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([[_cell(cell) for cell in row] for row in rows])
    return out.getvalue()


def _cell(text):
    """Return the text of a cell; a quote in front stops a spreadsheet from reading a name as a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
