"""A context variable that has a value for the time of a block."""

import contextlib


@contextlib.contextmanager
def held(variable, value):
    """While this lasts ``variable.get()`` is the value; afterwards it is again what it was.

    Args:
        variable: a ``contextvars.ContextVar``.
        value: its value inside the block.
    """
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)
