"""Writes Gradescope's results.json: a student's score, and one test for each part of each exercise."""

import json

from course.grading.batch.attempts import rule
from course.grading.batch.disclosure import NONE, POINTS, parts_shown
from course.grading.batch.scores import GRADED
from course.grading.batch.tables import number
from course.grading.report import PASSED
from course.words import several


def results_json(book, student):
    """Return the text of a student's file; all outputs are plain text, because Gradescope escapes it."""
    level = book.settings.feedback
    tests = [test for grade in student.grades for test in _tests(grade, level)]
    output = [
        "" if student.judged else "Not everything could be judged yet; this score is not final.",
        rule(book.settings.policy, student.entries) if book.settings.policy.limit else "",
    ]
    content = {
        "score": float(number(student.total)),
        "output": " ".join(filter(None, output)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "hidden" if level == NONE else "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {"judged": student.judged, "policy": str(book.settings.policy)},
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _tests(grade, level):
    """Return one test with the score of the exercise, and one test without a score for every part."""
    name = f"{grade.exercise.name} {grade.exercise.title}"
    whole = {"name": name, "max_score": grade.points, "output": _says(grade, level)}
    if grade.score is not None:
        whole |= {
            "score": float(number(grade.score)),
            "status": "passed" if grade.score == grade.points else "failed",
        }
    tests = [whole]
    for backend, report in sorted(grade.reports.items()) if grade.state == GRADED else ():
        for part in parts_shown(report, level):
            good = part["status"] == PASSED
            lines = [part["message"], part["where"], part["mistake"] or part["hint"]]
            message = f"{part['earned']} of {several(part['points'], 'point')}"
            tests.append(
                {
                    "name": f"{grade.exercise.name} [{backend}] {part['name']}",
                    "status": "passed" if good else "failed",
                    "output": "\n".join([message, *(line for line in lines if line and not good)]),
                }
            )
    return tests


def _says(grade, level):
    lines = [
        grade.text,
        grade.verdict.text if grade.verdict and level not in (NONE, POINTS) else "",
        f"file: {grade.path}" if grade.path else "",
    ]
    return "\n".join(line for line in lines if line)
