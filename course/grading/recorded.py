"""Replays the public checks of the student edition: recorded calls, expected values and comparisons.

An exercise of the student edition has `public.json` and `public.npz` instead of `check.py`. A part contains cases, one
for each recorded seed; a case is a list of steps on numbered slots. Slot 0 is the candidate's file:

| step | meaning |
| --- | --- |
| `get` of, name → slot | an attribute of an object of the candidate |
| `call` of, args, kwargs → slot | a call of such an object |
| `item`, `attr`, `method`, `numpy`, `number` … → slot | an item of an answer, or a function of it |
| `length` of, name | an answer has this length |
| `close`, `equal`, `true`, `shape` | a statement of `course.grading.checks` |
| `raises` kinds, steps | one of these steps must raise |

A message may contain a placeholder for the value of a slot. A part that could not be recorded completely has
`"public": false`: its recorded statements must hold, but only the instructor can give its points.
`course.release.record` writes these files.
"""

import builtins
import json
import re

import numpy as np

from course.grading import checks
from course.grading.checks import Part
from course.grading.errors import GraderError, NotPublic
from course.processes import protocol
from course.words import several

VERSION = 1
JSON, ARRAYS = "public.json", "public.npz"

_NUMPY = """
abs absolute add subtract multiply divide true_divide floor_divide remainder power square sqrt exp expm1 hypot
log log2 log10 log1p sin cos tan tanh arccos arcsin arctan negative positive sign floor ceil matmul real imag conj
maximum minimum equal not_equal less less_equal greater greater_equal logical_and logical_or logical_not logical_xor
bitwise_and bitwise_or bitwise_xor invert isfinite isnan isinf nan_to_num isclose allclose array_equal isin where
sum prod mean std var median max min amax amin ptp all any argmax argmin argsort sort cumsum diff count_nonzero
round clip unique concatenate stack vstack hstack transpose swapaxes moveaxis reshape ravel squeeze expand_dims flip
roll tile repeat take take_along_axis dot vdot inner outer einsum tensordot trace diag diagonal triu tril cov corrcoef
bincount quantile percentile shape ndim size broadcast_to asarray array ascontiguousarray
"""
_SPECIAL = "expit logit log_expit erf erfc gamma gammaln xlogy"  # of scipy.special
_LINALG = "norm svd eigvalsh eigvals eigh det inv pinv solve qr matrix_rank"
_METHODS = """
sum prod mean std var max min all any argmax argmin argsort cumsum round clip reshape transpose ravel flatten squeeze
swapaxes astype copy tolist item dot trace diagonal conj keys values items count index
"""
NUMPY = {name: getattr(np, name) for name in _NUMPY.split()}
NUMPY |= {f"linalg.{name}": getattr(np.linalg, name) for name in _LINALG.split()}
NUMBERS = {"int": int, "float": float, "bool": bool}
METHODS = frozenset(_METHODS.split())
ATTRIBUTES = frozenset(("T", "shape", "ndim", "size", "real", "imag"))


_SLOT = re.compile("\x02([0-9]+):([^\x03]*)\x03")


def name_of(function):
    """Return the name under which a function of NumPy or of `scipy.special` is recorded, or None."""
    for name, known in NUMPY.items():
        if known is function:
            return name
    name = getattr(function, "__name__", "")
    return f"special.{name}" if name in _SPECIAL.split() and _special(name) is function else None


def slot_in_text(slot, spec=""):
    """Return the placeholder for the value of a slot, formatted by `spec`, in a message."""
    return f"\x02{slot}:{spec}\x03"


def without_slots(text):
    """Return a message in which `…` replaces every placeholder."""
    return _SLOT.sub("…", text)


def read_parts(folder):
    """Return the recorded parts in a folder as `Part`s, which the runner runs like the parts of a `check.py`.

    Raises:
        GraderError: The files are damaged.
    """
    try:
        content = json.loads((folder / JSON).read_text(encoding="utf-8"))
        with np.load(folder / ARRAYS, allow_pickle=False) as stored:
            arrays = [stored[f"a{i}"] for i in range(len(stored.files))]
        if content["version"] != VERSION:
            raise ValueError(f"version {content['version']}")
        return [make_part(entry, arrays) for entry in content["parts"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GraderError(
            f"The public checks in {folder} cannot be read ({error}): install the student edition again."
        ) from None


def make_part(entry, arrays):
    """Return a `Part` that replays a recorded part."""
    public = entry["public"]

    def function(candidate, rng):
        for case in entry["cases"]:
            candidate._session.begin(case["seed"])
            play(case["steps"], arrays, {0: candidate})
        if not public:
            raise NotPublic(entry["words"])

    points, unchecked = (entry["points"], 0) if public else (0, entry["points"])
    return Part(entry["name"], points, function, entry["hint"], unchecked)


def play(steps, arrays, slots):
    """Execute the steps in order; an error of the candidate raises the same exception as in a `check.py`."""
    for step in steps:
        given = [arrays[i] for i in step.get("arrays", ())]

        def value(key, given=given, step=step):
            return protocol.unpack(
                step[key], [array.copy() for array in given], handle=lambda n: _known(n, slots)
            )

        if step["do"] == "raises":
            _raises(step, arrays, slots)
        elif step["do"] == "length":
            _length(slots[step["of"]], step["name"])
        elif step["do"] in _STATEMENTS:
            args = [_filled(item, slots) for item in value("args")]
            kwargs = {key: _filled(item, slots) for key, item in value("kwargs").items()}
            _STATEMENTS[step["do"]](*args, **kwargs)
        else:
            slots[step["slot"]] = _STEPS[step["do"]](slots.get(step.get("of")), step.get("name"), value)


def _raises(step, arrays, slots):
    """State that the recorded steps, of which the last is the call, raise the expected exception."""
    kind = getattr(builtins, step["kind"], None) or type(step["kind"], (Exception,), {})
    given = [arrays[i] for i in step.get("arrays", ())]
    shown = protocol.unpack(step["shown"], given, handle=lambda n: _known(n, slots))

    def call(**_):
        play(step["steps"], arrays, slots)
        return slots.get(step["slot"])

    call.noun = step["noun"]
    checks.raises(kind, call, **shown)


def _length(of, length):
    try:
        actual = len(of)
    except TypeError:
        raise checks.CheckFailed(
            f"{several(length, 'value')} should come back in a list or tuple", got=of
        ) from None
    if actual != length:
        raise checks.CheckFailed(f"{several(length, 'value')} should come back, not {actual}", got=of)


def _known(node, slots):
    """Return the value of a handle node: a slot, a slice, a dtype or an ellipsis."""
    kind = node["handle"]
    if kind == "slice":
        return slice(*node["of"])
    if kind == "dtype":
        return np.dtype(node["of"])
    if kind == "ellipsis":
        return ...
    return slots[kind]


def _filled(value, slots):
    """Replace the placeholders in a text by the values of their slots; return other values unchanged."""
    if not isinstance(value, str):
        return value
    return _SLOT.sub(lambda found: format(slots[int(found[1])], found[2]), value)


def _numpy(of, name, value):
    function = _special(name.removeprefix("special.")) if name.startswith("special.") else NUMPY[name]
    return function(*value("args"), **value("kwargs"))


def _special(name):
    from scipy import special  # imported here because the import is slow and few checks need it

    return getattr(special, name) if name in _SPECIAL.split() else None


def _number(of, name, value):
    return NUMBERS[name](of)


def _method(of, name, value):
    if name not in METHODS:
        raise ValueError(f"the method {name}")
    found = getattr(of, name)(*value("args"), **value("kwargs"))
    return list(found) if name in ("keys", "values", "items") else found


def _attribute(of, name, value):
    if name not in ATTRIBUTES:
        raise ValueError(f"the attribute {name}")
    return getattr(of, name)


def _array(of, name, value):
    return np.asarray(of, dtype=name)


_STEPS = {
    "get": lambda of, name, value: getattr(of, name),
    "call": lambda of, name, value: of(*value("args"), **value("kwargs")),
    "item": lambda of, name, value: of[value("key")],
    "attr": _attribute,
    "method": _method,
    "numpy": _numpy,
    "array": _array,
    "number": _number,
}
_STATEMENTS = {name: getattr(checks, name) for name in ("close", "equal", "true", "shape")}
