"""Values that hold for the time of a block: of a context variable, and of an attribute."""

import contextlib
import functools


@contextlib.contextmanager
def set_context(variable, value):
    """Gives a context variable another value inside a block; afterwards it has its former value again.

    Args:
        variable: a ``contextvars.ContextVar``.
        value: its value inside the block.
    """
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)


@contextlib.contextmanager
def set_attribute(owner, name, value):
    """Gives an object, a module or a class another attribute inside a block; afterwards all is as before.

    The attribute of an object is written into its ``__dict__``, so that Keras does not track it.

    Args:
        owner: the object, module or class.
        name: the name of the attribute.
        value: its value inside the block.
    """
    own, before = name in vars(owner), vars(owner).get(name)
    write, remove = (
        (functools.partial(setattr, owner), functools.partial(delattr, owner))
        if isinstance(owner, type)
        else (vars(owner).__setitem__, vars(owner).pop)
    )
    write(name, value)
    try:
        yield
    finally:
        if own:
            write(name, before)
        elif name in vars(owner):
            remove(name)
