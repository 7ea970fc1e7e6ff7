"""Notices that a file makes a second copy of a library's code. This module runs in the candidate's process.

The traps change the functions of the modules that Python has imported, and of those that it imports later. A module
that a file executes by another way, such as `importlib.util.spec_from_file_location` or `exec`, would have new
functions. Python reports each execution of a code object to its audit hooks. A copy has the same instructions as the
original, so a file may define functions of its own with any name.
"""

import sys
import types

from course.grading.sandbox.callers import inside


class Copies:
    """Calls `refuse(name, declared)` when executed code defines a function with the instructions of a forbidden one.

    Args:
        refuse: Function of two names that raises.
        importing: Function that tells whether an ordinary import is running.
    """

    def __init__(self, refuse, importing):
        self._known = {}  # instructions of a function → its name and the name by which it is forbidden
        self._own = None
        self._refuse, self._importing, self._installed = refuse, importing, False

    def watch(self, own, closely):
        """Do not look at the code of the candidate's file `own`; `closely` tells whether something is forbidden in it.

        A module that the file imports may bring the first function, and nothing of the traps may change then.
        """
        self._own = own
        if own and closely and not self._installed:  # a hook cannot be removed
            self._installed = True
            sys.addaudithook(self._hear)

    def forget(self):
        """Forget all functions."""
        self._known = {}

    def add(self, code, name, declared):
        """Watch for copies of a function with this code; one that only computes with its arguments has no copy."""
        if not code.co_names and not any(inside(code)):
            return
        self._known[_instructions(code)] = name, declared

    def _hear(self, event, args):
        if event != "exec" or not self._known or self._importing():
            return
        code = args[0]
        if isinstance(code, types.CodeType) and code.co_filename != self._own:
            for inner in inside(code):
                if (found := self._known.get(_instructions(inner))) is not None:
                    self._refuse(*found)


def _instructions(code):
    """Return what a copy of a function has in common with it, also in the functions that it defines.

    Without those, each function that only defines and returns another one would be a copy of a decorator.
    """
    inner = tuple(
        _instructions(constant) for constant in code.co_consts if isinstance(constant, types.CodeType)
    )
    return code.co_code, code.co_names, inner
