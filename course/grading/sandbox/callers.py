"""Finds out whether the candidate's file or a library called a function. It runs in the candidate's process."""

import sys

OWN = ("course.grading", "course.catalog", "course.processes")  # what the traps themselves are made of
_STEPS = 24  # maximal number of frames between a call and the candidate's file
_SERVER = "course.grading.sandbox.candidate_server", "_call"  # calls what the candidate's file offers


def called_by_candidate(frame, path, trap):
    """Tell whether a call came from the candidate's file.

    Between the file and the call there may be frames of functions that got `trap` as an argument, such as
    `np.apply_along_axis`, and of Python's own library: threads, pools, context managers. A call that begins in such a
    frame, because it has a thread of its own, or because the grader asked for a library function that the file offers
    under another name, is the candidate's too.

    Args:
        frame: The frame of the caller.
        path: The path of the candidate's file.
        trap: The object that was called; None for a method of a class.
    """
    for _ in range(_STEPS):
        if frame is None or _of_server(frame):
            return True
        if path in (frame.f_code.co_filename, frame.f_globals.get("__file__")):
            return True
        if not (_of_no_library(frame) or _has_trap(frame, trap) or (trap is None and _is_metaclass(frame))):
            return False
        frame = frame.f_back
    return True


def _of_server(frame):
    return (frame.f_globals.get("__name__"), frame.f_code.co_name) == _SERVER


def is_python(name):
    """Tell whether a module belongs to Python's own library."""
    return name.partition(".")[0] in sys.stdlib_module_names


def _of_no_library(frame):
    """Tell whether the code was made at run time by `exec(text, {…})`, or is Python's own."""
    name = frame.f_globals.get("__name__")
    module = sys.modules.get(name) if isinstance(name, str) else None
    return module is None or vars(module) is not frame.f_globals or is_python(name)


def _has_trap(frame, trap):
    """Tell whether a function has the trap as an argument: `np.apply_along_axis(softmax, …)` calls it."""
    return trap is not None and any(value is trap for value in frame.f_locals.values())


def _is_metaclass(frame):
    """Tell whether the frame is `__call__` or `__new__` of a metaclass, which runs when a class is called or made."""
    if frame.f_code.co_name not in ("__call__", "__new__") or not frame.f_code.co_varnames:
        return False
    return isinstance(frame.f_locals.get(frame.f_code.co_varnames[0]), type)
