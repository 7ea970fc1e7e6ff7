"""Each symbol has one meaning: a table in the README of each unit lists all Greek letters of its deck and its files."""

import re
from pathlib import Path

import pytest

from course import catalog

pytestmark = pytest.mark.backend_independent
ROOT = Path(__file__).resolve().parents[2]
UNITS = catalog.load().units

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "varepsilon": "ε", "epsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip


def texts(unit):
    """The deck, the files of the unit, and what students read of its exercises: path → text."""
    paths = [
        ROOT / "slides" / f"{unit.slug}.md",
        *unit.path.glob("*.py"),
        *unit.path.glob("experiments/*.py"),
    ]
    paths += [*unit.path.glob("exercises/*/task.md"), *unit.path.glob("exercises/*/mistakes.diff")]
    paths += unit.path.glob("exercises/*/exercise.toml")
    found = {path: path.read_text(encoding="utf-8") for path in paths}
    return found | {exercise.path / "stub.py": exercise.stub.text for exercise in unit.exercises}


def symbols(unit):
    """The symbols of the README's table, in its order."""
    text = (unit.path / "README.md").read_text(encoding="utf-8")
    table = text.split("## Symbols\n")[1]
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", table, flags=re.MULTILINE)[1:]
    return [symbol for row in rows if not row.startswith("---") for symbol in row.split(", ")]


def letters(text):
    """The Greek letters of a text, whether TeX or not."""
    found = set(re.findall("[α-ωΓΔΘΛΞΠΣΦΨΩ]", text))
    return found | {GREEK[name] for name in re.findall(rf"\\({'|'.join(GREEK)})(?![a-zA-Z])", text)}


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_a_symbol_stands_in_the_table_once(unit):
    found = symbols(unit)
    assert len(found) >= 15
    assert len(found) == len(set(found)), sorted({s for s in found if found.count(s) > 1})


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_every_greek_letter_has_its_row(unit):
    """Σ and Π are letters like the others: a sum is written ∑ and a product ∏."""
    known = set("".join(symbols(unit)))
    unknown = {path.relative_to(ROOT): letters(text) - known for path, text in texts(unit).items()}
    assert not {str(path): found for path, found in unknown.items() if found}


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_a_sigma_that_is_not_in_the_table_is_the_sigmoid_by_its_name(unit):
    """σ is a standard deviation or a noise, and only where the table has it; the sigmoid is σ_Sig in all units."""
    if "σ" not in symbols(unit):
        bare = re.compile(r"σ(?!_Sig)|\\sigma(?![a-zA-Z]|_\{?\\(text|mathrm)\{Sig)")
        found = {str(path.relative_to(ROOT)): bare.search(text) for path, text in texts(unit).items()}
        assert not {path for path, match in found.items() if match}


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_the_bias_comes_last(unit):
    wrong = re.compile(r"\bb \+ [Ww](ᵀ|\^\\top)? ?x")
    assert not [str(path.relative_to(ROOT)) for path, text in texts(unit).items() if wrong.search(text)]


def test_shapes_have_one_form_and_names_are_spelled_as_in_keras():
    """`shape (batch, features)` in docstrings; the words of Keras's API with a z."""
    other = re.compile(
        r"``\((batch|features|classes|units|\.\.\., batch)\b|, of shape \(|(?i:(initial|normal|regular|optim)is(e|at))"
    )
    paths = [
        *(ROOT / "course").rglob("*.py"),  # among them the first lines of a new exercise
        *(ROOT / "units").rglob("*.py"),
        *(ROOT / "units").rglob("*.md"),
        *(ROOT / "slides").glob("*.md"),
    ]
    assert not [
        str(path.relative_to(ROOT)) for path in paths if other.search(path.read_text(encoding="utf-8"))
    ]


def test_letters_are_found():
    assert letters(r"$\lambda_{\max}$ and κ, but no \text{rho} and \mu x") == {"λ", "κ", "μ"}
    assert letters(r"$\sum_i \Sigma$ and ∑ and ∏") == {"Σ"}
