"""What a captured graph can do without: constants computed anew, aliases, the same thing twice, copies of layout.

Keras computes with images as (batch, height, width, channels), torch's kernels take (batch, channels, height, width)
with any strides. Keras copies to other strides before pooling and before convolutions; the kernels are faster without.
Which kernels are fused is in ``torch_fusions``, which ones are replaced by quicker ones in ``torch_kernels``.
"""

import operator

import torch

from course.training.fast import torch_calls, torch_fusions, torch_kernels, torch_recurrent
from course.training.fast.torch_nodes import (
    calls,
    is_mutable,
    is_view,
    key_of,
    mutated,
    replace,
    source,
    written,
)

aten = torch.ops.aten
COPIES = (aten.clone.default, aten.contiguous.default)
ANY_STRIDES = (
    aten.convolution.default, aten.convolution_backward.default,
    aten.max_pool2d_with_indices.default, aten.max_pool2d_with_indices_backward.default,
    aten.avg_pool2d.default, aten.avg_pool2d_backward.default,
)  # fmt: skip
FILLED = {
    aten.ones_like.default: lambda node: 1, aten.zeros_like.default: lambda node: 0,
    aten.full_like.default: lambda node: node.args[1], aten.new_zeros.default: lambda node: 0,
    aten.new_ones.default: lambda node: 1, aten.new_full.default: lambda node: node.args[2],
}  # fmt: skip
LARGEST = 2**20  # a constant with more numbers is not worth the memory


def optimize(module):
    """Simplifies a captured graph in place and return its module."""
    graph = module.graph
    for simplify in (
        _aliases,
        _copies_of_states,
        _constants,
        _nothings,
        _twice,
        _layout,
        torch_fusions.fuse,
        _kept,
        torch_kernels.choose,
    ):
        simplify(module)
    graph.eliminate_dead_code()
    torch_calls.direct(module)
    graph.lint()
    module.recompile()
    vars(module).update(module.named_buffers())  # a module would look them up in several places at every call
    return module


def _aliases(module):
    """``detach`` means nothing where nothing is differentiated any more."""
    for node in calls(module):
        if node.target in (aten.detach.default, aten.alias.default):
            replace(node, node.args[0])
        elif node.target is aten.mkldnn_rnn_layer.default:
            node.target = torch_recurrent.layer


def _copies_of_states(module):
    """An optimizer gets copies of the states that it writes into, and these become the states when the step is over.

    A copy that is written can be the tensor itself if nobody reads what that was from then on. A copy that is only read
    can be the tensor if it is read before the tensor is written.
    """
    places = {node: i for i, node in enumerate(module.graph.nodes)}
    shown, changed = {}, mutated(module)
    for node in places:
        shown.setdefault(source(node), []).append(node)

    def readers(x):
        return {user for node in shown[x] for user in node.users}

    for copy in reversed(calls(module)):
        x = copy.args[0] if copy.target is aten.clone.default and not copy.kwargs else None
        if x is None or x.op not in ("placeholder", "call_function") or source(x) is not x:
            continue
        writes = [n for n in x.users if is_mutable(n.target) and x in written(n)]
        last = writes[0] if len(writes) == 1 and x.op == "placeholder" else None  # when the step is over
        if last is not None and (last.target is not aten.copy_.default or last.users):
            continue
        becomes = last is not None and last.args[1] is copy  # what x is after the step
        if copy not in changed:
            end = places[last] if last is not None else len(places)
            written_before = last is None and (x in changed or x.op == "placeholder")
            safe = becomes or not (written_before or any(places[user] >= end for user in readers(copy)))
        else:
            others = readers(x) - {copy, last}
            safe = (becomes or x.op == "call_function") and all(
                places[user] < places[copy] for user in others
            )
        if safe:
            if becomes:
                last.graph.erase_node(last)
            if copy in changed:
                changed.add(x)
            shown[x] += shown.pop(copy)
            replace(copy, x)


def _constants(module):
    """Compute once what depends on nothing: hyperparameters as tensors, zeros, ranges, masks, a loss's own slope."""
    changed = {
        a for n in calls(module) if is_mutable(n.target) for a in n.all_input_nodes
    }  # fmt: skip
    # A parameter is somebody's variable, which the model does not own: it may change, so it is read at every step.
    values = {n: getattr(module, n.target) for n in module.graph.nodes if n.op == "get_attr"}
    values = {n: x for n, x in values.items() if not isinstance(x, torch.nn.Parameter)}
    for node in calls(module):
        target = node.target
        if not isinstance(target, torch._ops.OpOverload) or target.namespace != "aten":
            continue
        if target in FILLED:
            value = _filled(node)
        elif (
            target._schema.is_mutable
            or torch.Tag.nondeterministic_seeded in target.tags
            or "empty" in str(target)
            or any(user.op == "output" for user in node.users)  # the caller's own
            or any(a not in values for a in node.all_input_nodes)
            or len(target._schema.returns) != 1
            or str(target._schema.returns[0].type) != "Tensor"
            or (not is_view(node) and node.meta["val"].numel() > LARGEST)
        ):
            continue
        else:
            arguments = torch.fx.node.map_arg((node.args, node.kwargs), values.__getitem__)
            value = target(*arguments[0], **arguments[1])
        if value is None or node in changed or any(is_view(u) and _leads_to(u, changed) for u in node.users):
            continue
        values[node] = value
    number = 0
    for node, value in values.items():
        if node.op == "get_attr":
            node.meta["val"] = value
        if node.op == "get_attr" or all(user in values for user in node.users):
            continue
        while hasattr(module, f"_constant_{number}"):
            number += 1
        module.register_buffer(f"_constant_{number}", value, persistent=False)
        with module.graph.inserting_before(node):
            replacement = module.graph.get_attr(f"_constant_{number}")
        replacement.meta["val"] = value
        node.replace_all_uses_with(replacement)


def _filled(node):
    """A tensor that is the same number everywhere: its shape is known, whatever it was made like."""
    like, number = node.meta["val"], FILLED[node.target](node)
    if isinstance(number, torch.fx.Node) or like.numel() > LARGEST:
        return None
    return torch.empty_strided(like.shape, like.stride(), dtype=like.dtype, device=like.device).fill_(number)


def _leads_to(node, changed):
    return node in changed or any(is_view(u) and _leads_to(u, changed) for u in node.users)


def _nothings(module):
    """x¹, x/1, the sum of one number, the shape that x has already."""
    changed = mutated(module)
    for node in calls(module):
        if not node.args or not isinstance(node.args[0], torch.fx.Node) or node.kwargs:
            continue
        x, rest = node.args[0], node.args[1:]
        nothing = {
            aten.pow.Tensor_Scalar: rest == (1,), aten.div.Scalar: rest == (1,), aten.mul.Scalar: rest == (1,),
            aten.div.Tensor: rest == (1,), aten.mul.Tensor: rest == (1,), aten.sum.default: True,
            aten.expand.default: True, aten.view.default: True, aten.mean.default: True,
            aten.mean.dim: True, aten.sum.dim_IntList: True,
        }.get(node.target, False)  # fmt: skip
        if nothing and _alike(node, x) and (is_view(node) or source(x) not in changed):
            replace(node, x)


def _alike(a, b):
    a, b = a.meta.get("val"), b.meta.get("val")
    if not isinstance(a, torch.Tensor) or not isinstance(b, torch.Tensor):
        return False
    return (a.dtype, a.shape, a.stride()) == (b.dtype, b.shape, b.stride())


def _twice(module):
    """What was computed before from the same inputs is not computed again."""
    changed, seen, constants = mutated(module), {}, {}
    for node in list(module.graph.nodes):
        if node.op == "get_attr":
            x = getattr(module, node.target)
            if type(x) is torch.Tensor and x.numel() == 1 and node not in changed:
                node.replace_all_uses_with(
                    constants.setdefault((x.dtype, x.device, x.shape, repr(x.item())), node)
                )
            continue
        target = node.target
        if is_mutable(target):
            touched = {source(n) for n in written(node)}
            seen = {
                key: n for key, n in seen.items()
                if is_view(n) or touched.isdisjoint(map(source, n.all_input_nodes))
            }  # fmt: skip
            continue
        known = isinstance(target, torch._ops.OpOverload) and target.namespace == "aten"
        if node.op != "call_function" or not (known or target is operator.getitem):
            continue
        if known and (torch.Tag.nondeterministic_seeded in target.tags or "empty" in str(target)):
            continue
        if not is_view(node) and (node in changed or any(i in changed for i in node.users)):
            continue
        same = seen.setdefault(key_of(node), node)
        if same is not node:
            replace(node, same)


def _layout(module):
    """Drop a copy that only kernels read which take any strides; not a copy of a state, which the step may change.

    Before a convolution Keras copies twice, to (batch, channels, height, width) in memory and back: the later copy is
    dropped first, and then the convolution reads the earlier one.
    """
    changed = mutated(module)
    for node in reversed(calls(module)):
        if node.target not in COPIES or not node.users or not all(map(_takes_any_strides, node.users)):
            continue
        x = source(node.args[0])
        if x.op == "call_function" or (x.op == "placeholder" and x not in changed):
            replace(node, node.args[0])


def _takes_any_strides(node):
    """Whether a call computes the same from other strides; zeros around an image pass its strides on."""
    if node.target is aten.constant_pad_nd.default:
        return bool(node.users) and all(map(_takes_any_strides, node.users))
    return node.target in ANY_STRIDES


def _kept(module):
    """The logs are copied out of states and constants; what this step computed needs no copy."""
    changed = mutated(module)
    (output,) = (n for n in module.graph.nodes if n.op == "output")
    for node in output.all_input_nodes:
        if node.target is aten.clone.default and not node.kwargs and list(node.users) == [output]:
            x = source(node.args[0])
            if x.op == "call_function" and x not in changed:
                replace(node, node.args[0])
