"""The page of a unit: its README with its goals, its exercises, and results of recorded runs."""

import os
import re
from functools import cached_property

from course import catalog, slides
from course.experiments.report.recorded import newest
from course.experiments.report.words import number
from course.words import several

_DIFFICULTY = {1: "easy", 2: "medium", 3: "hard"}


class Recorded:
    """The newest recorded results of all experiments; the runs are read when a page first asks."""

    def __init__(self, runs=None):
        self.runs = runs

    @cached_property
    def newest(self):
        """Experiment → its newest result in quick mode that ran to the end."""
        found = {}
        for result in self.on_each_backend.values():
            older = found.setdefault(result.name, result)
            found[result.name] = max(older, result, key=lambda r: r.written)
        return found

    @cached_property
    def on_each_backend(self):
        """(Experiment, backend) → its newest result in quick mode."""
        return newest(catalog.load().experiments, "quick", self.runs)


def complete(text, unit, results):
    """Return the README of a unit with goals, exercises and results.

    Args:
        text: The README.
        unit: A `course.catalog.Unit`.
        results: A `Recorded`.
    """
    before, mark, symbols = text.partition("## Symbols\n")
    title, idea, order = before.split("\n\n", 2)
    before = "\n\n".join([title, idea, goals(unit), "## Reading order", order])
    before = links(before, unit, results)
    parts = [before, exercises(unit), experiments(unit, results), mark + symbols, tasks(unit)]
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def links(text, unit, results):
    """Return the text with links in the rows of its tables: exercises to their tasks, experiments to their results."""
    lines = text.splitlines()
    for i, line in enumerate(lines):
        if line.startswith("| "):
            for each in unit.exercises:
                address = f"exercises/{each.id}/task.md"
                line = re.sub(rf"(?<=[ |]){each.id[:4]}(?=[ ,])", rf"[{each.id[:4]}]({address})", line)
            for each in unit.experiments:
                line = line.replace(
                    f"`{each.id}`",
                    f"[`{each.id}`](#{_label(each) if each.name in results.newest else 'results'})",
                )
            lines[i] = line
    return "\n".join(lines)


def _label(experiment):
    return f"{experiment.unit.name}-{experiment.id}".replace("_", "-")


def goals(unit):
    """Return the goals of a unit and their minutes, as its deck lists them."""
    deck = slides.load(unit)
    found = re.search(
        r"^## (Goals: [^\n]+)\n(.*?)^--", deck.path.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    if not found:
        return ""
    table = re.sub(r"^Note:.*", "", found[2], flags=re.DOTALL | re.MULTILINE)
    return f"## {found[1]}\n\n{table.strip()}\n\nThe [slides](../../slides/{unit.slug}.md) follow the same order."


def goals_of(unit):
    """Return the goals of a unit: pairs (what one can do afterwards, minutes)."""
    return [
        (goal, int(n)) for goal, n in re.findall(r"^\| ([^|]+) \| (\d+) \|$", goals(unit), flags=re.MULTILINE)
    ]


def exercises(unit):
    """Return the table of exercises: task, points, minutes, difficulty."""
    lines = ["| exercise | book | points | minutes | difficulty |", "| --- | --- | ---: | ---: | --- |"]
    for each in unit.exercises:
        address = f"exercises/{each.id}/task.md"
        cells = (
            f"[{unit.number}.{each.number} {each.title}]({address})",
            each.book,
            each.points,
            each.minutes,
            _DIFFICULTY[each.difficulty],
        )
        lines.append(f"| {' | '.join(map(str, cells))} |")
    points, minutes = (sum(getattr(e, what) for e in unit.exercises) for what in ("points", "minutes"))
    first = (
        f"{several(len(unit.exercises), 'exercise')}, {several(points, 'point')}, "
        f"about {minutes / 60:.0f} hours in all. "
        f"`course start {unit.number}` copies them to your folder `work`."
    )
    return "\n".join(["## Exercises", "", first, "", *lines])


def tasks(unit):
    """Return the pages below that of the unit, for the navigation: the tasks, and what else it has."""
    pages = sorted(path.stem for path in unit.path.glob("*.md") if path.stem != "README")
    pages += [f"exercises/{each.id}/task" for each in unit.exercises]
    return "\n".join(["```{toctree}", ":hidden:", ":maxdepth: 1", "", *pages, "```"])


def experiments(unit, results):
    """Return the numbers and figures of the newest recorded runs of a unit's experiments."""
    there = [each for each in unit.experiments if each.name in results.newest]
    missing = [each for each in unit.experiments if each not in there]
    parts = ["## Results"]
    if there:
        parts.append("Numbers and figures come from the newest recorded runs in quick mode.")
    parts += [_experiment(each, results.newest[each.name]) for each in there]
    if missing:
        parts += ["### Experiments without a recorded run"] if there else []
        parts.append(
            f"`course run {unit.name}` runs the experiments of the unit and records their numbers and figures. "
            "The next `make docs` shows them here."
        )
        lines = ["| experiment | book | data | run it |", "| --- | --- | --- | --- |"]
        lines += [f"| {e.title} | {e.book} | {_sets(e)} | `course run {e.name}` |" for e in missing]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _sets(experiment):
    return " or ".join(f"`{name}`" for name in experiment.accepts) or "own numbers"


def _experiment(experiment, result):
    lines = ["| metric | value | expected |", "| --- | ---: | ---: |"]
    for name, value in result.metrics.items():
        low, high = experiment.expected.get(name, (None, None))
        band = "" if low is None else f"{number(low)}\N{NO-BREAK SPACE}…\N{NO-BREAK SPACE}{number(high)}"
        lines.append(f"| `{name}` | {number(value)} | {band} |")
    return "\n\n".join(
        [
            f"({_label(experiment)})=\n### {experiment.title}",
            f"Book {experiment.book}. Data: {_sets(experiment)}. `course run {experiment.name}`",
            *(_picture(experiment, figure) for figure in result.figures),
            "\n".join(lines) if result.metrics else "",
            f"Recorded on {result.backend}, seed {result.seed}, {result.seconds:.1f} s.",
        ]
    )


def _picture(experiment, figure):
    address = os.path.relpath(figure.path, experiment.unit.path).replace(os.sep, "/")
    caption = figure.name.replace("_", " ")
    text = _described(experiment.unit).get((experiment.name, figure.name), f"{experiment.title}: {caption}")
    if figure.description:
        text = f"{text.rstrip('.')}. {figure.description}"
    text = text.replace("[", "(").replace("]", ")")  # they end the text of an image in Markdown
    width = min(round(figure.inches[0] * 90), 900)
    return f"![{text}]({address}){{width={width}px}}"


def _described(unit):
    """(Experiment, figure) → what the deck of the unit says of it for readers who cannot see it."""
    deck = slides.load(unit).path.read_text(encoding="utf-8")
    found = re.findall(r"!\[([^\]]+)\]\(figure:(u\d\d/\w+)/(\w+)\)", deck)
    return {(experiment, figure): text for text, experiment, figure in found}
