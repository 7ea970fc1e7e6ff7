"""The operations of a captured graph called by torch's own Python functions, which are quicker than its operator table.

What is captured are entries of the operator table, ``torch.ops.aten.add.Tensor``; each call of one goes through a
general converter of arguments. ``torch.add`` and ``x.add_`` have one of their own. It is asked once, when a step is
captured, what such a function would call: if it is the same entry with the same arguments, it is taken.
"""

import contextlib
import operator

import torch
from torch.utils._python_dispatch import TorchDispatchMode

_FUNCTIONS = torch._C._VariableFunctions
_METHODS = torch._C.TensorBase


def direct(module):
    """Lets a captured graph call torch's functions wherever they are the same; change it in place."""
    for node in list(module.graph.nodes):
        target = node.target
        if node.op != "call_function" or not isinstance(target, torch._ops.OpOverload):
            continue
        if target.namespace != "aten":
            continue
        name = target._schema.name.removeprefix("aten::")
        name = {"_to_copy": "to"}.get(name, name)
        function = None if name == "to" else getattr(_FUNCTIONS, name, None)
        if function is None:
            _method(node, name)
        elif _same(node, function):
            node.target = function


def _method(node, name):
    known = hasattr(_METHODS, name) and node.args and isinstance(node.args[0], torch.fx.Node)
    if known and _same(node, lambda x, *args, **kwargs: getattr(x, name)(*args, **kwargs)):
        node.op, node.target = "call_method", name


class _Asked(TorchDispatchMode):
    """Notes which operations are called and computes nothing."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer
        self.calls = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.calls.append((func, args, kwargs or {}))
        return self.answer


def _same(node, function):
    """Whether the function is that entry of the table, on these arguments."""
    if any("val" not in n.meta for n in node.all_input_nodes):
        return False
    args, kwargs = torch.fx.node.map_arg((node.args, node.kwargs), lambda n: n.meta["val"])
    # As it stands, where a function is made of others (``x.to``); below torch's own account of views, which would miss
    # that the answer is one (``torch.t``).
    for guard in (contextlib.nullcontext, torch._C._AutoDispatchBelowADInplaceOrView):
        try:
            with torch.no_grad(), guard(), _Asked(node.meta.get("val")) as asked:
                function(*args, **kwargs)
        except (TypeError, RuntimeError, ValueError):
            continue
        if len(asked.calls) == 1:
            ((func, got, more),) = asked.calls
            if func is node.target and _equal(_bound(func, args, kwargs), _bound(func, got, more)):
                return True
    return False


def _bound(func, args, kwargs):
    """Every argument of a call, those left out by their defaults."""
    names = func._schema.arguments
    given = dict(zip((a.name for a in names), args, strict=False)) | kwargs
    return [given.get(a.name, a.default_value) for a in names]


def _equal(a, b):
    if isinstance(a, torch.Tensor) or isinstance(b, torch.Tensor):
        return a is b
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(_equal, a, b))
    return type(a) is type(b) and operator.eq(a, b)
