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
_blocks = {}  # (id of the owner, name) → what the first block has found, and what each that runs now has found
_lock = threading.Lock()


@contextlib.contextmanager
def set_attribute(owner, name, value):
    """Gives an object, a module or a class another attribute inside a block; afterwards all is as before.

    The attribute of an object is written into its ``__dict__``, so that Keras does not track it. Blocks of several
    threads may overlap, as the replicas of ``tf.distribute`` do: the attribute has the value of the block that was
    entered last of those that still run. A block may also find what others wrote in between, such as
    ``given_variables`` or a test; so the last block of all puts back what the first one has found.

    Args:
        owner: the object, module or class.
        name: the name of the attribute.
        value: its value inside the block.
    """
    key = id(owner), name
    with _lock:
        found = [vars(owner).get(name, _MISSING)]
        _, blocks = _blocks.setdefault(key, (found[0], []))
        blocks.append(found)
        _write(owner, name, value)
    try:
        yield
    finally:
        with _lock:
            original, blocks = _blocks[key]
            i = next(i for i, block in enumerate(blocks) if block is found)
            del blocks[i]
            if not blocks:
                del _blocks[key]
                _write(owner, name, original)
            elif i == len(blocks):  # the block that was entered last
                _write(owner, name, found[0])
            elif blocks[i][0] is value:  # the block that was entered next puts back what this one has found
                blocks[i][0] = found[0]


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
