"""Ctrl-C in a run of many parts: the one that is running ends, what was done before is kept."""

import contextlib
import signal
import sys
import threading


@contextlib.contextmanager
def ctrl_c():
    """Remember that Ctrl-C was pressed, in the list that is given to the block.

    Python drops the exception when it strikes inside a destructor or a weak reference's callback; without this
    the run would go on as if nothing had happened.
    """
    pressed = []
    if threading.current_thread() is not threading.main_thread():
        yield pressed
        return

    def remember(number, frame):
        pressed.append(number)
        raise KeyboardInterrupt

    def hook(dropped, report=sys.unraisablehook):
        if not issubclass(dropped.exc_type, KeyboardInterrupt):
            report(dropped)

    handler, unraisable = signal.signal(signal.SIGINT, remember), sys.unraisablehook
    sys.unraisablehook = hook
    try:
        yield pressed
    finally:
        sys.unraisablehook = unraisable
        signal.signal(signal.SIGINT, handler)
