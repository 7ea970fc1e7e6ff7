"""The common parts of the HTML pages: style, and functions that escape all text."""

from html import escape

from course import webpage

CSS = """
:root { --paper: #f6f7f9; --card: #fff; --ink: #1c2430; --quiet: #5c6675; --line: #dfe4ea; --link: #0b5cad;
  --good: #0a7a55; --good-bg: #dcf3ea; --part: #8a5200; --part-bg: #fdefd6; --bad: #a4213a; --bad-bg: #fbe0e4;
  --none: #4a5768; --none-bg: #e8ecf1; --bar: #4477aa; --code: #f1f3f6; }
@media (prefers-color-scheme: dark) { :root { --paper: #12161c; --card: #1a2029; --ink: #e6eaf0; --quiet: #9aa6b5;
  --line: #2c3542; --link: #7fbcff; --good: #6fdcb2; --good-bg: #123a2d; --part: #ffbf73; --part-bg: #43300f;
  --bad: #ff98a9; --bad-bg: #4a1a24; --none: #b9c6d6; --none-bg: #2a3442; --bar: #77aadd; --code: #222a35; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: break-word;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1280px; margin: 0 auto; padding: 2.2rem 1.25rem 4rem; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: .1rem 0 .6rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 0 0 .7rem; } h3 { font-size: 1rem; margin: 1rem 0 .2rem; }
.id { white-space: nowrap; }
.kicker { margin: 0; color: var(--quiet); font-size: .85rem; letter-spacing: .04em; }
.total { font-size: 1.15rem; font-weight: 600; margin: 0 0 .4rem; }
.quiet, footer { color: var(--quiet); font-size: .88rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .9rem; padding: 1.3rem 1.4rem;
  margin: 0 0 1.3rem; scroll-margin-top: 1rem; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 0 1.3rem; }
.head { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline; flex-wrap: wrap; }
.pill { display: inline-block; border-radius: 1rem; padding: .05rem .7rem; font-size: .84rem; font-weight: 600;
  white-space: nowrap; }
.good { color: var(--good); background: var(--good-bg); } .part { color: var(--part); background: var(--part-bg); }
.bad { color: var(--bad); background: var(--bad-bg); } .none { color: var(--none); background: var(--none-bg); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; width: 100%; }
th { text-align: left; color: var(--quiet); font-weight: 600; font-size: .8rem; }
th, td { padding: .35rem .9rem .35rem 0; vertical-align: top; border-bottom: 1px solid var(--line); }
td { overflow-wrap: break-word; } .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.w { min-width: 14rem; max-width: 34rem; overflow-wrap: anywhere; }
td.w:first-child { position: sticky; left: 0; background: var(--card); }
.below { color: var(--quiet); font-size: .84rem; }
pre { background: var(--code); border-radius: .5rem; padding: .5rem .8rem; margin: .35rem 0; overflow-x: auto;
  font: .84rem/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
svg { display: block; width: 100%; height: auto; max-width: 44rem; overflow: visible; }
svg text { fill: var(--quiet); font-size: 12px; } svg rect { fill: var(--bar); } svg line { stroke: var(--line); }
.named { font-weight: 600; }
summary { cursor: pointer; color: var(--quiet); font-size: .88rem; }
@media (max-width: 40rem) {
  main { padding: 1.2rem .7rem; } section { padding: 1rem; } .two { display: block; } svg text { font-size: 20px; }
  thead { display: none; } tr { display: block; padding: .45rem 0; border-bottom: 1px solid var(--line); }
  td, td.n { display: flex; gap: .8rem; justify-content: space-between; padding: .12rem 0; border: 0; }
  td:empty { display: none; } td.w { display: block; min-width: 0; max-width: none; }
  td[data-head]::before { content: attr(data-head); color: var(--quiet); font-size: .8rem; flex: none; }
  td.w[data-head]::before { display: block; } }
@media print { body { background: #fff; } section { break-inside: avoid; } }
"""


def page(title, body, style=""):
    """Return a whole page, which loads nothing from the network and runs no script; `style` is added to the CSS."""
    return webpage.document(e(title), body, CSS + style, alone=True)


def e(text):
    """Return the text escaped for HTML, including attributes in quotes."""
    return escape(str(text), quote=True)


def pill(kind, text):
    """Return a small coloured label."""
    return f'<span class="pill {kind}">{e(text)}</span>'


def name(exercise):
    """Return the name of an exercise, without line breaks."""
    return f'<span class="id">{e(exercise)}</span>'


def two_lines(first, second):
    """Return a cell with a second line in smaller letters; both are HTML and may be empty."""
    if not (first or second):
        return ""
    return f'<span>{first}<div class="below">{second}</div></span>' if second else f"<span>{first}</span>"


def table(columns, rows, numbers=(), wide=()):
    """Return a table; the cells are HTML. The columns `numbers` are right-aligned, the columns `wide` are wide.

    On a narrow screen each row is a block, in which the names of the columns stand in front of the cells.
    """

    def cells(tag, row):
        made = []
        for i, (cell, column) in enumerate(zip(row, columns, strict=True)):
            kind = "n" if i in numbers else "w" if i in wide and tag == "td" else ""
            about = (f' class="{kind}"' if kind else "") + (
                f' data-head="{e(column)}"' if column and tag == "td" else ""
            )
            made.append(f"<{tag}{about}>{cell}</{tag}>")
        return "".join(made)

    head = f"<tr>{cells('th', [e(column) for column in columns])}</tr>"
    body = "\n".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f'<div class="scroll"><table>\n<thead>{head}</thead>\n<tbody>\n{body}\n</tbody></table></div>'
