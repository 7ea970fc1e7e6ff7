"""The style of the pages of results: light and dark, wide and narrow, screen and paper."""

from course import webpage

CSS = """
:root {
  --paper: #f6f7f9; --card: #ffffff; --ink: #1c2430; --quiet: #5c6675; --line: #e1e5ea; --link: #0b5cad;
  --ok: #0a7a55; --ok-bg: #dcf3ea; --off: #9a4a00; --off-bg: #fdebd3; --error: #a4213a; --error-bg: #fbe0e4;
  --ran: #3f5068; --ran-bg: #e6ebf1; --code: #f1f3f6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161c; --card: #1a2029; --ink: #e6eaf0; --quiet: #9aa6b5; --line: #2c3542; --link: #7fbcff;
    --ok: #6fdcb2; --ok-bg: #123a2d; --off: #ffbf73; --off-bg: #43300f; --error: #ff98a9;
    --error-bg: #4a1a24; --ran: #b9c6d6; --ran-bg: #2a3442; --code: #222a35;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 1400px; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .1rem 0 1rem; letter-spacing: -.01em; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 0; }
section > h2 { margin-bottom: .75rem; }
.kicker { margin: 0; color: var(--quiet); font-size: .85rem; letter-spacing: .04em; }
.id, code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.id { font-size: .8em; font-weight: 500; color: var(--quiet); }
code { font-size: .9em; }
.verdict {
  display: inline-block; margin: 0 0 1.5rem; padding: .45rem .9rem; border-radius: .6rem; font-weight: 600;
}
.ok { color: var(--ok); background: var(--ok-bg); }
.off, .interrupted { color: var(--off); background: var(--off-bg); }
.error { color: var(--error); background: var(--error-bg); }
.ran { color: var(--ran); background: var(--ran-bg); }
.facts {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem 1.5rem; margin: 0;
}
.facts dt { color: var(--quiet); font-size: .8rem; }
.facts dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.chips { list-style: none; display: flex; flex-wrap: wrap; gap: .4rem; padding: 0; margin: 1.1rem 0 2rem; }
.chips li {
  background: var(--card); border: 1px solid var(--line); border-radius: 1rem; padding: .1rem .7rem;
  font-size: .82rem; color: var(--quiet);
}
.chips b { color: var(--ink); font-weight: 600; }
section, article {
  background: var(--card); border: 1px solid var(--line); border-radius: .9rem; padding: 1.4rem 1.5rem;
  margin: 0 0 1.5rem;
}
article { scroll-margin-top: 1rem; }
article:target { border-color: var(--link); }
.title { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; }
.quiet { color: var(--quiet); }
article > .quiet { margin: .15rem 0 1.1rem; font-size: .9rem; }
.pill { display: inline-block; border-radius: 1rem; padding: .05rem .7rem; font-size: .82rem; font-weight: 600; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; margin: 0 0 1rem; }
table.summary { width: 100%; margin: 0; font-size: .86rem; }
.summary th, .summary td { padding-right: .9rem; }
.summary code { font-size: .95em; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th { text-align: left; color: var(--quiet); font-weight: 600; font-size: .8rem; white-space: nowrap; }
th, td { padding: .32rem 1.4rem .32rem 0; vertical-align: top; border-bottom: 1px solid var(--line); }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th.n { text-align: right; }
td.bad, .metric.bad b { color: var(--error); font-weight: 700; }
.metrics {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(11.5rem, 1fr)); gap: .7rem;
  margin: 0 0 1.1rem;
}
.metric { border: 1px solid var(--line); border-radius: .6rem; padding: .55rem .8rem; min-width: 0; }
.metric.bad { border-color: var(--error); }
.metric span { display: block; color: var(--quiet); font-size: .8rem; overflow-wrap: anywhere; }
.metric b { display: block; font-size: 1.25rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.metric small { color: var(--quiet); font-size: .76rem; }
pre {
  background: var(--code); border-radius: .6rem; padding: .8rem 1rem; margin: 0 0 1.1rem; overflow-x: auto;
  font-size: .85rem; line-height: 1.5; white-space: pre-wrap; overflow-wrap: anywhere;
}
p.error { border-radius: .6rem; padding: .6rem .9rem; font-weight: 600; overflow-wrap: anywhere; }
.problems { background: none; color: var(--off); font-weight: 600; margin: 0 0 1rem; padding-left: 1.2rem; }
.figures { display: flex; flex-wrap: wrap; gap: 1.2rem; justify-content: center; }
figure { margin: 0; min-width: 0; flex: 1 1 auto; }
figure img {
  display: block; width: 100%; margin: 0 auto; background: #fff;
  border-radius: .5rem; border: 1px solid var(--line);
}
.summary th, .summary td { padding-right: .9rem; }
.summary code { font-size: .95em; }
figcaption { color: var(--quiet); font-size: .85rem; text-align: center; margin-top: .4rem; }
details { margin-top: 1rem; color: var(--quiet); }
details pre { margin-top: .5rem; }
summary { cursor: pointer; }
footer { color: var(--quiet); font-size: .85rem; }
@media (max-width: 40rem) { main { padding: 1.25rem .75rem 3rem; } section, article { padding: 1rem; } }
@media print { body { background: #fff; } section, article { break-inside: avoid; } }
"""


def document(title, body, more=""):
    """Return a whole page.

    Args:
        title: The title as HTML.
        body: The content as HTML.
        more: Rules of style for this page only.
    """
    return webpage.document(title, body, CSS + more)
