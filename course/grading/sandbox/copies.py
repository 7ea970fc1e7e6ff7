"""Notices that a file makes a second copy of a library's code. This module runs in the candidate's process.

The traps change the functions of the modules that Python has imported, and of those that it imports later. A module
that a file executes by another way, such as `importlib.util.spec_from_file_location` or `exec`, would have new
functions. Python reports each execution of a code object to its audit hooks.
"""

import sys
import types


class Copies:
    """Calls `refuse(name)` when code is executed that defines a function or class with one of the forbidden names.

    Args:
        refuse: Function of a name that raises.
        importing: Function that tells whether an ordinary import is running.
    """

    def __init__(self, refuse, importing):
        self.names = frozenset()
        self._own = None
        self._refuse, self._importing, self._installed = refuse, importing, False

    def watch(self, names, own):
        """Watch for code that defines one of `names`; the candidate's file `own` may define them."""
        self.names, self._own = frozenset(names), own
        if names and not self._installed:  # a hook cannot be removed
            self._installed = True
            sys.addaudithook(self._hear)

    def _hear(self, event, args):
        if event != "exec" or not self.names or self._importing():
            return
        code = args[0]
        if isinstance(code, types.CodeType) and code.co_filename != self._own:
            for name in self.names.intersection(_defined(code)):
                self._refuse(name)


def _defined(code):
    """Yield the names of the functions and classes that a code object defines, at any depth."""
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant.co_name
            yield from _defined(constant)
