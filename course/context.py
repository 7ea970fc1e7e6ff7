"""Values that hold for the time of a block: of a context variable, and of an attribute."""

import contextlib
import threading


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


_MISSING = object()
_blocks = {}  # (id of the owner, name) → the attribute's former value, and the values of the blocks that run now
_lock = threading.Lock()


@contextlib.contextmanager
def set_attribute(owner, name, value):
    """Gives an object, a module or a class another attribute inside a block; afterwards all is as before.

    The attribute of an object is written into its ``__dict__``, so that Keras does not track it. Blocks of several
    threads may overlap, as the replicas of ``tf.distribute`` do: the attribute has the value of the block that was
    entered last of those that still run.

    Args:
        owner: the object, module or class.
        name: the name of the attribute.
        value: its value inside the block.
    """
    key, mine = (id(owner), name), [value]  # a list is equal to another, and still a thing of its own
    with _lock:
        _, values = _blocks.setdefault(key, (vars(owner).get(name, _MISSING), []))
        values.append(mine)
        _write(owner, name, value)
    try:
        yield
    finally:
        with _lock:
            before, values = _blocks[key]
            values[:] = [other for other in values if other is not mine]
            if values:
                _write(owner, name, values[-1][0])
            else:
                del _blocks[key]
                _write(owner, name, before)


def _write(owner, name, value):
    if isinstance(owner, type):
        if value is not _MISSING:
            setattr(owner, name, value)
        elif name in vars(owner):
            delattr(owner, name)
    elif value is not _MISSING:
        vars(owner)[name] = value
    else:
        vars(owner).pop(name, None)
