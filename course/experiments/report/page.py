"""The page of a run: `index.html` with every number and figure, and `result.json` next to it.

The page needs no network: it contains its style, and its figures are in folders next to it.
"""

from dataclasses import dataclass, field
from html import escape

from course.experiments.report.style import document
from course.experiments.report.words import band, data, number
from course.experiments.result import write_json, write_text
from course.words import several

_STATUS = {
    "ok": "every metric is in its expected band",
    "off": "a metric is outside its expected band, or not finite",
    "ran": "ran; no expected bands are stated for this mode and data set",
    "error": "did not run to its end",
}


@dataclass
class Report:
    """One run: its results and the data that all of them share."""

    id: str
    backend: str
    why: str  # the reason for the backend
    mode: str
    seed: int
    started: str  # ISO date and time with time zone
    results: list = field(default_factory=list)
    skipped: list = field(default_factory=list)  # names of experiments that were not run, with the reason
    interrupted: bool = False
    strategy: str = ""  # which devices trained, where that was asked for
    compilation: str = ""  # how models were compiled, where that was changed for this run
    jobs: int = 1  # experiments at a time
    elapsed: float | None = None  # elapsed seconds, if several ran at a time

    @property
    def seconds(self):
        """Seconds inside the experiments, added up."""
        return sum(result.seconds for result in self.results)

    @property
    def failed(self):
        """The results that are off or raised."""
        return [result for result in self.results if result.failed]

    @property
    def verdict(self):
        """One word: `ok`, `off`, `error` or `interrupted`."""
        if self.interrupted:
            return "interrupted"
        statuses = {result.status for result in self.results}
        return "error" if "error" in statuses else "off" if "off" in statuses else "ok"

    @property
    def sentence(self):
        """The verdict in words."""
        total = f"{len(self.results)} experiment{'s' if len(self.results) != 1 else ''}"
        counts = {status: sum(r.status == status for r in self.results) for status in _STATUS}
        parts = [
            f"{counts['ok']} in the expected bands",
            f"{counts['ran']} without bands" if counts["ran"] else "",
            f"{counts['off']} off" if counts["off"] else "",
            f"{counts['error']} failed" if counts["error"] else "",
        ]
        took = f"{self.seconds:.1f} s"
        if self.elapsed is not None:
            took = f"{self.elapsed:.1f} s, {self.jobs} at a time"
        message = f"{total} in {took}: {', '.join(part for part in parts if part)}."
        return f"Interrupted after {message}" if self.interrupted else message

    def to_json(self):
        """Return what `result.json` of the whole run holds."""
        return {
            "id": self.id,
            "verdict": self.verdict,
            "summary": self.sentence,
            "backend": self.backend,
            "backend_because": self.why,
            "strategy": self.strategy,
            "compilation": self.compilation,
            "mode": self.mode,
            "seed": self.seed,
            "started": self.started,
            "jobs": self.jobs,
            "seconds": self.seconds,
            "elapsed": self.elapsed,
            "skipped": self.skipped,
            "results": [result.to_json() for result in self.results],
        }


def write(report, folder):
    """Write `result.json` and `index.html` and return the path of the page."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "result.json", report.to_json())
    return write_page(report, folder)


def write_page(report, folder):
    """Write `index.html`, completely or not at all, and return its path."""
    return write_text(folder / "index.html", _page(report))


def _page(report):
    cards = "\n".join(_card(result) for result in report.results)
    body = f"""{_header(report)}
{_summary(report)}
{cards}
<footer>Everything here is also in <a href="result.json">result.json</a>.
Click a figure for its SVG.</footer>"""
    return document(f"Run {escape(report.id)}: {escape(report.verdict)}", body)


def _header(report):
    facts = {
        "Backend": report.backend,
        "Mode": report.mode,
        "Seed": report.seed,
        "Started": report.started[:16].replace("T", " "),
        "Time in experiments": f"{report.seconds:.1f} s",
    }
    if report.elapsed is not None:
        facts["Elapsed time"] = f"{report.elapsed:.1f} s, {report.jobs} at a time"
    if report.compilation:
        facts["Compilation"] = report.compilation
    versions = {}
    if report.results:
        facts["Device"] = report.strategy or report.results[0].device
        versions = dict(report.results[0].versions)
        used = (
            "python",
            "medl-course",
            "keras",
            report.backend,
            "numpy",
            "scipy",
            "scikit-learn",
            "matplotlib",
        )
        versions = {name: versions[name] for name in used if name in versions}
    rows = "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(str(v))}</dd></div>" for k, v in facts.items())
    chips = "".join(f"<li>{escape(name)} <b>{escape(version)}</b></li>" for name, version in versions.items())
    return f"""<header>
<p class="kicker">Mathematical Engineering of Deep Learning</p>
<h1>Run <span class="id">{escape(report.id)}</span></h1>
<p class="verdict {report.verdict}">{escape(report.sentence)}</p>
<dl class="facts">{rows}</dl>
<ul class="chips">{chips}</ul>
</header>"""


def _summary(report):
    if not report.results:
        return "<p>No experiment ran to its end.</p>"
    body = []
    for result in report.results:
        metrics = list(result.metrics) or [None]
        for i, metric in enumerate(metrics):
            cells = ""
            if i == 0:
                span = f' rowspan="{len(metrics)}"' if len(metrics) > 1 else ""
                link = f'<a href="#{_anchor(result)}">{escape(result.experiment)}</a>'
                cells = (
                    f"<td{span}>{escape(result.unit)}</td><td{span}>{link}</td>"
                    f"<td{span}>{escape(data(result))}</td><td{span}>{escape(result.backend)}</td>"
                )
            cells += _metric_cells(result, metric)
            if i == 0:
                cells += f'<td class="n"{span}>{result.seconds:.1f}</td><td{span}>{_pill(result.status)}</td>'
            body.append(f'<tr class="{"first" if i == 0 else ""}">{cells}</tr>')
    heads = ("Unit", "Experiment", "Data", "Backend", "Metric", "Value", "Expected", "Seconds", "Status")
    head = "".join(
        f'<th class="n">{h}</th>' if h in ("Value", "Expected", "Seconds") else f"<th>{h}</th>" for h in heads
    )
    skipped = "".join(f"<li>{escape(line)}</li>" for line in report.skipped)
    skipped = (
        f"<details><summary>{len(report.skipped)} not run</summary><ul>{skipped}</ul></details>"
        if skipped
        else ""
    )
    return f"""<section>
<h2>Numbers</h2>
<div class="scroll"><table class="summary">
<thead><tr>{head}</tr></thead>
<tbody>{"".join(body)}</tbody>
</table></div>
{skipped}
</section>"""


def _metric_cells(result, metric):
    if metric is None:
        return '<td colspan="3" class="quiet">no metric recorded</td>'
    off = ' class="n bad"' if result.is_off(metric) else ' class="n"'
    return (
        f"<td><code>{escape(metric)}</code></td><td{off}>{escape(number(result.metrics[metric]))}</td>"
        f'<td class="n quiet">{escape(band(result, metric))}</td>'
    )


def _card(result):
    parts = [
        f'<article id="{_anchor(result)}">',
        f'<div class="title"><h2>{escape(result.title)}</h2>{_pill(result.status)}</div>',
        f'<p class="quiet"><code>{escape(result.name)}</code> · book {escape(result.book)} · '
        f"data: {escape(data(result))} · {result.seconds:.1f} s</p>",
    ]
    if result.error:
        parts.append(f'<p class="error">{escape(result.error)}</p>')
    if result.problems:
        parts.append(
            "<ul class='problems'>" + "".join(f"<li>{escape(p)}</li>" for p in result.problems) + "</ul>"
        )
    if result.metrics:
        parts.append('<div class="metrics">' + "".join(_metric(result, m) for m in result.metrics) + "</div>")
    if result.logs:
        parts.append('<pre class="logs">' + escape("\n".join(result.logs)) + "</pre>")
    parts += [_table(table) for table in result.tables]
    if result.figures:
        parts.append('<div class="figures">' + "".join(_figure(result, f) for f in result.figures) + "</div>")
    if result.warnings:
        lines = escape("\n".join(result.warnings))
        parts.append(
            f"<details><summary>{several(len(result.warnings), 'warning')}</summary><pre>{lines}</pre></details>"
        )
    if result.traceback:
        parts.append(f"<details><summary>Traceback</summary><pre>{escape(result.traceback)}</pre></details>")
    return "\n".join([*parts, "</article>"])


def _metric(result, metric):
    bad = " bad" if result.is_off(metric) else ""
    expected = band(result, metric)
    expected = f"<small>expected {escape(expected)}</small>" if expected else "<small>no band</small>"
    value = escape(number(result.metrics[metric]))
    return f'<div class="metric{bad}"><span>{escape(metric)}</span><b>{value}</b>{expected}</div>'


def _table(table):
    head = "".join(f"<th>{escape(column)}</th>" for column in table["columns"])
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td{_numeric(cell)}>{escape(number(cell) if cell is not None else '')}</td>" for cell in row
        )
        + "</tr>"
        for row in table["rows"]
    )
    title = f"<caption>{escape(table['title'])}</caption>" if table["title"] else ""
    return (
        f'<div class="scroll"><table>{title}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _numeric(cell):
    return ' class="n"' if isinstance(cell, int | float) and not isinstance(cell, bool) else ""


def _figure(result, figure):
    folder = f"{result.unit}/{result.experiment}"
    shown = escape(f"{folder}/{figure.get('gif', figure['png'])}")
    linked = escape(f"{folder}/{figure.get('svg', figure.get('gif', figure['png']))}")
    width = figure["inches"][0]  # two small figures share a row, a wide one gets its own
    caption = escape(figure["name"].replace("_", " "))
    alt = escape(f"{result.title}. {figure.get('alt') or caption}".strip())  # older runs have no description
    size = f"flex-basis: {70 * width:.0f}px; max-width: {110 * width:.0f}px"
    return (
        f'<figure style="{size}"><a href="{linked}"><img src="{shown}" alt="{alt}" loading="lazy"></a>'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _pill(status):
    return f'<span class="pill {status}" title="{escape(_STATUS[status])}">{escape(status)}</span>'


def _anchor(result):
    return f"{result.unit}-{result.experiment}"
