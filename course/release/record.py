"""Records a check with the solution as the candidate, so that it can be replayed without the code of the check.

The check runs as usual, but its candidate is a recorder: calls, attributes and operations on the answers become steps
(`course.grading.recorded`), and `close`, `equal`, `true`, `shape`, `raises` become statements about them. Values that
were computed from the inputs only (the expected values) are stored as numbers.

Some operations cannot be recorded: `if answer > 0`, `range(answer)`, most of SciPy. After such an operation a number
that looks like an expected value may depend on the solution's answer, and other answers may be right too. Therefore
such a part is recorded a second time with changed answers; if the two recordings differ, the part is not public.
"""

import json
from dataclasses import dataclass, field
from operator import index
from typing import NamedTuple

import numpy as np

from course.grading import checks, recorded
from course.grading.candidate import Handle
from course.grading.errors import CandidateError, CheckFailed
from course.grading.runner import part_seed
from course.processes import protocol
from course.release.scope import Number, replacements
from course.release.trace import NotTraceable, ObjectTrace, ValueTrace, bounds, plain

_WORDS = {"close": "a number", "equal": "an exact value", "shape": "a shape"}


@dataclass
class Store:
    """The arrays of one exercise; equal arrays are stored once."""

    arrays: list = field(default_factory=list)
    known: dict = field(default_factory=dict)

    def add(self, array):
        """Return the index of an array, which is added if it is new."""
        array = np.ascontiguousarray(array).reshape(np.shape(array))
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self.known:
            self.known[key] = len(self.arrays)
            self.arrays.append(array)
        return self.known[key]


class Missing(NamedTuple):
    """A statement that could not be recorded: its words for students (may be empty), the reason for the author."""

    words: str
    why: str


def record_part(part, session, seed, store):
    """Record one part for one seed.

    Returns:
        The case, and a list of `Missing`.
    """
    first = _Recorder(store)
    case = first.run(part, session, seed)
    if first.lost:
        second = _Recorder(store, disturb=True)
        try:
            disturbed = second.run(part, session, seed)
        except Exception:
            disturbed = None
        if disturbed != case:
            why = "what the check expects depends on the solution's own answer"
            return {"seed": case["seed"], "steps": []}, [Missing("", why)]
    return case, first.missing


class _Recorder:
    def __init__(self, store, disturb=False):
        self.store = store
        self.disturb = disturb
        self.steps = []
        self.missing = []
        self.lost = False
        self.slots = 1
        self.arrays = {}  # id → (array, slot): the arrays that `np.asarray(answer)` returned

    def run(self, part, session, seed):
        """Run the function of the part with replacements for all names whose use must be recorded."""
        own_seed, begin = part_seed(part, seed)
        session.begin(begin)
        scope = part.function.__globals__
        stand_ins = replacements(scope, self)
        for name, thing in scope.items():
            for statement in ("close", "equal", "true", "shape", "raises"):
                if thing is getattr(checks, statement):
                    stand_ins[name] = getattr(self, statement)
        before = {name: scope[name] for name in stand_ins if name in scope}
        scope.update(stand_ins)
        try:
            part.function(ObjectTrace(self, session.candidate, 0), np.random.default_rng(own_seed))
        except (NotTraceable, CheckFailed, CandidateError, TypeError, ValueError, AttributeError, IndexError,
                KeyError, protocol.FrameError) as error:  # fmt: skip
            self.missing.append(Missing("", recorded.without_slots(f"{type(error).__name__}: {error}")))
        finally:
            for name in stand_ins:
                del scope[name]
            scope.update(before)
        return {"seed": begin, "steps": self.steps}

    # -- statements -----------------------------------------------------------------------------------

    def close(self, got, expected, inputs=None, rtol=1e-5, atol=1e-6, message="", finite=True):
        """Record the statement `checks.close`."""
        rest = {
            "inputs": inputs,
            "rtol": float(rtol),
            "atol": float(atol),
            "message": message,
            "finite": finite,
        }
        self._state("close", checks.close, got, (expected,), rest)

    def equal(self, got, expected, inputs=None, message=""):
        """Record the statement `checks.equal`."""
        self._state("equal", checks.equal, got, (expected,), {"inputs": inputs, "message": message})

    def true(self, condition, what, inputs=None, got=None):
        """Record the statement `checks.true`."""
        self._state("true", checks.true, condition, (what,), {"inputs": inputs, "got": got})

    def shape(self, got, expected, inputs=None, message=""):
        """Record the statement `checks.shape`."""
        self._state("shape", checks.shape, got, (tuple(expected),), {"inputs": inputs, "message": message})

    def raises(self, expected, function, *args, **kwargs):
        """Record the statement `checks.raises`; the steps of the call become part of the statement."""
        outside, self.steps = self.steps, []
        try:
            function(*args, **kwargs)
        except CandidateError as error:
            if expected.__name__ != error.kind and expected.__name__ not in error.kinds:
                raise
        else:
            raise NotTraceable("the solution raises no exception")
        finally:
            inside, self.steps = self.steps, outside
        shown = {f"argument {i}": value for i, value in enumerate(args, 1)} | kwargs
        noun = getattr(function, "noun", getattr(function, "__name__", "the function"))
        step = {"do": "raises", "kind": expected.__name__, "steps": inside, "noun": noun}
        self._append(step | {"slot": inside[-1].get("slot")}, shown=shown)

    def _state(self, name, statement, got, args, kwargs):
        if not self.disturb:
            statement(
                plain(got), *map(plain, args), **plain(kwargs)
            )  # the statement must hold for the solution
        if not self.lost and not _holds_trace(got):
            return  # the statement depends only on lengths, which are recorded as separate steps
        words = recorded.without_slots(args[0] if name == "true" else kwargs["message"] or _WORDS[name])
        if not self._traced(got):
            self.missing.append(
                Missing(
                    words,
                    f"`{name}` uses a value that was computed from an answer in a way that is not recorded",
                )
            )
            return
        try:
            self._append({"do": name}, args=(got, *args), kwargs=kwargs)
        except protocol.FrameError as error:
            self.missing.append(Missing(words, f"`{name}` needs {error}"))

    def _traced(self, got):
        """Tell whether the value that a statement checks is an answer, or a list or dict of answers."""
        if isinstance(got, (list, tuple)):
            return bool(got) and all(self._traced(item) for item in got)
        if isinstance(got, dict):
            return bool(got) and all(self._traced(item) for item in got.values())
        return isinstance(got, ValueTrace) or id(got) in self.arrays

    # -- steps ----------------------------------------------------------------------------------------

    def step(self, do, result, of=None, name=None, **trees):
        """Record a step and return its result in a wrapper that records what is done with it."""
        slot, self.slots = self.slots, self.slots + 1
        step = {"do": do, "slot": slot}
        step |= {key: value for key, value in (("of", of), ("name", name)) if value is not None}
        self._append(step, **trees)
        value = result()
        return ObjectTrace(self, value, slot) if isinstance(value, Handle) else ValueTrace(self, value, slot)

    def numpy(self, name, function, args, kwargs):
        """Record a call of a NumPy function that has answers among its arguments."""

        def result():
            value = function(*plain(args), **plain(kwargs))
            return tuple(value) if isinstance(value, tuple) else value

        return self.step("numpy", result, name=name, args=args, kwargs=kwargs)

    def number(self, kind, answer):
        """Record the conversion of an answer to a Python number; `kind` is `int`, `float` or `bool`."""
        return self.step("number", lambda: kind(answer._value), answer._slot, kind.__name__)

    def length(self, value, of):
        """Return the length of an answer; the check may depend on it, so every answer must have this length."""
        length = len(value)
        self.steps.append({"do": "length", "of": of, "name": length})
        return length

    def _append(self, step, **trees):
        indices = []
        for key, tree in trees.items():
            node, arrays = protocol.pack(self._known_arrays(tree), self._other)
            step[key] = _shifted(node, len(indices))
            indices += [self.store.add(array) for array in arrays]
        if indices:
            step["arrays"] = indices
        self.steps.append(step)

    def _known_arrays(self, tree):
        """Replace every array that `np.asarray(answer)` returned by the slot of its answer."""
        if isinstance(tree, np.ndarray) and id(tree) in self.arrays:
            return _Slot(self.arrays[id(tree)][1])
        if isinstance(tree, (list, tuple)):
            return type(tree)(self._known_arrays(item) for item in tree)
        if isinstance(tree, dict):
            return {key: self._known_arrays(value) for key, value in tree.items()}
        return tree

    def _other(self, value):
        if isinstance(value, (ValueTrace, ObjectTrace, _Slot)):
            return {"handle": value._slot}
        if isinstance(value, slice):
            return {"handle": "slice", "of": [None if v is None else index(v) for v in bounds(value)]}
        if value is ...:
            return {"handle": "ellipsis"}
        if isinstance(value, Number):
            return {"handle": "dtype", "of": value.dtype.name}
        if isinstance(value, np.dtype) or (isinstance(value, type) and value in (bool, int, float)):
            return {"handle": "dtype", "of": np.dtype(value).name}
        if isinstance(value, type) and issubclass(value, np.generic):
            return {"handle": "dtype", "of": np.dtype(value).name}
        raise protocol.FrameError(f"an object of type {type(value).__name__}")


@dataclass(frozen=True)
class _Slot:
    _slot: int


def _holds_trace(value):
    """Tell whether a value is an answer or contains one."""
    if isinstance(value, (list, tuple)):
        return any(map(_holds_trace, value))
    if isinstance(value, dict):
        return any(map(_holds_trace, value.values()))
    return isinstance(value, (ValueTrace, ObjectTrace))


def _shifted(node, by):
    """Return a copy of a tree in which `by` is added to the index of every array."""
    if not by:
        return node
    text = json.dumps(node)
    return json.loads(text, object_hook=lambda d: {"array": d["array"] + by} if set(d) == {"array"} else d)
