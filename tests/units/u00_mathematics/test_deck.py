"""The lines of code on the slides print what the slides say, on every backend; and every statement has such a line."""

import doctest
import re
from pathlib import Path

import pytest

from course import catalog, slides

ROOT = Path(__file__).resolve().parents[3]
DECK = ROOT / "slides/u00_mathematics.md"


def session(text):
    """The lines of all fences as one session."""
    return "\n".join(re.findall(r"^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE))


def failures(text):
    """What a session prints otherwise than it says."""
    test = doctest.DocTestParser().get_doctest(session(text), {}, DECK.name, str(DECK), 0)
    out = []
    doctest.DocTestRunner(verbose=False).run(test, out=out.append)
    return len(test.examples), "".join(out)


def test_the_lines_print_what_the_slides_say():
    lines, wrong = failures(DECK.read_text(encoding="utf-8"))
    assert lines > 100
    assert not wrong, wrong


def test_a_wrong_line_is_found():
    assert not failures("```python\n>>> 1 + 1\n2\n```\n")[1]
    assert "Expected" in failures("```python\n>>> 1 + 1\n3\n```\n")[1]


@pytest.mark.backend_independent
def test_every_slide_with_a_statement_has_a_line_or_a_figure():
    unit = catalog.load().find("u00")
    _, _, *statements, _, _ = slides.load(unit).slides
    assert 25 <= len(statements) + 4 <= 36
    assert not [
        slide.title for slide in statements if ">>>" not in slide.text and "figure:" not in slide.text
    ]
