"""Which tests a change can reach: by imports, by the catalogue of units, and by files that tests name.

    python -m course.gate --changed            the change against the branch main, with what is not committed
    python -m course.gate --base HEAD~3        the change against another commit

A test file is reached

- if it imports a changed Python file, directly or through others. A dotted name in a string (``"course.cli"``, for
  ``python -m``) counts as an import, and so does ``course.Model``, which ``course`` imports when it is used first;
- if a file of a unit was changed and the test reads the catalogue of units. Of the tests whose name has a unit, those
  of changed units run, and of units that import them;
- if it names a changed file that nobody imports, such as ``README.md``, or a folder that the file is in, such as
  ``docs``.

A change of the settings of all tests (``setup.cfg``, ``constraints.txt``, ``tests/conftest.py``, …) reaches all.
As a pytest plugin (``-p course.gate.changed``) this module deselects what is not reached.
"""

import ast
import functools
import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import course
from course.errors import CourseError

VARIABLE = "COURSE_GATE_CHANGED"  # a file with the reach of the change, for the processes that run the tests
EVERYTHING = (
    "setup.cfg",
    "setup.py",
    "pyproject.toml",
    "constraints.txt",
    "Makefile",
    ".ci/",
    "tests/conftest.py",
)
CATALOGUE = ("course/catalog/",)
UNIT = re.compile(r"u\d\d(?=_|\b|/)")


@dataclass
class Reach:
    """What a change reaches.

    Attributes:
        everything: whether all tests run.
        engine: test files that the changed files of the engine and of the tests reach.
        content: test files that look at units.
        units: the units that the change reaches, such as ``u03``.
    """

    everything: bool
    engine: set
    content: set
    units: set

    def holds(self, path, name):
        """Whether the test of this name in this file is to be run."""
        if self.everything or path in self.engine:
            return True
        named = units_in(name)
        return path in self.content and (not named or bool(named & self.units))

    def save(self, file):
        """Write it for the processes that run the tests."""
        Path(file).write_text(
            json.dumps([self.everything, *(sorted(x) for x in (self.engine, self.content, self.units))]),
            "utf-8",
        )

    @classmethod
    def load(cls, file):
        """Read what ``save`` wrote."""
        everything, *sets = json.loads(Path(file).read_text("utf-8"))
        return cls(everything, *map(set, sets))


def units_in(text):
    """The units that a name or a path names."""
    return set(UNIT.findall(text))


def changed_files(root, base="main"):
    """The files that differ from where this branch left ``base``, committed or not.

    Raises:
        CourseError: ``base`` is no commit, or the folder is no Git checkout.
    """
    since = _git(root, "merge-base", base, "HEAD").strip()
    named = _git(root, "diff", "--name-only", "--no-renames", since)
    new = _git(root, "ls-files", "--others", "--exclude-standard")
    return sorted({*named.splitlines(), *new.splitlines()})


def reach(root, changed):
    """What these changed files reach; see above.

    Args:
        root: of the checkout.
        changed: paths relative to it.
    """
    if any(path.startswith(EVERYTHING) for path in changed):
        return Reach(True, set(), set(), set())
    graph = Imports(root)
    python = {path for path in changed if path.endswith(".py")}
    of_units = {path for path in changed if path.startswith(("units/", "slides/"))} | _uses_of_data(
        root, changed
    )
    reached_units = graph.reached_by(python & of_units)
    units = set().union(
        *(units_in(p) for p in (*of_units, *reached_units) if not p.startswith("tests/")), set()
    )
    named = {path for path in changed if path not in of_units and not graph.is_imported(path)}
    engine = graph.reached_by((python - of_units) | graph.naming(named))
    content = reached_units | (graph.reached_by(graph.matching(CATALOGUE)) if of_units else set())
    return Reach(False, *({p for p in paths if p.startswith("tests/")} for paths in (engine, content)), units)


class Imports:
    """Which Python file imports which."""

    def __init__(self, root):
        self.root = Path(root)
        listed = _git(root, "ls-files", "--cached", "--others", "--exclude-standard", "*.py").splitlines()
        self.files = {path for path in listed if (self.root / path).is_file()}
        self.texts = {path: (self.root / path).read_text("utf-8") for path in self.files}
        self.importers = {}
        for path in self.files:
            for imported in self._imported(path):
                self.importers.setdefault(imported, set()).add(path)

    def reached_by(self, paths):
        """These files and all that import them, directly or through others; a deleted file's importers too."""
        reached, waiting = set(), list(paths)
        while waiting:
            path = waiting.pop()
            if path not in reached:
                reached.add(path)
                waiting += self.importers.get(path, ())
        return reached & self.files

    def matching(self, prefixes):
        """The files whose paths begin so."""
        return {path for path in self.files if path.startswith(prefixes)}

    def is_imported(self, path):
        """Whether another file imports this one, or pytest does."""
        return path in self.importers or Path(path).name.startswith(("test_", "conftest."))

    def naming(self, paths):
        """The test files in which the name of one of these files stands, or of a folder that it is in."""
        names = {part for path in paths for part in Path(path).parts} - {"course", "tests", "units"}
        if not names:
            return set()
        named = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, names))})(?!\w)")
        return {p for p, text in self.texts.items() if p.startswith("tests/") and named.search(text)}

    def _imported(self, path):
        package = path.split("/")[:-1]
        for node in ast.walk(ast.parse(self.texts[path])):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield from self._module(alias.name)
            elif isinstance(node, ast.ImportFrom):
                parts = package[: len(package) - node.level + 1] if node.level else []
                base = ".".join([*parts, *filter(None, [node.module])])
                for alias in node.names:
                    yield from self._module(f"{base}.{alias.name}")
            elif (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "course"
            ):
                yield from self._module(f"course.{_LAZY.get(node.attr, node.attr)}")
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                yield from self._all_of(node.values[0].value)
            elif isinstance(node, ast.Constant) and path != "course/__init__.py" and _is_dotted(node.value):
                yield from self._module(node.value)

    def _module(self, dotted):
        """The files that Python runs to import this: the packages on the way, and the module if it is one."""
        parts = dotted.split(".")
        for i in range(1, len(parts) + 1):
            stem = "/".join(parts[:i])
            yield f"{stem}/__init__.py"
        yield f"{stem}.py"
        yield f"{'/'.join(parts[:-1])}.py"  # the last part is a name in it
        yield f"{stem}/__main__.py"

    def _all_of(self, beginning):
        """``import_module(f"course.training.{name}")``: every file below."""
        if re.fullmatch(r"(course|units|tests)(\.\w+)+\.", beginning):
            yield from self.matching(beginning.replace(".", "/"))


def _is_dotted(value):
    return isinstance(value, str) and re.fullmatch(r"(course|units|tests)(\.\w+)+", value) is not None


# What ``course`` imports when it is used first, and where from.
_LAZY = dict.fromkeys(course._TRAINING, "training") | {"strategy": "distribution", "check": "notebooks.check"}


def _uses_of_data(root, changed):
    """The ``unit.toml`` of each unit that uses a data set whose card was changed."""
    names = {path.split("/")[1] for path in changed if path.startswith("datasets/") and path.count("/") > 1}
    files = Path(root).glob("units/*/unit.toml")
    return {
        f.relative_to(root).as_posix() for f in files if any(f'"{n}"' in f.read_text("utf-8") for n in names)
    }


def _git(root, *arguments):
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise CourseError(f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


# As a plugin of pytest


@functools.cache
def _of_this_run():
    file = os.environ.get(VARIABLE)
    return Reach.load(file) if file else None


def pytest_collection_modifyitems(config, items):
    """Deselect what the change does not reach."""
    if (found := _of_this_run()) is None:
        return
    root = Path(__file__).resolve().parents[2]
    kept = [x for x in items if found.holds(x.path.relative_to(root).as_posix(), x.nodeid)]
    config.hook.pytest_deselected(items=[x for x in items if x not in set(kept)])
    items[:] = kept
