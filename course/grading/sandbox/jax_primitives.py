"""Notices that a file runs a forbidden operation of JAX by its primitive. This module runs in the candidate's process.

`jax.lax.linalg.svd_p.bind(x, …)` computes what `svd` computes, without calling it: the primitive is an object, and all
primitives share their methods. The functions that run a primitive ask before they run it, and so do those that put it
into an equation of a program (`Jaxpr`). The object decides, because a file can give it another name. A primitive
that the file has made itself could have the lowering rule of a forbidden one, so it is refused; and a forbidden rule
serves no primitive that had another rule before.
"""

import sys
import types
from typing import NamedTuple

from course.catalog.forbidden import last
from course.grading.sandbox.guard import Guard

_CORE, _DISPATCH, _LOWERING = "jax._src.core", "jax._src.dispatch", "jax._src.interpreters.mlir"
_TRACES = "jax._src.interpreters.partial_eval", "jax._src.interpreters.batching"
_RUN = (  # module, class or None, function; where its primitive stands; whether others may hand the function on
    (_CORE, "Primitive", "bind", 0, True),
    (_CORE, "Primitive", "bind_with_trace", 0, True),
    (_DISPATCH, None, "apply_primitive", 0, False),
    (_DISPATCH, None, "xla_primitive_callable", 0, False),
    (_CORE, "EvalTrace", "process_primitive", 1, False),
    (_TRACES[0], "DynamicJaxprTrace", "process_primitive", 1, False),
    (_TRACES[0], "DynamicJaxprTrace", "default_process_primitive", 1, False),
    (_TRACES[1], "BatchTrace", "process_primitive", 1, False),
    (_CORE, None, "new_jaxpr_eqn", 2, False),
    (_CORE, "JaxprEqn", "__init__", 3, False),
    (_CORE, "JaxprEqn", "replace", None, False),  # None: in any of its arguments
    (_CORE, "Jaxpr", "__init__", None, False),
    (_CORE, "Jaxpr", "replace", None, False),
)


class _Known(NamedTuple):
    """What is known of JAX's primitives: name → declared name of the forbidden ones, and by the ids of the objects."""

    names: dict
    forbidden: dict  # id → (primitive, declared name)
    all: dict  # id → primitive, those of libraries
    rules: dict  # id → (primitive, the entries of the tables of lowering rules)
    modules: set  # the names of those that were looked at


class _PrimitiveGuard(Guard):
    """Asks only if a primitive is forbidden, or was made by the file."""

    known, place, handed_on = None, None, True

    def ask(self, args, kwargs):
        """Raise if the call is not allowed."""
        if self.place is None or len(args) <= self.place:
            for primitive in _involved((*args, *kwargs.values())):
                self._judge(primitive)
        else:  # as libraries call it, for every operation
            self._judge(args[self.place])

    def _judge(self, primitive):
        known, key = self.known, id(primitive)
        if key in known.forbidden:
            name, declared = f"jax: {_name(primitive)}", known.forbidden[key][1]
        elif key in known.all:
            return
        else:
            name = f"a primitive that the file has made ({_name(primitive)})"
            declared = next(iter(known.names.values()))
        self._check_caller(name, declared, self._function if self.handed_on else None, depth=7)


class _RuleGuard(Guard):
    """Refuses to serve a primitive whose rule was changed."""

    known, refuse = None, None

    def ask(self, args, kwargs):
        """Compare the tables."""
        primitive = getattr(args[0], "primitive", None) if args else None
        if primitive is not None and _rules(primitive) != self.known.rules.get(id(primitive), (None, ()))[1]:
            self.refuse(f"jax: the rule of a forbidden operation for {_name(primitive)}", self.declared_as)


_FOUND = {}  # names → _Known; JAX's modules and the names do not change while files with one list of names run


def guards(pairs, known, check, refuse):
    """Return a `Guard` for each function of JAX that runs a primitive, if JAX is imported and the pairs forbid any.

    Args:
        pairs: Pairs (declared name, pattern).
        known: The ids of the functions that have a guard.
        check: Function `(name, declared, function, depth)` that raises if the candidate's file is the caller.
        refuse: Function `(name, declared)` that raises for every caller.
    """
    if _CORE not in sys.modules or not hasattr(sys.modules[_CORE], "Primitive"):
        return []
    libraries = "*", "jax"
    names = {
        last(p): declared for declared, p in pairs if p.partition(".")[0] in libraries and last(p) != "*"
    }
    if not names:
        return []
    primitives, made = _FOUND.setdefault(tuple(names.items()), _Known(names, {}, {}, {}, set())), []
    rules = _learn(primitives)
    for module, cls, name, where, handed_on in _RUN:
        place = sys.modules.get(module)
        place = getattr(place, cls, None) if cls else place
        function = getattr(place, name, None)
        if function is not None and id(function) not in known:
            more = {"known": primitives, "place": where, "handed_on": handed_on}
            guard = _PrimitiveGuard(function, f"{module}.{name}", "", check, **more)
            made.append((function, guard))
    for function, declared in rules:
        if id(function) not in known:
            more = {"known": primitives, "refuse": refuse, "declared_as": declared}
            guard = _RuleGuard(function, "a rule of JAX", "", check, **more)
            made.append((function, guard))
    return made


def _learn(known):
    """Add the primitives of new modules of JAX; return pairs (function, declared name) of the forbidden rules."""
    primitive_type, found = sys.modules[_CORE].Primitive, {}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] != "jax" or name in known.modules or not _is_ready(module):
            continue
        known.modules.add(name)
        found.update(
            (id(thing), thing) for thing in vars(module).values() if isinstance(thing, primitive_type)
        )
    rules = []
    for key, primitive in found.items():
        if key in known.all:
            continue
        known.all[key] = primitive
        known.rules[key] = primitive, _rules(primitive)
        if (name := _beginning(_name(primitive), known.names)) is not None:
            known.forbidden[key] = primitive, known.names[name]
    for key, (_, declared) in known.forbidden.items():
        rules += [(function, declared) for entry in known.rules[key][1] for function in _function(entry)]
    return rules


def _is_ready(module):
    return module is not None and not getattr(getattr(module, "__spec__", None), "_initializing", False)


def _rules(primitive):
    """Return the entries of a primitive in the tables of lowering rules, at present."""
    place = sys.modules.get(_LOWERING)
    tables = [getattr(place, "_lowerings", {}), *getattr(place, "_platform_specific_lowerings", {}).values()]
    return [table[primitive] for table in tables if primitive in table]


def _function(entry):
    """Return the Python function of an entry, in a list, or an empty list."""
    rule = getattr(entry, "rule", entry)
    while hasattr(rule, "func"):
        rule = rule.func
    return [rule] if isinstance(rule, types.FunctionType) else []


def _involved(things):
    """Yield the primitives among arguments, in equations and in programs; one that is being made has none yet."""
    core = sys.modules[_CORE]
    for thing in things:
        if isinstance(thing, core.Primitive):
            yield thing
        elif isinstance(thing, core.JaxprEqn):
            yield from _involved([getattr(thing, "primitive", None)])
        elif isinstance(thing, core.Jaxpr):
            yield from _involved(getattr(thing, "eqns", ()))
        elif isinstance(thing, (list, tuple)):
            yield from (equation.primitive for equation in thing if isinstance(equation, core.JaxprEqn))


def _name(primitive):
    name = getattr(primitive, "name", None)
    return str.__str__(name) if isinstance(name, str) else ""


def _beginning(name, names):
    """Return the forbidden name that a primitive has or begins with: `reduce_window` for `reduce_window_max`."""
    words = name.split("_")
    beginnings = ("_".join(words[:n]) for n in range(len(words), 0, -1))
    return next((beginning for beginning in beginnings if beginning in names), None)
