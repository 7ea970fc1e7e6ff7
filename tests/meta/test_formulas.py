"""Formulas in the pages that a code host shows reach it as they were written.

Hosts read Markdown before they look for mathematics: outside of code, a backslash before punctuation (a row's end, a
thin space, a brace) is taken for Markdown's own, and two underscores may become emphasis. A fence ```` ```math ````
is safe; in a line of text `\\cr` ends a row of a matrix.
"""

import html
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

pytestmark = pytest.mark.backend_independent
ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("units/**/*.md"), *ROOT.glob("datasets/**/*.md")],
    key=lambda path: path.as_posix(),
)
FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![`$])\$([^$`\n]+)\$", flags=re.DOTALL)


def spoilt(text):
    """The formulas of a page that Markdown changes."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    shown = html.unescape(MarkdownIt("commonmark").enable("table").render(text))
    return [m.group() for m in FORMULA.finditer(text) if m.group() not in shown]


def test_markdown_spoils_what_it_takes_for_its_own():
    assert spoilt(r"$a\,b$ and $c_1 + c_2$") == [r"$a\,b$"]
    assert spoilt("```math\na\\,b\n```") == []
    assert spoilt("a | b\n--- | ---\n$\\{x\\}$ | 2") == [r"$\{x\}$"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_formulas_survive(page):
    text = page.read_text(encoding="utf-8")
    assert not spoilt(text)
    assert not re.search(r"\$[^$\n`]*\\rbrace \$", text), "a space before the closing $"
