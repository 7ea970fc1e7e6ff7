"""Notices that a graph of TensorFlow gets a forbidden operator. This module runs in the candidate's process.

Python functions with the names of operators are trapped, but a graph also makes an operator by its name alone:
`graph.create_op("Softmax", …)`, and so does every function of a library. All of them come to one function, whose second
argument says which operator it makes.
"""

import sys

from course.catalog.forbidden import last
from course.grading.sandbox.guard import Guard

_MODULE, _MAKES = "tensorflow.python.framework.ops", "_create_c_op"


class _OperatorGuard(Guard):
    """Asks only if the operator is forbidden; `names` is a dictionary from names of operators to declared names."""

    names = {}

    def ask(self, args, kwargs):
        """Raise if the operator is forbidden to the caller."""
        node = args[1] if len(args) > 1 else kwargs.get("node_def")
        name = getattr(node, "op", None)
        if type(name) is str and name in self.names:
            self._check_caller(f"tensorflow: {name}", self.names[name], self._function, depth=6)


def guards(pairs, known, check):
    """Return a `Guard` for the function that makes operators, if it is there and some of them are forbidden.

    Args:
        pairs: Pairs (declared name, pattern).
        known: The ids of the functions that have a guard.
        check: Function `(name, declared, function, depth)` that raises if the call is not allowed.
    """
    function = getattr(sys.modules.get(_MODULE), _MAKES, None)
    if function is None or id(function) in known:
        return []
    raw = ((last(p), declared) for declared, p in pairs if p.startswith("tensorflow."))
    names = {name: declared for name, declared in raw if name[:1].isupper()}
    guard = _OperatorGuard(function, f"{_MODULE}.{_MAKES}", "", check, names=names)
    return [(function, guard)] if names else []
