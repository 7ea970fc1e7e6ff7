"""Answers the grader's requests about one candidate: it holds the loaded file and the objects that the file made.

This module runs only in the candidate's process. It converts received arrays to tensors of the running backend
(float64 to Keras's float type and int64 to int32, so that the three backends receive the same values), unless the
exercise has `arrays = "numpy"`. It sends tensors and variables as arrays. Any other object stays in this process, and
the grader refers to it by a number.
"""

import difflib
import importlib.abc
import importlib.util
import random
import shutil
import sys
import tempfile
import types
from pathlib import Path

import keras
import numpy as np

import course
from course import validation
from course.grading.sandbox.found import found
from course.grading.sandbox.traps import Traps
from course.grading.sandbox.wrapping import unwrapped
from course.processes import protocol

_NARROWER = {"float64": None, "int64": "int32"}  # None: keras.config.floatx()
_TEXT = 2000  # maximal number of characters of an exception's message


def _nothing(*arguments, **options):
    """Do nothing: a file that was a notebook may hold the line `course.check("3.5")`."""


class CandidateServer:
    """Answers requests about one candidate at a time."""

    def __init__(self):
        self._objects = {}
        self._path = None
        self._tensors = True
        self._traps = Traps()
        sys.meta_path.insert(0, _NoUnits())
        course.check = _nothing

    def warm_up(self):
        """Do once what every process that this one forks would do for its list of forbidden names."""
        self._traps.read_libraries()
        _seed(0)  # torch reads its own source files when it is seeded for the first time

    def prepare(self, forbidden):
        """Set the traps for files with these forbidden names, which only forks of this process will run."""
        self._traps.set(forbidden, "", keep=False)

    def answer(self, request, arrays):
        """Return the header and the arrays of the answer; any exception of the candidate becomes an answer too."""
        try:
            action = {
                "load": self._load,
                "part": self._part,
                "get": self._get,
                "call": self._call,
                "find": _find,
            }
            value = action[request["do"]](request, arrays)
            tree, out = protocol.pack(value, self._leaf)
            return {"value": tree, "flags": self._traps.calls}, out
        except protocol.FrameError as error:
            return self.unsendable(error), ()
        except BaseException as error:  # SystemExit too: it must not end this process
            return {"error": _describe(error, self._path), "flags": self._traps.calls}, ()

    def unsendable(self, error):
        """Return the answer for a value that does not fit into a frame."""
        return {"error": {"kind": "Unsendable", "kinds": [], "message": str(error)}}

    def _load(self, request, arrays):
        """Execute the candidate's file as a new module."""
        name = request["name"]
        self._objects.clear()
        self._tensors = request["inputs"] == "tensor"
        if self._path is not None:
            self._remove_last()
        _seed(request["seed"])
        self._path = str(Path(tempfile.mkdtemp(prefix="file_", dir=Path.cwd())) / f"{name}.py")
        source = arrays[0].tobytes()
        Path(self._path).write_bytes(source)
        self._traps.set(request.get("forbidden", ()), self._path, request.get("keep", True))
        sys.stderr.write(f"\n{request['mark']}\n")  # the candidate's own output begins after this line
        sys.stderr.flush()
        if source.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b'"nbformat"' in source:
            raise _Missing(
                "the file is a Jupyter notebook, not a Python file: `course.check(…, save=True)` in the notebook "
                "writes the file to hand in"
            )
        spec = importlib.util.spec_from_file_location(name, self._path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        self._objects[0] = module

    def _remove_last(self):
        """Remove what the last file of this process has left: the file system of a jail has room for some thousands."""
        last = Path(self._path)
        keras.utils.clear_session(free_memory=False)
        sys.modules.pop(last.stem, None)
        shutil.rmtree(last.parent, ignore_errors=True)

    def _part(self, request, arrays):
        self._objects = {0: self._objects[0]}
        _seed(request["seed"])

    def _get(self, request, arrays):
        owner, name = self._objects[request["object"]], request["name"]
        try:
            return getattr(owner, name)
        except AttributeError as error:
            if error.name != name or error.obj is not owner:
                raise
            raise _Missing(_missing(owner, name)) from None

    def _call(self, request, arrays):
        def value(tree):
            return protocol.unpack(tree, arrays, handle=self._known, array=self._tensor)

        function = self._objects[request["object"]]
        return function(*value(request["args"]), **value(request["kwargs"]))

    def _known(self, node):
        return self._objects[node["handle"]]

    def _tensor(self, array):
        if not self._tensors:
            return array
        if array.dtype.name in _NARROWER:
            array = array.astype(_NARROWER[array.dtype.name] or keras.config.floatx())
        return validation.tensor(array)

    def _leaf(self, value):
        """Convert a tensor to an array, other containers and numbers to plain ones, and other objects to handles."""
        symbolic = isinstance(value, keras.KerasTensor)
        if isinstance(value, keras.Variable) or (keras.ops.is_tensor(value) and not symbolic):
            return np.asarray(keras.ops.convert_to_numpy(value))
        if (plain := unwrapped(value)) is not None:
            return plain
        number = len(self._objects)
        self._objects[number] = value
        named = isinstance(value, (type, types.FunctionType, types.MethodType, types.BuiltinFunctionType))
        kind = "class" if isinstance(value, type) else "function" if named else type(value).__name__
        name = str(getattr(value, "__name__", "")) if named else ""
        return {"handle": number, "kind": kind[:80], "name": name[:80]}


class _Missing(Exception):
    """The candidate's file or object does not have the requested name."""


class _NoUnits(importlib.abc.MetaPathFinder):
    """Refuses imports from `units`: a student solves an exercise in one file."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "units":
            raise ImportError("an exercise cannot import from `units`: write the code in your own file")
        return None


def _find(request, arrays):
    return found(request["name"])


def _missing(owner, name):
    if isinstance(owner, types.ModuleType):
        names = [n for n in vars(owner) if not n.startswith("_")]
        message = f"there is no `{name}` in {owner.__name__}.py"
    else:
        names = [n for n in dir(owner) if not n.startswith("_")]
        message = f"your {type(owner).__name__} has no `{name}`"
    close = difflib.get_close_matches(name, names, n=1)
    return f"{message}; did you mean `{close[0]}`?" if close else message


def _seed(seed):
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the candidate may use the old interface
    keras.utils.set_random_seed(seed)


def _describe(error, path):
    """Describe an exception: its kind, its message, and the last line of the candidate's file in its traceback."""
    try:
        message = str(error)[:_TEXT]
    except Exception:
        message = ""
    kind = "Missing" if isinstance(error, _Missing) else type(error).__name__
    about = {"kind": kind, "kinds": [base.__name__ for base in type(error).__mro__], "message": message}
    if isinstance(error, ImportError) and isinstance(error.name, str):
        about["module"] = error.name[:_TEXT]
    if isinstance(error, SyntaxError) and error.filename == path:
        about |= {"message": str(error.msg), "line": error.lineno, "text": error.text, "column": error.offset}
        return about
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    if line is not None:
        lines = Path(path).read_text(encoding="utf-8-sig", errors="replace").splitlines()
        about |= {"line": line, "text": lines[line - 1][:_TEXT] if 0 < line <= len(lines) else None}
    return about
