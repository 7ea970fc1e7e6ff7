"""Other kernels for the same numbers in a captured graph, where torch's choice for what was written is a slow one.

- A number in Python becomes a tensor each time it is used: ``x * 0.5`` takes three times as long as ``x * half``.
- A softmax over a short last axis is computed row by row; over the first axis, many columns at once. For 1,437 samples
  of 10 classes that is 25 µs instead of 220 µs.

Both are about the processor's own kernels; elsewhere nothing is changed.
"""

import torch

from course.training.fast.torch_nodes import calls, replace

aten = torch.ops.aten
WITH_NUMBERS = ("add", "sub", "rsub", "mul", "div", "lt", "le", "gt", "ge", "eq", "ne")
EXACT = {torch.float32: float, torch.float64: float, torch.int32: int, torch.int64: int}
SHORTEST, NARROW = 64, 16  # rows, at least; columns, fewer
ANY_STRIDES = (
    aten.nll_loss_forward.default, aten.nll_loss_backward.default, aten._log_softmax_backward_data.default,
)  # fmt: skip


def choose(module):
    """Choose other kernels, in place."""
    _softmax(module)
    _numbers(module)


def _numbers(module):
    """x ∘ number with the number as a tensor, made once; not for half precision, where torch computes finer then."""
    overloads = {
        getattr(getattr(aten, name), kind): getattr(aten, name).Tensor
        for name in WITH_NUMBERS for kind in ("Tensor", "Scalar")
    }  # fmt: skip
    known = {}
    for node in calls(module):
        if node.target not in overloads or len(node.args) != 2 or node.kwargs:
            continue
        x, number = node.args
        like = x.meta.get("val") if isinstance(x, torch.fx.Node) else None
        if not (isinstance(like, torch.Tensor) and _fits(number, like)):
            continue
        key = like.dtype, repr(number)
        if key not in known:
            name = f"_number_{len(known)}"
            module.register_buffer(name, torch.tensor(number, dtype=like.dtype), persistent=False)
            with module.graph.inserting_before(node):
                known[key] = module.graph.get_attr(name)
            known[key].meta["val"] = getattr(module, name)
        node.target, node.args = overloads[node.target], (x, known[key])


def _fits(number, like):
    """Whether a tensor of the number, of the dtype of the other operand, gives the same result."""
    kind = EXACT.get(like.dtype)
    if kind is None or like.device.type != "cpu":
        return False
    return (type(number) is int and abs(number) < 2**31) or (type(number) is float and kind is float)


def _softmax(module):
    """The logarithm of a softmax over few classes, and its derivative, with the samples along the last axis."""
    for node in calls(module):
        if node.target is aten._log_softmax.default:
            x, axis, half = node.args
            if axis in (1, -1) and not half and _narrow(node) and _narrow(x) and _read_anyhow(node):
                replace(node, _turned(_made(node, node.target, _turned(x), 0, half)))
        elif node.target is aten._log_softmax_backward_data.default:
            slope, y, axis, dtype = node.args
            if axis in (1, -1) and all(map(_narrow, (node, slope, y))):
                made = _turned(_made(node, node.target, _turned(slope), _turned(y), 0, dtype))
                # what reads it may count on the strides that it would have had
                replace(node, _made(made, aten.clone.default, made, memory_format=torch.contiguous_format))


def _turned(x):
    """The transpose; of a transpose, what it was made from."""
    if isinstance(x.target, torch._ops.OpOverload) and x.target is aten.t.default:
        return x.args[0]
    return _made(x, aten.t.default, x)


def _made(after, target, *args, **kwargs):
    """A new call, with the shape that torch gives it."""
    with after.graph.inserting_after(after):
        node = after.graph.call_function(target, args, kwargs)
    values = torch.fx.node.map_arg((node.args, node.kwargs), lambda n: n.meta["val"])
    node.meta["val"] = target(*values[0], **values[1])
    return node


def _narrow(x):
    """Whether it is a matrix of many rows and few columns."""
    x = x.meta.get("val")
    if not isinstance(x, torch.Tensor) or x.ndim != 2 or x.dtype != torch.float32 or x.device.type != "cpu":
        return False
    return x.shape[0] >= SHORTEST and 2 <= x.shape[1] < NARROW


def _read_anyhow(node):
    """Whether all that read it do so with any strides."""
    return all(user.target in ANY_STRIDES for user in node.users)
