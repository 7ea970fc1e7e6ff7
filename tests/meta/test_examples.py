"""The examples in docstrings and on pages do what they say, on every backend."""

import doctest
import importlib
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

import course

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
SHARED = {"course": course, "keras": keras, "np": np, "ops": ops}  # what every example may use


def files_with_examples():
    files = [file for folder in ("course", "units") for file in sorted(Path(ROOT, folder).rglob("*.py"))]
    files = [file.relative_to(ROOT) for file in files if ">>>" in file.read_text(encoding="utf-8")]
    return [file for file in files if "exercises" not in file.parts]


def names_for(module):
    """What an example may use: ``SHARED``, the public names of its unit, and the names of its file."""
    folder, unit, *_ = module.__name__.split(".")
    public = vars(importlib.import_module(f"units.{unit}")) if folder == "units" else {}
    return SHARED | public | vars(module)


def failures(examples):
    said = []
    doctest.DocTestRunner(verbose=False, optionflags=OPTIONS).run(examples, out=said.append)
    return "".join(said)


@pytest.mark.parametrize("file", files_with_examples(), ids=str)
def test_examples_of_docstrings(file):
    name = ".".join(file.with_suffix("").parts).removesuffix(".__init__")
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name.split(".")[0] in ("course", "units"):
            raise
        pytest.skip(f"needs {error.name}, which an extra installs")
    found = doctest.DocTestFinder(exclude_empty=True).find(module, globs=names_for(module))
    found = [examples for examples in found if examples.examples]
    assert found, "an example that doctest does not find"
    if said := "".join(failures(examples) for examples in found):
        pytest.fail(said, pytrace=False)


@pytest.mark.backend_independent
def test_examples_of_pages():
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    for page in pages:
        examples = doctest.DocTestParser().get_doctest(
            page.read_text(encoding="utf-8"), dict(SHARED), page.name, str(page), 0
        )
        assert not failures(examples)


@pytest.mark.backend_independent
@pytest.mark.parametrize(("text", "right"), [("1 + 1\n2", True), ("1 + 1\n3", False), ("nothing", False)])
def test_a_wrong_example_is_found(text, right):
    examples = doctest.DocTestParser().get_doctest(f">>> {text}\n", {}, "an example", None, 0)
    assert right == (not failures(examples))
