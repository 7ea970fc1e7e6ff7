"""How many points of an exercise the units' own files would earn, if they were handed in as the answer.

Each public function and class of the exercise's unit and of the units before it is tried under each name that the
exercise asks for, in this process, while the other names are the solution's. What the scripts define (experiments,
lessons, benchmarks) is tried under its own name only. A part of the check is answered by the library if every name
that it uses has such a function.
"""

import ast
import functools
import gc
import importlib
import inspect
import signal
import time
import types
import warnings
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from course.grading.errors import CandidateError
from course.grading.runner import part_seed, read_parts

# The processor time that one function may use in all parts: a library's function that is given odd arguments may never
# end, and what needs many times as long as the solution would not pass the exercise's limit of time either.
SECONDS = 0.3
TIMES_THE_SOLUTION = 5
# What a check sees as numbers; a variable becomes an array before.
NUMBERS = (bool, int, float, np.ndarray, np.generic, list, tuple, keras.Variable)


@dataclass
class Answer:
    """A part that the library answers: its name, its points, and name asked for → function of the library."""

    part: str
    points: int
    by: dict


def answers(exercise, course_units):
    """Return the `Answer`s of the units' files to an exercise."""
    solution = execute(exercise.solution)
    asked = defined(exercise.solution)
    parts = read_parts(exercise.check)
    with quiet():
        uses = {part.name: Candidate(solution, exercise.arrays) for part in parts}
        began = time.process_time()
        for part in parts:
            part.function(uses[part.name], generator(part))
        seconds = max(SECONDS, TIMES_THE_SOLUTION * (time.process_time() - began))
        passed = {}  # name asked for → part → the first function of the library that passes it
        for name in asked:
            using = [part for part in parts if name in uses[part.name].calls]
            calls = [uses[part.name].calls[name] for part in using]
            functions = library(course_units, name)
            passed[name] = _first_to_pass(name, solution, exercise.arrays, using, calls, functions, seconds)
    return [
        Answer(part.name, part.points, {name: passed[name][part.name] for name in names})
        for part in parts
        if (names := [name for name in asked if name in uses[part.name].calls])
        and all(part.name in passed[name] for name in names)
    ]


def library(course_units, asked):
    """Return label → function or class, for all that the files of some units offer for the name `asked`."""
    found = {}
    for unit in course_units:
        for path in sorted(unit.path.rglob("*.py")):
            file = path.relative_to(unit.path)
            script = file.parts[0] in ("experiments", "bench", "lesson.py")
            if file.parts[0] == "exercises" or (script and asked not in defined(path)):
                continue
            module = _module(unit, path)
            for name in [asked] if script else defined(path):
                found[f"{unit.name}/{file.as_posix()}: {name}"] = getattr(module, name)
    return found


def _first_to_pass(name, solution, arrays, parts, calls, functions, seconds):
    """Return part → label of the first function that passes it in the place of `name`."""
    parameters = list(inspect.signature(getattr(solution, name)).parameters)
    first = {}
    for label, function in functions.items():
        for variant in _variants(function, parameters):
            trials = [
                (part, call)
                for part, call in zip(parts, calls, strict=True)
                if part.name not in first and _may_answer(variant, *call)
            ]
            if not trials:
                continue
            candidate = Candidate(solution, arrays, {name: variant})
            with suppress(TooLong), limited(seconds):
                for part, (args, kwargs, expected) in trials:
                    if expected not in (None, _form_of(candidate, name, args, kwargs)):
                        continue  # cheaper than to run the whole part, which may compute much itself
                    with suppress(Exception):
                        part.function(candidate, generator(part))
                        first[part.name] = label
    return first


def _variants(function, parameters):
    """Yield the function, and where it takes the same arguments in another order one that takes them in this order."""
    yield function
    with suppress(ValueError, TypeError):
        own = list(_signature(function).parameters)
        if own != parameters and set(own) >= set(parameters):
            yield lambda *args: function(**dict(zip(parameters, args, strict=True)))


def _form_of(candidate, name, args, kwargs):
    """Return the form of a candidate's answer, or nothing that an answer has if it raises an exception."""
    try:
        return form(getattr(candidate, name)(*args, **kwargs))
    except Exception:
        return Exception


def _may_answer(function, args, kwargs, expected):
    """Whether a function takes a call; a class, which makes an object of its own, is no answer in numbers."""
    makes_objects = inspect.isclass(function) and not issubclass(function, NUMBERS)
    return not (makes_objects and expected == "numbers") and _takes(function, args, kwargs)


def _takes(function, args, kwargs):
    try:
        _signature(function).bind(*args, **kwargs)
    except TypeError:
        return False
    except ValueError:  # it has no signature that Python could read
        return True
    return True


@functools.cache
def _signature(function):
    """Every function of the library is asked for its signature under each name of each exercise."""
    return inspect.signature(function)


def generator(part, seed=0):
    """Return the random numbers of a part, as the grader draws them."""
    return np.random.default_rng(part_seed(part, seed)[0])


class Candidate:
    """What a check sees of a file, without another process.

    It notes the first call of each name: arguments, and the `form` of the answer, or None if there was an exception.
    """

    def __init__(self, module, arrays, instead=None):
        self._module, self._tensors, self._instead = module, arrays == "tensor", instead or {}
        self.calls = {}

    def __getattr__(self, name):
        thing = self._instead.get(name) or getattr(self._module, name, None)
        if thing is None:
            raise CandidateError("Missing", f"there is no {name}")

        def call(*args, **kwargs):
            is_first = name not in self.calls
            self.calls.setdefault(name, (args, kwargs, None))
            answer = _Object(thing, self._tensors)(*args, **kwargs)
            if is_first:
                self.calls[name] = args, kwargs, form(answer)
            return answer

        return call


class _Object:
    """Something that the candidate made and that cannot travel: a layer, a model, a method."""

    def __init__(self, thing, tensors):
        self._thing, self._tensors = thing, tensors

    def __getattr__(self, name):
        return _outgoing(getattr(self._thing, name), self._tensors)

    def __call__(self, *args, **kwargs):
        args, kwargs = _incoming((args, kwargs), self._tensors)
        try:
            return _outgoing(self._thing(*args, **kwargs), self._tensors)
        except Exception as error:
            kinds = [kind.__name__ for kind in type(error).__mro__]
            raise CandidateError(type(error).__name__, str(error), kinds) from error


def form(answer):
    """Return what has to agree between two answers before their numbers can: a check takes a list for an array."""
    if isinstance(answer, NUMBERS[:-1]):
        return "numbers"
    return type(answer).__name__


def _incoming(value, tensors):
    """Turn what a check gives into what a candidate receives, in copies."""
    if isinstance(value, _Object):
        return value._thing
    if isinstance(value, (list, tuple)):
        return type(value)(_incoming(item, tensors) for item in value)
    if isinstance(value, dict):
        return {key: _incoming(item, tensors) for key, item in value.items()}
    if isinstance(value, (np.ndarray, np.generic)):
        if not tensors:
            return np.array(value)
        narrower = {"float64": "float32", "int64": "int32"}.get(value.dtype.name, value.dtype.name)
        return keras.ops.convert_to_tensor(np.array(value, narrower))
    return value


def _outgoing(value, tensors):
    """Turn what a candidate returned into what a check receives."""
    if value is None or isinstance(value, (bool, int, float, str, np.ndarray, np.generic)):
        return value
    if isinstance(value, keras.Variable) or keras.ops.is_tensor(value):
        return np.asarray(keras.ops.convert_to_numpy(value))
    if isinstance(value, (list, tuple)):
        items = [_outgoing(item, tensors) for item in value]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, dict):
        return {key: _outgoing(item, tensors) for key, item in value.items()}
    return _Object(value, tensors)


def _module(unit, path):
    """Import a file of a unit; of a lesson, which is a script, only what it imports and defines."""
    if path.name == "lesson.py":
        return execute(path, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef))
    dotted = ".".join(path.relative_to(unit.path).with_suffix("").parts)
    return importlib.import_module(f"units.{unit.slug}.{dotted}")


def execute(path, kinds=(ast.AST,)):
    """Run a file, or its statements of these kinds, and return it as a module."""
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    tree.body = [node for node in tree.body if isinstance(node, kinds)]
    module = types.ModuleType(f"answer_{Path(path).parent.name}_{Path(path).stem}")
    exec(compile(tree, str(path), "exec"), vars(module))
    return module


@functools.cache
def defined(path):
    """Return the public functions and classes that a file defines."""
    body = ast.parse(Path(path).read_text(encoding="utf-8")).body
    kinds = (ast.FunctionDef, ast.ClassDef)
    return [node.name for node in body if isinstance(node, kinds) and not node.name.startswith("_")]


class TooLong(BaseException):
    """A function did not end; no `except Exception` of its own may catch this."""


@contextmanager
def limited(seconds):
    """Raise `TooLong` when this much processor time has been used."""

    def end(*_):
        raise TooLong

    before = signal.signal(signal.SIGPROF, end)
    gc.disable()  # an exception that meets one of the collector's callbacks is swallowed
    signal.setitimer(signal.ITIMER_PROF, seconds, 1)
    try:
        yield
    finally:
        gc.enable()
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextmanager
def quiet():
    """Functions that are given odd arguments may warn of them."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
