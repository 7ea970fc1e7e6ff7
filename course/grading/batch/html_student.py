"""The page of a student: every exercise with its parts, the errors, and the hints.

It shows what the level of feedback allows (`disclosure.py`). It neither links to the class nor names other students.
"""

from course.grading.batch.attempts import rule
from course.grading.batch.disclosure import HINTS, NONE, POINTS, notes_shown, parts_shown
from course.grading.batch.html_page import e, name, page, pill, table
from course.grading.batch.scores import GRADED, MISSING, UNJUDGED
from course.grading.batch.tables import number
from course.grading.batch.times import shown_time
from course.grading.report import NOT_DONE, PASSED, recognized
from course.words import several

_PRINTED = 1500  # maximal number of characters of the output of a file


def student_page(book, student):
    """Return the HTML."""
    title = f"{student.name} ({student.id})" if student.name else student.id
    open_ = "" if student.judged else " " + pill("none", "not final: something could not be judged")
    advisory = "" if book.settings.jailed else " Advisory: the files did not run in a jail."
    deadline = f" Deadline: {e(shown_time(book.settings.deadline))}." if book.settings.deadline else ""
    attempts = rule(book.settings.policy, student.entries)
    attempts = f" {e(attempts)}" if attempts else ""
    level = book.settings.feedback
    total = f"{number(student.total)} of {several(student.points, 'point')}" if level != NONE else ""
    head = f"""<header>
<p class="kicker">Mathematical Engineering of Deep Learning</p>
<h1>{e(title)}</h1>
<p class="total">{total}{open_}</p>
<p class="quiet">Graded on {e(", ".join(book.settings.backends))}.{deadline}{attempts}{advisory}</p>
</header>"""
    body = [head, *(_exercise(grade, level) for grade in student.grades)]
    if told := notes_shown(student):
        rows = [[pill("none", n.kind), name(n.exercise), e(n.text), e(n.entry)] for n in told]
        notes = table(["", "exercise", "note", "submission"], rows, wide=(2,))
        body.append(f"<section><h2>Notes</h2>\n{notes}</section>")
    return page(title, "\n".join(body))


def grade_pill(grade, brief=False):
    """Return the coloured label of a grade; a brief one does not say the points of a missing answer."""
    if grade.state == UNJUDGED:
        return pill("none", "not judged")
    if grade.state == MISSING:
        return pill("none", "missing" if brief else f"missing, 0/{grade.points}")
    kind = "good" if grade.score == grade.points else "part" if grade.score else "bad"
    return pill(kind, f"{number(grade.score)}/{grade.points}")


def _exercise(grade, level):
    sentences = [grade.text] if grade.text else []
    if grade.verdict is not None and level not in (NONE, POINTS):
        sentences.append(f"On several backends: {grade.verdict.text}.")
    where = f'<p class="quiet">{e(grade.entry)}: {e(grade.path)}</p>' if grade.path else ""
    parts = ""
    label = grade_pill(grade) if level != NONE else pill("none", grade.state)
    if grade.state == GRADED and level != NONE:
        parts = "\n".join(
            _report(report, len(grade.reports) > 1, level) for _, report in sorted(grade.reports.items())
        )
    return f"""<section id="{e(grade.exercise.id)}">
<div class="head"><h2>{e(grade.exercise.name)} · {e(grade.exercise.title)}</h2>{label}</div>
{where}{"".join(f"<p>{e(text)}</p>" for text in sentences)}
{parts}
</section>"""


def _report(report, several, level=HINTS):
    rows = [
        [_status(part), e(part["name"]), f"{part['earned']}/{part['points']}", _why(part)]
        for part in parts_shown(report, level)
    ]
    head = f"<h3>{e(report['backend'])}: {report['earned']} of {report['points']}</h3>" if several else ""
    printed = report["printed"].strip()
    if printed and level != POINTS and report["earned"] < report["points"]:
        cut = printed[:_PRINTED] + ("…" if len(printed) > _PRINTED else "")
        printed = f"<details><summary>What the file printed</summary><pre>{e(cut)}</pre></details>"
    else:
        printed = ""
    return head + table(["", "part", "points", ""], rows, numbers=(2,), wide=(3,)) + printed


def _status(part):
    good = part["status"] == PASSED
    return pill("good" if good else "none" if part["status"] == NOT_DONE else "bad", part["status"])


def _why(part):
    if part["status"] == PASSED:
        return ""
    pieces = [e(part["message"])]
    if part["mistake"]:
        pieces.append(f'<div class="named">{e(recognized(part["mistake"]))}</div>')
    values = dict(part["inputs"]) | {name: part[name] for name in ("got", "expected") if part[name]}
    shown = [part["where"]] if part["where"] else []
    shown += [f"{what} = {text}" for what, text in values.items()]
    if shown:
        pieces.append(f"<pre>{e(chr(10).join(shown))}</pre>")
    if part["hint"] and not part["mistake"]:
        pieces.append(f'<div class="quiet">Hint: {e(part["hint"])}</div>')
    return "\n".join(pieces)
