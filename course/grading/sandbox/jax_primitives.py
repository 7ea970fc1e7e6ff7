"""Notices that a file runs a forbidden operation of JAX by its primitive. This module runs in the candidate's process.

`jax.lax.linalg.svd_p.bind(x, …)` computes what `svd` computes, without calling it: the primitive is an object, and all
primitives share their methods. The functions that run a primitive ask for its name before they run it.
"""

import sys

from course.catalog.forbidden import last
from course.grading.sandbox.guard import Guard

_RUN = (  # module, class or None, function whose first argument is a primitive, whether others may hand it on
    ("jax._src.core", "Primitive", "bind", True),
    ("jax._src.core", "Primitive", "bind_with_trace", True),
    ("jax._src.dispatch", None, "apply_primitive", False),
)


class _PrimitiveGuard(Guard):
    """Asks only if the primitive is forbidden; `names` is a dictionary from names to declared names."""

    names, handed_on = {}, True

    def __call__(self, args, kwargs):
        """Ask, and run the primitive."""
        name = getattr(args[0], "name", None) if args else None
        if type(name) is str and (known := _known(name, self.names)):
            function = self._function if self.handed_on else None
            self._check_caller(f"jax: {name}", self.names[known], function, depth=3)
        return self._original(*args, **kwargs)


def guards(pairs, known, check):
    """Return a `Guard` for each function of JAX that runs a primitive, if JAX is imported and the pairs forbid any.

    Args:
        pairs: Pairs (declared name, pattern).
        known: The ids of the functions that have a guard.
        check: Function `(name, declared, function, depth)` that raises if the candidate's file is the caller.
    """
    if _RUN[0][0] not in sys.modules:
        return []
    libraries = "*", "jax"
    names = {
        last(p): declared for declared, p in pairs if p.partition(".")[0] in libraries and last(p) != "*"
    }
    made = []
    for module, cls, name, handed_on in _RUN if names else ():
        place = sys.modules.get(module)
        place = getattr(place, cls, None) if cls else place
        function = getattr(place, name, None)
        if function is not None and id(function) not in known:
            guard = _PrimitiveGuard(function, f"{module}.{name}", "", check)
            guard.names, guard.handed_on = names, handed_on
            made.append((function, guard))
    return made


def _known(name, names):
    """Return the forbidden name that a primitive has or begins with: `reduce_window` for `reduce_window_max`."""
    words = name.split("_")
    beginnings = ("_".join(words[:n]) for n in range(len(words), 0, -1))
    return next((beginning for beginning in beginnings if beginning in names), None)
