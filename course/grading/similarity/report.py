"""Writes the report for the instructor: a page with the ranked pairs, a page for each pair, and a table."""

from course.grading.batch.html_page import e, name, page, table
from course.grading.platforms.spreadsheet import write_table
from course.grading.workspace import write_whole
from course.words import several

NO_VERDICT = (
    "This report is no verdict. It measures which pieces of two answers are alike, and not why: short exercises have "
    "few good answers, students may read the same book, and a template is alike for everybody. Look at the two texts "
    "and talk to the students before you decide anything. It has cost no points."
)
CSS = """
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; } .sides > div { min-width: 0; }
.sides pre { max-height: none; } mark { background: var(--part-bg); color: inherit; border-radius: .15rem; }
.warn { border-left: .35rem solid var(--part); }
@media (max-width: 60rem) { .sides { grid-template-columns: 1fr; } }
"""


def write_report(compared, out):
    """Write the report on a list of `Compared` to a folder; return the path of its page."""
    ranked = [(one, pair) for one in compared for pair in one.pairs]
    ranked.sort(key=lambda both: (-both[1].similarity, both[0].exercise.name, -both[1].shared))
    files = {"index.html": _index(compared, ranked).encode("utf-8", "replace"), "pairs.csv": _csv(ranked)}
    for number, (one, pair) in enumerate(ranked, 1):
        files[f"pairs/{number}.html"] = _pair_page(number, one, pair).encode("utf-8", "replace")
    for old in (out / "pairs").glob("*.html"):
        if old.stem.isdecimal() and f"pairs/{old.name}" not in files:
            old.unlink()  # a page of an earlier run
    for path, data in files.items():
        write_whole(out / path, data)
    return out / "index.html"


def _percent(share):
    return f"{100 * share:.0f} %"


def _index(compared, ranked):
    rows = [
        [
            f'<a href="pairs/{number}.html">{number}</a>',
            _percent(pair.similarity),
            _percent(one.median),
            name(one.exercise.name),
            e(_who(pair.one)),
            e(_who(pair.two)),
            str(pair.shared),
        ]
        for number, (one, pair) in enumerate(ranked, 1)
    ]
    heads = ["pair", "similarity", "median", "exercise", "student", "student", "shared pieces"]
    pairs = (
        table(heads, rows, numbers=(1, 2, 6), wide=(4, 5))
        if rows
        else "<p>No pair of answers is above the limit.</p>"
    )
    exercises = [
        [
            name(one.exercise.name),
            e(one.exercise.title),
            str(one.answers),
            _percent(one.median),
            e(_left(one)),
        ]
        for one in compared
    ]
    about = table(["exercise", "", "answers", "median", ""], exercises, numbers=(2, 3), wide=(1, 4))
    body = f"""<header>
<p class="kicker">Mathematical Engineering of Deep Learning</p>
<h1>Similar answers</h1>
<p class="total">{several(len(ranked), "pair")} to look at</p>
</header>
<section class="warn"><p>{e(NO_VERDICT)}</p>
<p class="quiet">The names of variables, comments and spaces do not count, and neither do the stub of the exercise and
pieces that many answers have. Similarity is the mean of the two shares of an answer that are also in the other one.
Compare it with the median of all pairs of the exercise. This page is for the instructor only.</p></section>
<section><h2>Pairs, the most similar first</h2>
{pairs}</section>
<section><h2>Exercises</h2>
{about}</section>"""
    return page("Similar answers", body, CSS)


def _left(one):
    said = []
    if one.short:
        said.append(f"{several(one.short, 'answer')} too short to be compared")
    if one.unread:
        said.append("too long: " + ", ".join(answer.student for answer in one.unread[:8]))
    return "; ".join(said)


def _who(answer):
    return f"{answer.student} (earlier)" if answer.earlier else answer.student


def _pair_page(number, one, pair):
    sides = "".join(
        f"<div><h3>{e(_who(answer))}</h3>\n"
        f'<p class="quiet">{e(answer.entry)}: {_percent(share)} of it is also on the other side</p>\n'
        f"<pre>{_marked(text, slices)}</pre></div>"
        for answer, share, text, slices in zip(
            (pair.one, pair.two), pair.shares, pair.texts, pair.slices, strict=True
        )
    )
    title = f"Pair {number}: {one.exercise.name}"
    body = f"""<header>
<p class="kicker"><a href="../index.html">Similar answers</a></p>
<h1>{e(title)} · {e(one.exercise.title)}</h1>
<p class="total">Similarity {_percent(pair.similarity)}; the median of the exercise is {_percent(one.median)}</p>
</header>
<section class="warn"><p>{e(NO_VERDICT)}</p></section>
<section><div class="sides">{sides}</div></section>"""
    return page(title, body, CSS)


def _marked(text, slices):
    """Return a text as HTML in which the slices are marked."""
    pieces, end = [], 0
    for one in sorted(slices, key=lambda one: one.start):
        begin = max(one.start, end)
        if begin >= one.stop:
            continue
        pieces += [e(text[end:begin]), "<mark>", e(text[begin : one.stop]), "</mark>"]
        end = one.stop
    return "".join([*pieces, e(text[end:])])


def _csv(ranked):
    heads = [
        "number",
        "exercise",
        "similarity",
        "median",
        "student",
        "other",
        "share",
        "other share",
        "shared",
    ]
    rows = [
        [
            *(number, one.exercise.name, f"{pair.similarity:.3f}", f"{one.median:.3f}"),
            *(_who(pair.one), _who(pair.two), *(f"{share:.3f}" for share in pair.shares), pair.shared),
        ]
        for number, (one, pair) in enumerate(ranked, 1)
    ]
    return write_table([heads, *rows])
