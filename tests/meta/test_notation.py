"""The page of notation lists every meaning that the units give to a letter which several of them use."""

import re
from pathlib import Path

import pytest

from course import catalog
from course.handbook import indexes

pytestmark = pytest.mark.backend_independent
ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/notation.md").read_text(encoding="utf-8")
SMALL = {
    "that",
    "than",
    "with",
    "from",
    "which",
    "what",
    "where",
    "those",
    "these",
    "this",
    "their",
    "also",
    "other",
}


def listed(text):
    """The table of the page: letter → pairs of a meaning and the numbers of its units."""
    found, letter = {}, None
    table = text.partition("## Letters that several units use\n")[2]
    for first, meaning, units in re.findall(
        r"^\| (.*?) ?\| (.+?) \| ([\d, ]+) \|$", table, flags=re.MULTILINE
    ):
        letter = first.strip() or letter
        found.setdefault(letter, []).append((meaning, [int(number) for number in units.split(", ")]))
    return found


def used(units):
    """Letter → number of a unit → its row in the table of that unit: the letters, and the meaning."""
    found = {}
    for unit in units:
        for group, meaning in indexes.symbols(unit):
            for letter in group.split(", "):
                found.setdefault(letter, {})[unit.number] = (group, meaning)
    return {letter: rows for letter, rows in found.items() if len(rows) > 1}


def words(text):
    """The words of a text by which a meaning is recognized; short names as they are, such as "Xᵀy" and "C"."""
    all_words = re.findall(r"[^\W\d_][\w/^ᵀ]*|∂\S+|3\.14", text)
    return {
        w.lower().rstrip("s") for w in all_words if (len(w) > 3 and w.lower() not in SMALL) or not w.islower()
    }


def faults(page, units):
    """What the page leaves out or says wrongly, a sentence for each."""
    table, there = listed(page), used(units)
    wrong = [f"{letter} has no row" for letter in set(there) - set(table)]
    wrong += [f"{letter} is not in the tables of two units" for letter in set(table) - set(there)]
    for letter in set(there) & set(table):
        numbers = {number for _, in_units in table[letter] for number in in_units}
        for number in numbers ^ set(there[letter]):
            wrong.append(f"{letter}: unit {number} is missing, or does not use it")
        for meaning, in_units in table[letter]:
            for number in set(in_units) & set(there[letter]):
                if not words(meaning) & words(there[letter][number][1]):
                    wrong.append(
                        f"{letter} in unit {number}: “{meaning}” is not “{there[letter][number][1]}”"
                    )
        for number, (group, meaning) in there[letter].items():
            known = set().union(*(words(m) for m, in_units in table[letter] if number in in_units))
            if group == letter:  # the row is about this letter alone: each of its parts is a meaning
                wrong += [
                    f"{letter} in unit {number}: “{part.strip()}” is not listed"
                    for part in meaning.split(";")
                    if not known & words(part)
                ]
    return sorted(wrong)


def test_the_page_lists_what_each_letter_means_in_which_unit():
    assert not faults(PAGE, catalog.load().units)


@pytest.mark.parametrize(
    ("row", "changed", "message"),
    [
        (
            "| α | learning rate, length of a step |",
            "| α | temperature |",
            "α in unit 1: “temperature” is not",
        ),
        ("| ρ | correlation | 1 |\n", "| ρ | correlation | 2 |\n", "ρ: unit 1 is missing"),
        ("| ℓ | eigenvalue | 1 |\n", "", "has no row|is not in the tables|is missing"),
        (
            "|  | weight of the entropy in the cost of a policy | 9 |\n",
            "",
            "“in the cost of a policy the weight",
        ),
    ],
)
def test_a_wrong_page_is_found(row, changed, message):
    assert row in PAGE
    assert re.search(message, "\n".join(faults(PAGE.replace(row, changed), catalog.load().units)))
