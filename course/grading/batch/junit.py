"""Writes JUnit XML: a student is a suite, an exercise on a backend a case; a failure of the grader is an error."""

import re
from xml.sax.saxutils import escape, quoteattr

from course.grading.batch.scores import GRADED, UNJUDGED
from course.grading.batch.tables import number
from course.grading.report import PASSED
from course.words import several

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(book):
    """Return the text of the file."""
    suites = [_suite(student) for student in book.students]
    counts = [sum(column) for column in zip(*(counts for counts, _ in suites), strict=True)] or [0, 0, 0]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites name="course grade" {_counted(counts)}>',
            *(text for _, text in suites),
            "</testsuites>\n",
        ]
    )


def _suite(student):
    cases = [case for grade in student.grades for case in _cases(student, grade)]
    counts = [
        len(cases),
        sum(kind == "failure" for kind, _ in cases),
        sum(kind == "error" for kind, _ in cases),
    ]
    body = "\n".join(text for _, text in cases)
    return counts, f" <testsuite name={_attribute(student.id)} {_counted(counts)}>\n{body}\n </testsuite>"


def _cases(student, grade):
    """Return pairs (kind, text)."""
    if grade.state != GRADED:
        kind = "error" if grade.state == UNJUDGED else "" if grade.score == grade.points else "failure"
        return [_case(student, grade.exercise.name, kind, f"{grade.state}: {grade.text}", "")]
    cases = []
    for backend, report in sorted(grade.reports.items()):
        failed = [part for part in report["parts"] if part["status"] != PASSED]
        message = f"{report['earned']} of {several(report['points'], 'point')}, score {number(grade.score)}"
        body = "\n".join(f"{part['name']}: {part['message']}" for part in failed)
        cases.append(
            _case(student, f"{grade.exercise.name} [{backend}]", "failure" if failed else "", message, body)
        )
    return cases


def _case(student, name, kind, message, body):
    head = f"  <testcase classname={_attribute(student.id)} name={_attribute(name)}"
    if not kind:
        return kind, head + "/>"
    return kind, f"{head}>\n   <{kind} message={_attribute(message)}>{_text(body)}</{kind}>\n  </testcase>"


def _counted(counts):
    return f'tests="{counts[0]}" failures="{counts[1]}" errors="{counts[2]}"'


def _text(text):
    return escape(_NOT_XML.sub("\ufffd", text))


def _attribute(text):
    return quoteattr(_NOT_XML.sub("\ufffd", text), {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})
