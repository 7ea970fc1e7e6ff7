"""The results page: the newest recorded numbers of every experiment, one column for each backend.

`course report` writes it from the folder of runs; nothing is run for it.
"""

import os
from dataclasses import dataclass
from html import escape

from course.backend import BACKENDS
from course.experiments.report.recorded import newest
from course.experiments.report.style import document
from course.experiments.report.words import number
from course.experiments.result import write_json, write_text
from course.words import several


@dataclass(frozen=True)
class Row:
    """One metric of one experiment, as recorded on each backend."""

    experiment: object  # a `course.catalog.Experiment`
    metric: str
    band: tuple | None  # (low, high); None where no band is stated
    values: dict  # backend → value

    def is_off(self, backend):
        """Tell whether the value of a backend lies outside of the band."""
        if self.band is None:
            return False
        low, high = self.band
        return not low <= self.values[backend] <= high  # true for a value that is not a number


def rows(experiments, found, mode):
    """Return a `Row` for each metric that was recorded; experiments without a recorded run have none."""
    made = []
    for experiment in experiments:
        bands = experiment.expected if mode == "quick" else experiment.expected_full
        results = {b: found[experiment.name, b] for b in BACKENDS if (experiment.name, b) in found}
        metrics = dict.fromkeys(name for result in results.values() for name in result.metrics)
        for metric in metrics:
            values = {b: r.metrics[metric] for b, r in results.items() if metric in r.metrics}
            made.append(Row(experiment, metric, bands.get(metric), values))
    return made


def write(units, folder, mode="quick", runs=None):
    """Write `index.html` and `results.json`; return the path of the page and a sentence that says what is in it.

    Args:
        units: `course.catalog.Unit`s.
        folder: Where the files are written.
        mode: `"quick"` or `"full"`.
        runs: The folder of runs; by default `course.paths.runs()`.
    """
    experiments = [experiment for unit in units for experiment in unit.experiments]
    found = newest(experiments, mode, runs)
    table = rows(experiments, found, mode)
    sentence = summary(experiments, table, mode)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(
        folder / "results.json",
        {"mode": mode, "summary": sentence, "results": [_entry(row) for row in table]},
    )
    return write_text(folder / "index.html", _page(units, table, found, sentence, folder)), sentence


def summary(experiments, table, mode):
    """Return how many experiments have recorded results and how many values lie outside of their band."""
    there = {row.experiment.name for row in table}
    off = sum(row.is_off(backend) for row in table for backend in row.values)
    text = f"{len(there)} of {several(len(experiments), 'experiment')} have a recorded run in {mode} mode"
    return f"{text}; {several(off, 'value')} outside of the expected band."


def _entry(row):
    return {
        "experiment": row.experiment.name,
        "metric": row.metric,
        "expected": row.band,
        "values": row.values,
    }


def _page(units, table, found, sentence, folder):
    used = [backend for backend in BACKENDS if any(backend in row.values for row in table)]
    sections = "\n".join(
        _section(unit, [r for r in table if r.experiment.unit is unit], used, found, folder) for unit in units
    )
    body = f"""<header><h1>Results</h1>
<p>{escape(sentence)} Each number is the newest one in the folder of runs.</p></header>
{sections}
<footer>The numbers are also in <a href="results.json">results.json</a>.</footer>"""
    return document("Results of the course", body)


def _section(unit, table, used, found, folder):
    missing = [e for e in unit.experiments if e not in [row.experiment for row in table]]
    parts = [f'<section id="{unit.name}"><h2>{unit.number} {escape(unit.title)}</h2>']
    if table:
        heads = "".join(f'<th class="n">{name}</th>' for name in ("expected", *used))
        body, before = [], None
        for row in table:
            first, before = row.experiment is not before, row.experiment
            body.append(_row(row, used, found, folder, first))
        parts.append(
            f'<div class="scroll"><table><thead><tr><th>experiment</th><th>metric</th>{heads}</tr></thead>'
            f"<tbody>{''.join(body)}</tbody></table></div>"
        )
    if missing:
        names = " ".join(f"<code>{escape(e.name)}</code>" for e in missing)
        parts.append(
            f"<details><summary>{several(len(missing), 'experiment')} without a recorded run</summary><p>{names}</p>"
            f"<p><code>course run {unit.name}</code> records them.</p></details>"
        )
    return "\n".join([*parts, "</section>"])


def _row(row, used, found, folder, first):
    band = "" if row.band is None else f"{number(row.band[0])} … {number(row.band[1])}"
    cells = "".join(_cell(row, backend, found, folder) for backend in used)
    title = escape(row.experiment.title) if first else ""
    return (
        f'<tr class="{"first" if first else ""}"><td>{title}</td><td><code>{escape(row.metric)}</code></td>'
        f'<td class="n quiet">{band}</td>{cells}</tr>'
    )


def _cell(row, backend, found, folder):
    if backend not in row.values:
        return '<td class="n quiet">–</td>'
    result = found[row.experiment.name, backend]
    page = os.path.relpath(result.folder.parents[1] / "index.html", folder).replace(os.sep, "/")
    bad = " bad" if row.is_off(backend) else ""
    address = f"{page}#{row.experiment.unit.name}-{row.experiment.id}"
    return f'<td class="n{bad}"><a href="{escape(address)}">{escape(number(row.values[backend]))}</a></td>'
