"""Keeps the functions behind the traps, and gives one only to a caller that may call it.

A file can follow whatever a Python object refers to, and can change each object of Python: the attributes of a trap,
the method that asks who called. So no guard and no trap has its function. An audit hook has all of them, to which no
object leads (`vault.py`); it asks before it gives a function, and gives nothing any more once something of the traps,
or a builtin function that they use, has been changed. This module runs in the candidate's process.
"""

import builtins
import operator
import os
import sys

_EVENT = "course.kept"
# what decides whether a call counts
_MODULES = ("traps", "trap", "guard", "callers", "holders", "origins", "kept", "probes", "class_traps")
_MODULES += ("jax_primitives", "tensorflow_operators", "copies", "late", "where")
# attributes of the traps' objects that have a new value for each file
_CHANGES = {"calls", "_made", "path", "_own", "_operators", "importing"}
# Builtins that traps do not use, and the register of warnings that a module gets with the first one from its frames.
_FREE = {"_", "print", "input", "help", "breakpoint", "exit", "quit", "copyright", "credits", "license"}
_REGISTER = "__warningregistry__"


class Gone(Exception):
    """The function is forgotten, and the check of the trap did not raise."""


def keep(owner, function, check, part=None, audit=sys.audit):
    """Keep the function of an owner, which has one function for good.

    Args:
        owner: The guard or trap.
        function: Its function.
        check: Function `(args, kwargs)` that raises if a call must not be.
        part: Function `(check, owner, function, name)` that returns an attribute, for `look`.
    """
    audit(_EVENT, "keep", owner, None, (function, check, part))


def forget(owner, audit=sys.audit):
    """Delete the function of an owner; a call still asks, and then fails."""
    audit(_EVENT, "forget", owner, None, None)


def drop(*owners, audit=sys.audit):
    """Forget some owners."""
    for owner in owners:
        audit(_EVENT, "drop", owner, None, None)


def fetch(owner, args=(), kwargs=None, audit=sys.audit):
    """Return the function of an owner, if the call may be.

    Raises:
        ForbiddenShortcut: It must not, or the traps have been changed.
        Gone: The function is forgotten.
    """
    return _answer(audit, "fetch", owner, (args, kwargs or {}))


def look(owner, name, audit=sys.audit):
    """Return an attribute of the function of an owner."""
    return _answer(audit, "look", owner, name)


def original(owner, audit=sys.audit):
    """Return the function of an owner without a question, before `seal`, and None afterwards."""
    return _answer(audit, "original", owner, None)


def _answer(audit, *question):
    answer = []
    audit(_EVENT, question[0], question[1], answer, question[2])
    error = answer.pop()
    if error is not None:
        raise error
    return answer.pop()


def seal(refuse, is_imported, *things, audit=sys.audit):
    """From now on, give nothing if these objects, or the modules of the traps, are not as they are now.

    Args:
        refuse: Function of a name that raises, for what nobody gets any more.
        is_imported: Function that tells whether the import of a library led to the question.
        things: The objects.
    """
    audit(_EVENT, "seal", things, None, (refuse, is_imported))


def _nothing(*args, **kwargs):
    """Take the place of a forgotten function for a library that calls it while it is imported, as for a docstring."""
    return float("nan")


class _State:
    """What must stay as it is."""

    def __init__(self, things):
        here = __name__.rpartition(".")[0]
        places = [vars(sys.modules[f"{here}.{name}"]) for name in _MODULES if f"{here}.{name}" in sys.modules]
        classes = {
            value
            for place in places
            for value in place.values()
            if isinstance(value, type) and value.__module__.startswith(here)
        }
        places.append(vars(os.path))
        for place in places:
            place.setdefault(_REGISTER, {})
        places += [vars(cls) for cls in classes]
        self._places = [(place, list(place.values())) for place in places]
        keys = [key for key in vars(builtins) if key not in _FREE]
        some = [
            (vars(builtins), keys),
            (vars(sys), ["_getframe", "modules", "audit"]),
            (vars(os), ["path", "sep"]),
        ]
        some += [(vars(thing), [key for key in vars(thing) if key not in _CHANGES]) for thing in things]
        self._some = [(place.get, keys, [place[key] for key in keys]) for place, keys in some]
        self._of = [(vars(thing), len(vars(thing))) for thing in things]
        self._types = [(thing, type(thing)) for thing in things]

    def is_touched(self, all=all, any=any, map=map, len=len, type=type, same=operator.is_):
        """Tell whether something has been changed. Each guarded call asks, so the loops over values are in C."""
        for place, before in self._places:
            if len(place) != len(before) or not all(map(same, place.values(), before)):
                return True
        for get, keys, before in self._some:
            if not all(map(same, map(get, keys), before)):
                return True
        if any([len(place) != before for place, before in self._of]):
            return True
        return any([type(thing) is not before for thing, before in self._types])


def _install():
    held, state, nothing = {}, [], (None, None, None, None)

    def found(what, owner, more, id=id, error=Gone):
        _, function, check, part = held.get(id(owner), nothing)
        if what == "original":
            return None if state else function
        if state and state[0].is_touched():
            state[1]("a function whose trap was changed")
        if what == "look":
            return part(check, owner, function, more)
        if function is None and state and state[2]():
            return _nothing
        if check is not None:
            check(*more)
        if function is None:
            raise error("this function is not available")
        return function

    def hear(event, args, id=id):
        if event != _EVENT:
            if state and event.startswith("gc.get_") and state[0].is_touched():
                state[1]("a function whose trap was changed")
            return
        what, owner, answer, more = args
        if what in ("fetch", "look", "original"):
            try:
                answer.append(found(what, owner, more))
                answer.append(None)
            except Exception as problem:  # its traceback would show this frame
                answer.append(problem.with_traceback(None))
        elif what == "keep":
            held.setdefault(id(owner), (owner, *more))
        elif what == "forget" and id(owner) in held:
            _, _, check, part = held[id(owner)]
            held[id(owner)] = owner, None, check, part
        elif what == "drop":
            held.pop(id(owner), None)
        elif what == "seal" and not state:
            state.extend((_State(owner), *more))

    sys.addaudithook(hear)


_install()
