"""Notices that a file reaches for the functions behind the traps. This module runs in the candidate's process.

A trap that lets libraries call its function has to keep the function. The file could find it with the garbage
collector, in the code of a guarded function, in the frames of a caught exception, with a profiler, an audit hook or
ctypes. Python reports each of these to its audit hooks. No answer to an exercise needs them.
"""

import sys
import threading

from course.grading.sandbox import copies, fixed_classes, holders, origins, vault
from course.grading.sandbox.callers import is_of_import, is_of_traps

# Python's own library may stand between the file and the event
_THROUGH_PYTHON = ("ctypes.", "gc.get_", "sys.addaudithook", "sys.monitoring.")
_MAKE_CODE = "pickle.find_class", "marshal.loads", "code.__new__", "compile"
_DIRECT = (
    "sys.setprofile",
    "sys.settrace",
    "sys._current_frames",
    "sys._getframe",
)  # doctest sets the trace, too
_ATTRIBUTE = "object.__getattr__"
# another interpreter in this process has libraries and audit hooks of its own
_INTERPRETER = "cpython.PyInterpreterState_New"
# what Python tests itself with calls functions in new threads, reads frames and code, and follows every call
_TESTS_OF_PYTHON = {
    "_testcapi", "_testinternalcapi", "_testlimitedcapi", "_testclinic", "_testclinic_limited", "_testbuffer",
    "_testimportmultiple", "_testmultiphase", "_testsinglephase", "_testexternalinspection", "_xxtestfuzz",
    "_ctypes_test", "_remote_debugging", "xxlimited", "xxsubtype",
}  # fmt: skip
_OF_TRAPS = tuple(module.__file__ for module in (fixed_classes, vault, copies, holders))


class Probes:
    """Calls `refuse(name)` when the candidate's file looks for functions behind the traps.

    Args:
        refuse: Function of a name that raises.
        is_guarded: Function that tells whether an object is a guarded function.
        callers: The `Callers` of the candidate's file.
    """

    def __init__(self, refuse, is_guarded, callers):
        self._own, self._asking = None, set()  # the threads in which this class asks for a frame
        self._callers = callers
        self._refuse, self._is_guarded, self._installed = refuse, is_guarded, False

    def watch(self, own):
        """Watch the file at the path `own`; None ends it."""
        self._own = own
        if own and not self._installed:  # a hook cannot be removed
            self._installed = True
            sys.addaudithook(self._hear)

    def _hear(self, event, args):
        if self._own is not None and threading.get_ident() not in self._asking:
            self._judge(event, args)

    def _frame(self, depth, frame_of=sys._getframe, thread=threading.get_ident):
        """Return a frame below the caller's; to ask for it is an event as well, and no code of the file runs then."""
        me = thread()
        self._asking.add(me)
        try:
            return frame_of(depth + 1)
        finally:
            self._asking.discard(me)

    def _judge(self, event, args):
        if event == _ATTRIBUTE:
            thing, name = args
            if (name == "tb_frame" or (name == "__code__" and self._is_guarded(thing))) and self._is_direct():
                self._refuse(f"the attribute {name}")
        elif event in _DIRECT and (self._is_direct() or _is_threading(self._frame(2))):
            self._refuse(event)
        elif event in _MAKE_CODE:
            self._judge_code(event, args)
        elif event == _INTERPRETER:
            self._refuse(event)
        elif event == "import" and args[0].rpartition(".")[2] in _TESTS_OF_PYTHON:
            self._refuse(args[0])
        elif event.startswith(_THROUGH_PYTHON) and self._is_through_python(self._frame(2)):
            self._refuse(event.partition(".")[0] if event.startswith("ctypes") else event)

    def _judge_code(self, event, args):
        """Refuse code with the file name of a library, and what unpickles or unmarshals it for the file."""
        frame = self._frame(3)
        if event == "pickle.find_class":  # a pickle calls what it names, in the frame of who reads it
            if self._callers.is_behind_a_library(frame):
                self._refuse("a pickle that a library reads")
        elif event == "marshal.loads":
            if not is_of_import(frame):
                self._refuse("marshal")
        elif self._names_a_library(frame, args[1]):
            self._refuse("code with the file name of a library")

    def _names_a_library(self, frame, file):
        if type(file) is not str or not origins.of_library(file) or is_of_traps(frame):
            return False
        if self._callers.is_imported(frame) or is_of_import(frame, file):
            return False  # a module makes its functions, such as asyncio by `types.coroutine`
        return self._callers.candidate(frame)

    def _is_through_python(self, frame, of_traps=_OF_TRAPS):
        """Tell whether the file does it, or lets Python do it; the traps themselves do it while the file imports."""
        return frame.f_code.co_filename not in of_traps and self._callers.candidate(frame)

    def _is_direct(self):
        frame = self._frame(3)
        if frame.f_globals.get("__name__") == "inspect" or origins.has_no_file(frame.f_code.co_filename):
            return self._callers.candidate(frame)
        return self._callers.is_own(frame)


def _is_threading(frame):
    """Tell whether `threading` sets the function that `threading.setprofile` or `settrace` got."""
    return frame.f_globals.get("__name__") == "threading" and frame.f_code.co_name.startswith("_bootstrap")
