"""The page of a class: scores, exercises from the hardest, differences between backends, mistakes, students, audit."""

from collections import Counter
from statistics import median

from course.grading.batch.differential import DIFFERS, WRONG
from course.grading.batch.histogram import histogram
from course.grading.batch.html_page import e, name, page, pill, table, two_lines
from course.grading.batch.html_student import grade_pill
from course.grading.batch.scores import GRADED, MISSING
from course.grading.batch.tables import number
from course.grading.batch.times import shown_time


def class_page(book, names):
    """Return the HTML; `names` maps a student to the name of the student's page."""
    body = [
        _header(book),
        _histogram(book),
        f'<div class="two">{_exercises(book)}{_mistakes(book)}</div>',
        _backends(book),
        _students(book, names),
        _audit(book),
        _footer(book),
    ]
    return page("Grades", "\n".join(piece for piece in body if piece))


def _header(book):
    s = book.settings
    units = ", ".join(dict.fromkeys(f"{x.unit.name} {x.unit.title}" for x in book.exercises))
    open_ = "" if book.judged else pill("none", "not final: something could not be judged")
    jail = "in a jail" if s.jailed else "without a jail (advisory)"
    deadline = f", deadline {shown_time(s.deadline)}" if s.deadline else ""
    return f"""<header>
<p class="kicker">Mathematical Engineering of Deep Learning</p>
<h1>Grades: {e(units)}</h1>
<p class="total">{_count(len(book.students), "student")}, {_count(len(book.exercises), "exercise")} {open_}</p>
<p class="quiet">Graded {jail} on {e(", ".join(s.backends))}; {e(s.policy)}{e(deadline)}.</p>
</header>"""


def _histogram(book):
    shares = [
        student.total / student.points for student in book.students if student.points and student.judged
    ]
    if not shares:
        return ""
    middle = number(median(shares) * 100)
    mean = number(sum(shares) / len(shares) * 100)
    left_out = len(book.students) - len(shares)
    without = f" {_count(left_out, 'student')} without a final score left out." if left_out else ""
    return f"""<section><h2>Scores</h2>
{histogram(shares)}
<p class="quiet">Median {middle} percent, mean {mean} percent.{without}</p></section>"""


def _exercises(book):
    rows = []
    for i, exercise in enumerate(book.exercises):
        grades = [student.grades[i] for student in book.students]
        scored = [grade.score for grade in grades if grade.score is not None and grade.state != MISSING]
        mean = sum(scored) / len(scored) / exercise.points * 100 if scored else None
        full = sum(score == exercise.points for score in scored)
        rows.append((101 if mean is None else mean, exercise, mean, full, len(scored), len(grades)))
    rows.sort(key=lambda row: (row[0], row[1].name))
    cells = [
        [
            two_lines(name(x.name), e(x.title)),
            "–" if mean is None else f"{float(mean):.0f} %",
            str(full),
            f"{there}/{all_}",
        ]
        for _, x, mean, full, there, all_ in rows
    ]
    heads = ["exercise", "mean", "full", "graded"]
    made = table(heads, cells, numbers=(1, 2, 3), wide=(0,))
    return f"<section><h2>Exercises, the hardest first</h2>\n{made}</section>"


def _mistakes(book):
    found = Counter((g.exercise.name, text) for s in book.students for g in s.grades for text in g.mistakes)
    if not found:
        return ""
    rows = [
        [str(n), two_lines(e(text), name(exercise))]
        for (exercise, text), n in sorted(found.items(), key=lambda x: (-x[1], x[0]))
    ]
    heads = ["students", "mistake"]
    return f"<section><h2>Mistakes by name</h2>\n{table(heads, rows, numbers=(0,), wide=(1,))}</section>"


def _backends(book):
    """Return a table with the points earned on each backend, and a table of files that work on some backends only."""
    if len(book.settings.backends) < 2:
        return ""
    graded = [(s, g) for s in book.students for g in s.grades if g.state == GRADED]
    rows = []
    for backend in book.settings.backends:
        reports = [g.reports[backend] for _, g in graded]
        points = sum(r["points"] for r in reports)
        share = f"{100 * sum(r['earned'] for r in reports) / points:.1f} %" if points else "–"
        rows.append([e(backend), share, str(sum(r["earned"] == r["points"] for r in reports))])
    verdicts = [(s, g, g.verdict) for s, g in graded if g.verdict and g.verdict.kind in (DIFFERS, WRONG)]
    wrong = sum(v.kind == WRONG for _, _, v in verdicts)
    lines = [
        [
            e(s.id),
            name(g.exercise.name),
            e(v.text),
            "; ".join(f"{e(p)}: {e(', '.join(b))}" for p, b in v.differs),
        ]
        for s, g, v in verdicts
        if v.kind == DIFFERS
    ]
    heads = ["student", "exercise", "", "part: passes on"]
    differ = (
        table(heads, lines, wide=(0, 3))
        if lines
        else '<p class="quiet">No file works on some backends only.</p>'
    )
    return f"""<section><h2>Backends</h2>
{table(["backend", "points earned", "files with all points"], rows, numbers=(1, 2))}
<p>{_count(wrong, "file")} with wrong mathematics: the same on every backend.</p>
{differ}</section>"""


def _students(book, names):
    rows = []
    for student in book.students:
        link = f'<a href="students/{e(names[student.id])}.html">{e(student.id)}</a>'
        total = f"{number(student.total)}/{student.points}" + ("" if student.judged else " …")
        who = two_lines(link, e(student.name))
        rows.append([who, total, *(grade_pill(grade, brief=True) for grade in student.grades)])
    heads = ["student", "total", *(f"{x.unit.name}/ex{x.number:02}" for x in book.exercises)]
    return f"<section><h2>Students</h2>\n{table(heads, rows, numbers=(1,), wide=(0,))}</section>"


def _audit(book):
    if not book.notes:
        return ""
    rows = [
        [
            pill("none", n.kind),
            two_lines(e(n.student), e(n.entry) if n.entry != n.student else ""),
            name(n.exercise) if n.exercise else "",
            e(n.text),
        ]
        for n in book.notes
    ]
    heads = ["", "student, submission", "exercise", "note"]
    return f"<section><h2>Audit</h2>\n{table(heads, rows, wide=(1, 3))}</section>"


def _footer(book):
    lines = [
        ", ".join(f"{k} {v}" for k, v in env.items() if k != "seconds") for env in book.environments.values()
    ]
    return "<footer>" + "".join(f"<p>{e(line)}</p>" for line in lines) + "</footer>"


def _count(number, noun):
    return f"{number} {noun}{'' if number == 1 else 's'}"
