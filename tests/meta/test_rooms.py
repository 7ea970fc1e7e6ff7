"""The rooms of `course/`: which imports which, no circle among modules, a sentence at each door, tests alike."""

import ast
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.backend_independent
ROOT = Path(__file__).resolve().parents[2]
COURSE = ROOT / "course"

# Room → the rooms that it imports. A room inside of another is named by its path. What lies loose at the top of
# `course/` may be imported by all.
ARROWS = {
    "processes": set(),
    "data": set(),
    "catalog": {"grading/authoring"},  # stub and mistakes are derived
    "distribution": set(),
    "training": {"distribution", "processes", "training/rules", "training/trainers"},
    "training/rules": {"training"},
    "training/trainers": {"distribution", "processes", "training", "training/rules"},
    "training/costs": set(),
    # No room imports the fast paths: a model gets them from one function for each backend, by a computed name.
    "training/fast": {"distribution", "processes", "training", "training/rules", "training/trainers"},
    "testing": set(),  # it trains models by the names of `course`
    "figures": set(),
    "bench": {"data", "figures", "processes"},
    "experiments": {"catalog", "data", "figures", "processes", "training/costs"},
    "grading": {"catalog", "grading/authoring", "grading/sandbox", "processes"},
    "grading/sandbox": {"catalog", "grading", "processes", "training"},
    "grading/authoring": {"catalog", "grading"},
    "grading/workspace": {"grading"},
    "grading/batch": {"grading", "grading/platforms", "grading/sandbox", "grading/workspace", "processes"},
    "grading/platforms": {"grading/batch"},
    "grading/similarity": {"grading/batch", "grading/platforms", "grading/workspace"},
    "release": {"catalog", "grading", "grading/sandbox", "grading/workspace", "processes"},
    "slides": {"experiments", "figures"},
    "notebooks": {"catalog", "grading", "grading/authoring", "grading/sandbox", "grading/workspace"},
    "handbook": {"catalog", "experiments", "slides"},
    "cli": {
        *(
            "bench",
            "catalog",
            "data",
            "distribution",
            "experiments",
            "notebooks",
            "processes",
            "release",
            "slides",
            "testing",
        ),
        *(
            "grading",
            "grading/authoring",
            "grading/batch",
            "grading/platforms",
            "grading/sandbox",
            "grading/similarity",
            "grading/workspace",
            "training",
        ),
    },
    "gate": {"cli", "processes"},
}
# What lies loose at the top of `course/`, and the rooms that it imports.
LOOSE = {
    "__init__": {"distribution", "training"},  # when one of their names is first used
    "backend": {"processes"},
    "errors": set(),
    "fast": set(),
    "context": set(),
    "paths": set(),
    "validation": set(),
    "webpage": set(),
    "words": set(),
}


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(COURSE.rglob("*.py"))}


def imported(path):
    """The modules of `course` that a file imports, at its head or later, by a statement or by a constant name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names = [
                inner if (inner := f"{node.module}.{alias.name}") in MODULES else node.module
                for alias in node.names
            ]
        elif isinstance(node, ast.Call):
            function = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if function in ("import_module", "__import__"):
                names = [a.value for a in node.args[:1] if isinstance(a, ast.Constant)]
        yield from (name for name in names if name in MODULES)


def room_of(module):
    """The room that a module lies in, the inner one first; None for a loose one."""
    path = MODULES[module]
    folder = path.parent.relative_to(COURSE).as_posix()
    while folder != "." and folder not in ARROWS:
        folder = Path(folder).parent.as_posix()
    return None if folder == "." else folder


def test_every_folder_is_a_room():
    folders = {path.parent.name for path in COURSE.glob("*/__init__.py")}
    assert folders == {room for room in ARROWS if "/" not in room}
    assert {path.stem for path in COURSE.glob("*.py")} == set(LOOSE), "find a room for it"


def test_rooms_import_what_the_table_says():
    found = {room: set() for room in ARROWS}
    loose = {module: set() for module in LOOSE}
    for module, path in MODULES.items():
        room = room_of(module)
        others = {room_of(other) for other in imported(path)} - {room, None}
        if room is None:
            loose[path.stem] |= others
        else:
            found[room] |= others
    assert found == ARROWS
    assert loose == LOOSE


def test_no_module_imports_itself_in_a_circle():
    arrows = {module: {*imported(path)} - {module} for module, path in MODULES.items()}
    while ends := {module for module, others in arrows.items() if not others}:
        arrows = {module: others - ends for module, others in arrows.items() if module not in ends}
    behind = set().union(*arrows.values())  # what is left imports a circle or lies on one
    assert not {module: sorted(others) for module, others in arrows.items() if module in behind}


@pytest.mark.parametrize("room", ARROWS)
def test_each_room_says_what_it_is_for(room):
    """What it is for, then what it may import, as the table says it, and who calls it."""
    text = ast.get_docstring(ast.parse((COURSE / room / "__init__.py").read_text(encoding="utf-8"))) or ""
    purpose, imports, callers = re.fullmatch(
        r"(.+?)(?:Imports (no other room)|May import ([^.]+)\.)(.+)", text, re.DOTALL
    ).group(1, 3, 4)
    assert purpose.strip()
    assert re.search(r"\bcalls?\b", callers)
    named = {other for other in ARROWS if re.search(rf"\b{other.rpartition('/')[2]}\b", imports or "")}
    assert imports == "every other room" or named == ARROWS[room]


def test_tests_mirror_the_rooms():
    """Every room has a folder of tests, and `tests/course` has no other."""
    there = {path.name for path in (ROOT / "tests" / "course").iterdir() if (path / "__init__.py").is_file()}
    assert there == {room for room in ARROWS if "/" not in room}
    for outer, others in (("grading", set()), ("training", {"published_steps"})):
        folder = ROOT / "tests" / "course" / outer
        inner = {path.name for path in folder.iterdir() if (path / "__init__.py").is_file()}
        assert inner - others == {room.partition("/")[2] for room in ARROWS if room.startswith(f"{outer}/")}


def test_the_core_of_training_is_small():
    """What a reader needs to understand how a step gets its derivatives; the rooms inside are not part of it."""
    core = COURSE / "training"
    lines = {path.name: len(path.read_text("utf-8").splitlines()) for path in core.glob("*.py")}
    assert sum(lines.values()) <= 1200, lines
    assert max(lines["jax.py"], lines["tensorflow.py"], lines["torch.py"]) <= 160


def test_training_works_without_its_fast_paths_in_thought():
    """One place gets them, by one function for each backend; no file outside of the folder names one of its files."""
    fast = COURSE / "training" / "fast"
    naming = [
        path.relative_to(COURSE).as_posix()
        for path in MODULES.values()
        if fast not in path.parents and "course.training.fast" in path.read_text("utf-8")
    ]
    assert set(naming) <= {"training/trainers/loops.py", "training/trainers/paths.py"}
    for backend in ("jax", "tensorflow", "torch"):
        assert "def fast_paths(model)" in (fast / f"{backend}.py").read_text("utf-8")
