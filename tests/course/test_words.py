"""Numbers with their nouns, and what ends a sentence, come from one place."""

import ast
import itertools
import re
from pathlib import Path

import pytest

import course
from course.words import sentence, several

pytestmark = pytest.mark.backend_independent

NOUNS = "points|exercises|parts|students|submissions|experiments|units|slides|figures|hints"
COUNTED = re.compile(rf"^ ({NOUNS})\b(?! at a time| a minute)")


@pytest.mark.parametrize(("count", "message"), [(0, "0 points"), (1, "1 point"), (2, "2 points")])
def test_a_noun_follows_its_number(count, message):
    assert several(count, "point") == message


@pytest.mark.parametrize(
    ("text", "message"),
    [("f on [−2, 2]", "f on [−2, 2]."), ("wrong.", "wrong."), ("what?", "what?"), ("so, ", "so."), ("", "")],
)
def test_a_sentence_has_one_end(text, message):
    assert sentence(text) == message


def test_no_message_writes_its_own_plural():
    folder = Path(course.__file__).parent
    found = []
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder.parent).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            parts = node.values if isinstance(node, ast.JoinedStr) else ()
            for before, after in itertools.pairwise(parts):
                text = after.value if isinstance(after, ast.Constant) else ""
                number = isinstance(before, ast.FormattedValue)
                if number and COUNTED.match(text):
                    found.append(f"{name}:{node.lineno}:{text}")
    assert not found, f"course.words.several says how many: {found}"
