"""Finds out whether the candidate's file or a library called a function. It runs in the candidate's process.

Code of a library was read from a file in the folders of libraries (`origins.py`). All other files are the candidate's:
it may write one and import it. Code without a file is the candidate's if its file has executed it, for example by
`exec`, also if this happened with the names of a library.
"""

import os
import sys
import types

from course.grading.sandbox import holders, origins
from course.grading.sandbox.guard import is_guarded

OWN = ("course.grading", "course.catalog", "course.processes")  # what the traps themselves are made of
_STEPS = 24  # maximal number of frames between a call and the candidate's file
_SERVER = "course.grading.sandbox.candidate_server", "_call"  # calls what the candidate's file offers
_MAKE = "exec", "function.__new__"  # events with a code object
_SET = "object.__setattr__"
# What these do with a forbidden function is done for the file that calls them: `FastICA` decomposes a matrix.
_APPLY = (
    "sklearn.", "optuna.", "networkx.", "sympy.", "mpmath.", "scipy.stats.", "scipy.cluster.", "scipy.signal.",
    "scipy.spatial.", "scipy.interpolate.", "scipy.optimize.", "keras_tuner.", "keras_hub.", "keras_nlp.", "keras_cv.",
    "sacrebleu.", "sentencepiece.", "numpy.matrixlib.", "torch.distributions.",
    "tensorflow.python.ops.linalg.linear_operator", "tensorflow.python.ops.distributions.",
)  # fmt: skip

# Libraries that no other one needs for a purpose of its own: what those above do with them is done for the file, too.
_WRAPPED = (
    "sklearn.*", "optuna.*", "tokenizers.*", "sentencepiece.*", "tensorflow_text.*", "keras_hub.*", "keras_nlp.*",
    "transformers.*",
)  # fmt: skip


class Callers:
    """Knows the code of one candidate.

    Args:
        refuse: Function of a name that raises, for code that pretends to be from a file of a library.
        same: Function `(thing, trap)` that tells whether `thing` is another object for the same forbidden function.
    """

    def __init__(self, refuse, same):
        origins.folders()  # before the file is read
        self.path = None
        self._made = {}  # id → code object that the file has executed
        self._refuse, self._same, self._installed = refuse, same, False

    def watch(self, path, closely):
        """Begin with the file at `path`; `closely` tells whether something is forbidden in it."""
        self.path, self._made = path, {}
        if path and closely and not self._installed:  # a hook cannot be removed
            self._installed = True
            sys.addaudithook(self._hear)

    def candidate(self, frame, trap=None, through=False):
        """Tell whether a call came from the candidate's file.

        Between the file and the call there may be frames of functions that got `trap`, such as
        `np.apply_along_axis`, and of Python's own library: threads, pools, context managers. A call that begins in
        such a frame, because it has a thread of its own, or because the grader asked for a library function that the
        file offers under another name, is the candidate's too.

        Args:
            frame: The frame of the caller.
            trap: The object that was called; None for a method of a class.
            through: Whether a library that applies the functions of others counts as the file, too.
        """
        for _ in range(_STEPS):
            if frame is None or _of_server(frame) or self.is_own(frame):
                return True
            if not (_of_no_library(frame) or (trap is None and _is_metaclass(frame))) and (
                self.is_imported(frame) or not ((through and _applies(frame)) or self._has(frame, trap))
            ):
                return False
            frame = frame.f_back
        return True

    def is_behind_a_library(self, frame):
        """Tell whether a library does something for the file that is no part of the import of a library."""
        return not self.candidate(frame) and not self.is_imported(frame)

    def is_own(self, frame):
        """Tell whether a frame runs code of the candidate."""
        name = frame.f_code.co_filename
        if name == self.path or id(frame.f_code) in self._made:
            return True
        return not (origins.has_no_file(name) or origins.of_library(name))

    def is_imported(self, frame):
        """Tell whether a library's file that is being executed has led here: what it calls it has chosen itself.

        Nobody looks into the variables of such a frame; some libraries read thousands of texts while they are imported.
        """
        for _ in range(_STEPS):
            if frame is None or _of_server(frame) or self.is_own(frame):
                return False
            if frame.f_code.co_name == "<module>" and origins.of_library(frame.f_code.co_filename):
                return True
            frame = frame.f_back
        return False

    def _has(self, frame, trap):
        """Tell whether a function has got the trap: `np.apply_along_axis(softmax, …)` and `Lambda(softmax)` call it."""
        # Guarded code only asks; and Python crashes where it reads the variables of its closure.
        if is_guarded(frame.f_code):
            return True
        if trap is None:
            return False
        return holders.hold(frame.f_locals.values(), lambda thing: thing is trap or self._same(thing, trap))

    def _hear(self, event, args):
        if self.path and event in _MAKE:
            self._judge(args[0], event == "exec")
        elif self.path and event == _SET and args[1] == "__code__":
            self._judge(args[2])

    def _judge(self, code, executed=False, frame_of=sys._getframe):
        """Note that the candidate has made functions with this code, and refuse the name of a library's file.

        A library may make functions of another library's code. It executes code that is no module's only where it got
        or wrote a text while the file runs, and this code is the candidate's, too.
        """
        if not isinstance(code, types.CodeType):
            return
        codes = [code, *inside(code)]
        libraries = [c for c in codes if origins.of_library(c.co_filename)]
        if not libraries and not origins.has_no_file(code.co_filename):
            return  # another file of the candidate
        caller = frame_of(2)
        if (origins.of_library(code.co_filename) or not libraries) and _is_import(caller, code):
            return
        if is_of_traps(caller) or not (executed or self.candidate(caller)):
            return
        if self.is_imported(caller):
            return  # a module of Python's own library makes its functions: `types.coroutine` while asyncio is imported
        if libraries:
            self._refuse(f"code with the file name of a library ({libraries[0].co_name})")
        self._made.update((id(c), c) for c in codes)


def counts_through(declared):
    """Tell whether a declared name is forbidden to libraries that apply what others compute, too."""
    return declared.startswith("*.") or declared in _WRAPPED


def inside(code):
    """Yield the code objects of the functions that a code object defines, at any depth."""
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from inside(constant)


def _of_server(frame):
    return (frame.f_globals.get("__name__"), frame.f_code.co_name) == _SERVER


def is_python(name):
    """Tell whether a module belongs to Python's own library."""
    return name.partition(".")[0] in sys.stdlib_module_names


def is_of_traps(frame):
    """Tell whether the frame is of the traps themselves, which set and remove guards."""
    return os.path.dirname(frame.f_code.co_filename) == os.path.dirname(__file__)


def _of_no_library(frame):
    """Tell whether the code was made at run time by `exec(text, {…})`, or is Python's own, or the grader's."""
    if origins.has_no_file(frame.f_code.co_filename):
        return True
    name = frame.f_globals.get("__name__")
    module = sys.modules.get(name) if isinstance(name, str) else None
    return module is None or vars(module) is not frame.f_globals or is_python(name) or name.startswith(OWN)


def _is_import(frame, code):
    """Tell whether the caller of `exec` is Python's import of the file that the code names."""
    frame = frame.f_back if frame.f_code.co_name == "_call_with_frames_removed" else frame
    return _executes(frame, code.co_filename)


def _executes(frame, file):
    """Tell whether this frame is Python's loader, and executes the module of this file."""
    if frame is None or frame.f_code is not origins.EXECUTE:
        return False
    loader = frame.f_locals.get("self")
    if type(loader) is not origins.LOADER or not origins.import_is_unchanged():
        return False
    return set(vars(loader)) <= {"name", "path"} and (file is None or loader.path == file)


def is_of_import(frame, file=None):
    """Tell whether Python's loader reads the code of a module: of this file, or of any."""
    while frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
        if _executes(frame, file):
            return True
        frame = frame.f_back
    return False


def _applies(frame):
    """Tell whether this frame is of a library that applies the functions of others, such as scikit-learn."""
    name = frame.f_globals.get("__name__")
    return isinstance(name, str) and f"{name}.".startswith(_APPLY)


def _is_metaclass(frame):
    """Tell whether the frame is `__call__` or `__new__` of a metaclass, which runs when a class is called or made."""
    if frame.f_code.co_name not in ("__call__", "__new__") or not frame.f_code.co_varnames:
        return False
    return isinstance(frame.f_locals.get(frame.f_code.co_varnames[0]), type)
