"""The leaderboard as a page, with its figure, Markdown and JSON beside it; the page needs no network."""

import os
from html import escape

from course import figures
from course.experiments import figure_files
from course.experiments.leaderboard import markdown, picture, words
from course.experiments.report.style import document
from course.experiments.result import write_json, write_text
from course.words import several

_MORE = """
.board { width: 100%; margin: 0; }
.board th, .board td { padding-right: .9rem; }
.board td:nth-child(2) { min-width: 9rem; }
.board small { display: block; color: var(--quiet); }
.board tr.missing td { color: var(--quiet); }
td code { white-space: nowrap; }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: 0 0 1.5rem; }
section { scroll-margin-top: 1rem; }
"""
_NUMERIC = ("", "Score", "Seeds", "Parameters", "Seconds")


def write(board, folder):
    """Write `index.html`, `leaderboard.svg`, `.png`, `.md` and `.json`, and return the path of the page.

    Args:
        board: A `Board`.
        folder: Where to write; made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with figures.style():
        fig = picture.draw(board)
        drawn = fig is not None
        alt = ""
        if drawn:
            alt = f"For each task and data set, the score of each model. {figures.describe(fig)}"
            figure_files.save({"leaderboard": fig}, {}, folder)
    if not drawn:  # what an earlier call drew would not belong to this table
        for ending in ("png", "svg"):
            (folder / f"leaderboard.{ending}").unlink(missing_ok=True)
    write_json(folder / "leaderboard.json", board.to_json())
    write_text(folder / "leaderboard.md", markdown.text(board))
    return write_text(folder / "index.html", _page(board, folder, alt))


def _page(board, folder, alt):
    links = "".join(f'<a href="#{_anchor(i)}">{escape(g.title)}</a>' for i, g in enumerate(board.groups))
    sections = "\n".join(_section(i, group, board.folder, folder) for i, group in enumerate(board.groups))
    told = f'<p class="problems">{escape(board.unreadable)}</p>' if board.unreadable else ""
    body = f"""<header>
<p class="kicker">Mathematical Engineering of Deep Learning</p>
<h1>Every model of the course</h1>
<p class="verdict ran">{escape(board.sentence)}</p>
{told}
</header>
<nav>{links}{'<a href="#figure">Figure</a>' if alt else ""}</nav>
{sections}
{_figure(alt) if alt else ""}
{_full_runs(board)}
<footer>{escape(words.FOOT)} The same table: <a href="leaderboard.md">leaderboard.md</a>,
<a href="leaderboard.json">leaderboard.json</a>.</footer>"""
    return document("Leaderboard: every model of the course", body, _MORE)


def _figure(alt):
    return (
        '<section id="figure"><h2>All groups</h2><div class="figures"><figure>'
        '<a href="leaderboard.svg"><img src="leaderboard.png" loading="lazy" '
        f'alt="{escape(alt)}"></a>'
        "<figcaption>the score of each model, best first</figcaption></figure></div></section>"
    )


def _section(i, group, runs, folder):
    heads = "".join(f"<th{_class(name)}>{name}</th>" for name in words.COLUMNS)
    rows = [_row(place, row, runs, folder) for place, row in enumerate(group.rows, 1)]
    rows += [_missing(missing) for missing in group.missing]
    return (
        f'<section id="{_anchor(i)}"><h2>{escape(group.title)}</h2>'
        f'<p class="quiet">{escape(words.head(group))}</p><div class="scroll"><table class="board">'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div></section>"
    )


def _row(place, row, runs, folder):
    cells = dict(zip(words.COLUMNS, map(escape, words.cells(place, row)), strict=True))
    if row.note:
        cells["Model"] += f"<small>{escape(row.note)}</small>"
    page = runs / row.run / "index.html"
    if page.is_file():
        link = os.path.relpath(page, folder).replace(os.sep, "/") + "#" + row.experiment.replace("/", "-")
        cells["Experiment"] = f'<a href="{escape(link)}">{cells["Experiment"]}</a>'
    cells["Experiment"] += f"<small>{row.when:%Y-%m-%d %H:%M}</small>"
    return "<tr>" + "".join(f"<td{_class(name)}>{cell}</td>" for name, cell in cells.items()) + "</tr>"


def _missing(missing):
    return (
        f'<tr class="missing"><td class="n">–</td><td>{escape(missing.model)}</td>'
        f'<td colspan="{len(words.COLUMNS) - 2}">{escape(missing.reason)}: '
        f"<code>{escape(missing.command)}</code></td></tr>"
    )


def _full_runs(board):
    if not board.full_runs:
        return ""
    commands = escape("\n".join(board.full_runs))
    count = several(len(board.full_runs), "full run")
    return (
        f"<section><details><summary>{count} not recorded</summary><pre>{commands}</pre></details></section>"
    )


def _class(name):
    return ' class="n"' if name in _NUMERIC else ""


def _anchor(i):
    return f"group-{i + 1}"
