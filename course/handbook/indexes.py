"""The navigation of the handbook, the table of notation and the reference of `course`, made from what is there."""

import inspect
import re
from importlib import import_module

from course.backend import BACKENDS
from course.experiments.report import results
from course.experiments.report.words import number
from course.handbook import unit_pages

# The modules whose names a reader of the course uses, and what they are for.
REFERENCE = {
    "course": "a training step, written once",
    "course.data": "data sets",
    "course.experiments": "what an experiment gets",
    "course.figures": "one look for figures",
    "course.grading": "the functions for a check",
    "course.testing": "comparisons for tests",
    "course.distribution": "several devices and machines",
    "course.validation": "arguments of public functions",
}


def navigation(text, content, root):
    """Return the first page with the table of contents: the pages that its table lists, and the units.

    Args:
        text: `docs/README.md`.
        content: The catalogue.
        root: The root of the repository.
    """
    groups = {}
    for reader, address in re.findall(r"^\| ([\w ]+) \| \[[^]]+\]\(([^)]+)\.md\)", text, flags=re.MULTILINE):
        groups.setdefault(reader, []).append(address)
    units = [f"../units/{unit.slug}/README" for unit in content.units]
    parts = [text]
    for reader, pages in groups.items():
        parts.append(_toctree(pages, f"For {reader}"))
        if reader == "everybody":
            parts.append(_toctree(units, "Units"))
    parts.append(_toctree(["../README", "../CHANGELOG"], "The repository"))
    return "\n\n".join(parts)


def data_sets(text, root):
    """Return the page of data sets with the pages of all sets below it."""
    names = sorted(path.parent.name for path in (root / "datasets").glob("*/README.md"))
    return f"{text}\n\n{_toctree([f'{name}/README' for name in names])}"


def _toctree(pages, caption=""):
    options = [":hidden:", ":maxdepth: 1", *([f":caption: {caption}"] if caption else [])]
    return "\n".join(["```{toctree}", *options, "", *pages, "```"])


def symbols(unit):
    """Return the rows of a unit's table of symbols: pairs (symbols, meaning)."""
    text = (unit.path / "README.md").read_text(encoding="utf-8").partition("## Symbols\n")[2]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", text, flags=re.MULTILINE)
    return [(symbol, meaning) for symbol, meaning in rows[1:] if not symbol.startswith("---")]


def notation(text, content):
    """Return the page of notation with one table: each symbol, and what it means in which unit."""
    meanings = {}
    for unit in content.units:
        for group, meaning in symbols(unit):
            meanings.setdefault(group, {}).setdefault(meaning, []).append(unit)
    lines = ["| symbol | meaning | units |", "| --- | --- | --- |"]
    for group in sorted(meanings, key=_alphabet):
        for meaning, units in meanings[group].items():
            where = ", ".join(f"[{u.number}](../units/{u.slug}/README.md#symbols)" for u in units)
            lines.append(f"| {group} | {meaning} | {where} |")
    table = "\n".join(lines)
    return f"{text}\n## All symbols\n\n{table}\n"


def _alphabet(group):
    """Latin letters first, small and capital ones together, then Greek ones, then signs."""
    first = group.strip("$\\")[0]
    latin = first.isascii() and first.isalpha()
    return (not latin, not first.isalpha(), first.lower(), first, group)


def timetable(text, content, weeks=14):
    """Return the page of the timetable with the goals of the ten units, divided into weeks of about equal length."""
    # unit 0 is an appendix: students work on it before the first week
    weekly = [unit for unit in content.units if unit.number > 0]
    goals = [(unit, *goal) for unit in weekly for goal in unit_pages.goals_of(unit)]
    share, before, rows = sum(minutes for *_, minutes in goals) / weeks, 0, {}
    for unit, goal, minutes in goals:
        week = min(weeks, int((before + minutes / 2) / share) + 1)  # where the middle of the goal lies
        rows.setdefault(week, []).append((unit, goal, minutes))
        before += minutes
    lines = [
        "## The weeks",
        "",
        "| week | unit | students can afterwards | minutes |",
        "| ---: | --- | --- | ---: |",
    ]
    for week, cells in rows.items():
        for i, (unit, goal, minutes) in enumerate(cells):
            first = f"**{week}**" if i == 0 else ""
            lines.append(
                f"| {first} | [{unit.number}](../units/{unit.slug}/README.md) | {goal} | {minutes} |"
            )
    return text + "\n" + "\n".join(lines) + "\n"


def all_results(text, content, recorded):
    """Return the page of results with the newest recorded numbers of every experiment, a column for each backend."""
    parts = [text]
    for unit in content.units:
        table = results.rows(unit.experiments, recorded.on_each_backend, "quick")
        if not table:
            continue
        lines = [
            f"| experiment | metric | expected | {' | '.join(BACKENDS)} |",
            "| --- | --- | ---: |" + " ---: |" * 3,
        ]
        before = None
        for row in table:
            name, before = (
                "" if row.experiment is before else row.experiment.id.replace("_", " "),
                row.experiment,
            )
            band = (
                ""
                if row.band is None
                else "\N{NO-BREAK SPACE}…\N{NO-BREAK SPACE}".join(map(number, row.band))
            )
            values = (_value(row, backend) for backend in BACKENDS)
            lines.append(f"| {name} | `{row.metric}` | {band} | {' | '.join(values)} |")
        parts += [f"## {unit.number} {unit.title}", "\n".join(lines)]
    if len(parts) == 1:
        parts.append("There is no recorded run yet.")
    return "\n\n".join(parts) + "\n"


def _value(row, backend):
    if backend not in row.values:
        return ""
    text = number(row.values[backend])
    return f"**{text}**" if row.is_off(backend) else text


def reference(text):
    """Return the page of the reference with the docstrings of the names in `REFERENCE`."""
    parts = [text]
    for module, purpose in REFERENCE.items():
        found = import_module(module)
        names = [n for n in _names(found) if not inspect.ismodule(getattr(found, n))]
        lines = [f".. auto{_kind(getattr(found, name))}:: {module}.{name}" for name in names]
        lines = [f"{line}\n   :members:\n" if "autoclass" in line else f"{line}\n" for line in lines]
        body = "\n".join(["```{eval-rst}", f".. py:currentmodule:: {module}", "", *lines, "```"])
        parts.append(f"## `{module}`: {purpose}\n\n{body}")
    return "\n\n".join(parts)


def _names(module):
    public = getattr(module, "__all__", None)
    if public is None:
        public = [
            name
            for name, thing in vars(module).items()
            if not name.startswith("_") and getattr(thing, "__module__", None) == module.__name__
        ]
    return [
        name
        for name in public
        if not name.startswith("_")
        and not isinstance(getattr(module, name), dict | str | tuple | list | float | int)
    ]


def _kind(thing):
    if inspect.isclass(thing):
        return "exception" if issubclass(thing, Exception) else "class"
    return "function" if callable(thing) else "data"
