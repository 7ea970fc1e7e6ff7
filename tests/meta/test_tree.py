"""The house keeps its plan: who imports whom, which folders hold data only, how long a file may be."""

import ast
import re
from pathlib import Path

import pytest

from course import catalog

pytestmark = pytest.mark.backend_independent
ROOT = Path(__file__).resolve().parents[2]
BACKENDS = {"jax", "jaxlib", "tensorflow", "torch"}
# Where a backend is imported: the seam, and the native loops that `course bench` compares it with.
SEAM = ("course/training/", "course/distribution/", "course/bench/native/")


def sources(folder):
    return sorted(p for p in (ROOT / folder).rglob("*.py") if "__pycache__" not in p.parts)


def imports(path):
    """The dotted names of modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
            "import_module",
            "__import__",
        ):
            yield from (a.value for a in node.args[:1] if isinstance(a, ast.Constant))


def name(path):
    return path.relative_to(ROOT).as_posix()


def test_backends_are_imported_in_the_seam_only():
    outside = [
        f"{name(p)}: {module}"
        for p in sources("course") + sources("units")
        for module in imports(p)
        if module.split(".")[0] in BACKENDS and not name(p).startswith(SEAM)
    ]
    assert not outside


def test_each_adapter_imports_its_own_backend_only():
    for backend in ("jax", "tensorflow", "torch"):
        found = {m.split(".")[0] for m in imports(ROOT / f"course/training/{backend}.py")} & BACKENDS
        assert found == {backend}


def test_native_loops_use_their_backend_alone():
    """What the course is compared with has neither Keras nor the course in it."""
    native = ROOT / "course/bench/native"
    for backend in ("jax", "tensorflow", "torch"):
        for p in sources(f"course/bench/native/{backend}"):
            found = {m.split(".")[0] for m in imports(p)} & (BACKENDS | {"keras"})
            assert found <= {backend}, name(p)
            own = f"course.bench.native.{backend}."
            assert all(m.startswith(own) for m in imports(p) if m.startswith("course")), name(p)
    assert {p.name for p in native.iterdir() if p.is_dir()} - {"__pycache__"} == BACKENDS - {"jaxlib"}


def test_the_engine_knows_no_unit():
    offending = [name(p) for p in sources("course") if any(m.split(".")[0] == "units" for m in imports(p))]
    assert not offending


def test_a_unit_imports_only_units_before_it():
    backwards = []
    for p in sources("units"):
        match = re.match(r"units/u(\d\d)_", name(p))
        for module in imports(p):
            other = re.match(r"units\.u(\d\d)_", module)
            if match and other and int(other[1]) > int(match[1]):
                backwards.append(f"{name(p)}: {module}")
    assert not backwards


@pytest.mark.parametrize("folder", ["datasets", "slides"])
def test_data_folders_hold_data_only(folder):
    assert not sources(folder)


def registered(path):
    """The names under which the classes and functions of a file are registered, such as ``medl>FeedForward``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for d in getattr(node, "decorator_list", []):
            if isinstance(d, ast.Call) and ast.unparse(d.func).endswith("register_keras_serializable"):
                given = [a.value for a in d.args] + [None] * 2
                named = {k.arg: k.value.value for k in d.keywords}
                package, called = named.get("package", given[0]), named.get("name", given[1])
                yield f"{package}>{called or node.name}"


def test_two_classes_are_not_registered_under_one_name():
    """Keras keeps the last one: a saved model of the other class could not be loaded."""
    files = [p for p in sources("course") + sources("units") if "exercises" not in p.parts]
    found = [(n, name(p)) for p in files for n in registered(p)]
    assert len(found) > 100
    first = {}
    assert not [(n, first[n], p) for n, p in found if first.setdefault(n, p) != p]


def test_one_idea_one_file():
    """A lesson is a text for 60 to 90 minutes with cells of code; it is read in one go, so it stays one file."""
    long = []
    for folder, most in (("units", 250), ("course", 300)):
        for p in sources(folder):
            limit = 800 if p.name == "lesson.py" else most
            if (n := len(p.read_text(encoding="utf-8").splitlines())) > limit:
                long.append(f"{name(p)}: {n} lines")
    assert not long


def test_every_unit_has_its_rooms():
    units = catalog.load().units
    assert units
    for unit in units:
        folder = ROOT / "units" / unit.slug
        for room in ("README.md", "unit.toml", "__init__.py", "lesson.py", "experiments", "exercises"):
            assert (folder / room).exists(), f"{unit.slug} has no {room}"
        assert (ROOT / "slides" / f"{unit.slug}.md").is_file()
        assert list((ROOT / "tests" / "units" / unit.slug).glob("test_*.py"))
        listed = {e.id for e in unit.experiments}
        files = {p.stem for p in (folder / "experiments").glob("*.py")} - {"__init__"}
        assert listed == files, "unit.toml and the folder experiments disagree"
        folders = {p.name for p in (folder / "exercises").iterdir() if (p / "check.py").exists()}
        assert {e.id for e in unit.exercises} == folders


def test_no_machine_or_registry_is_named():
    """No path of somebody's machine, no package registry's host, in any file of the tree."""
    # The patterns are put together here so that this file does not hold them itself.
    pieces = [
        "/ro" + "ot/",
        "/wo" + r"rk/(main|shared)",
        "py" + r"pi\.",
        r"registry\.np" + "m",
        "pythonho" + "sted",
    ]
    bad = re.compile("|".join(pieces))
    skip = {".git", ".venv", "runs", "work", "__pycache__", ".ruff_cache", ".pytest_cache", "build"}
    found = []
    for p in ROOT.rglob("*"):
        if not p.is_file() or skip & set(p.relative_to(ROOT).parts) or p.suffix in {".png", ".npz", ".gif"}:
            continue
        if any(part.endswith(".egg-info") for part in p.parts):
            continue
        found += [
            f"{name(p)}:{i}"
            for i, line in enumerate(p.read_text(encoding="utf-8").splitlines(), 1)
            if bad.search(line)
        ]
    assert not found
