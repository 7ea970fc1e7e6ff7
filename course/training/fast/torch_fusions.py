"""One kernel for several in a captured graph, where torch has it; and states that are changed in place."""

import math
import operator

import torch

from course.training.fast.torch_nodes import calls, is_mutable, is_view, replace, source, written

aten = torch.ops.aten
IN_PLACE = {
    aten.add.Tensor: aten.add_.Tensor, aten.sub.Tensor: aten.sub_.Tensor, aten.mul.Tensor: aten.mul_.Tensor,
    aten.lerp.Scalar: aten.lerp_.Scalar,
}  # fmt: skip


def fuse(module):
    """Fuse what can be fused, in place."""
    for node in calls(module):
        if node.target is aten.add.Tensor and not node.kwargs:
            _product_and_bias(node) or _between(node) or _side_by_side(node)
        elif node.target is aten.view.default:
            _sum_of_rows(node)
        elif node.target is aten._foreach_add_.List:
            _average(node) or _multiply_and_add(node)
        elif node.target is aten._foreach_add.Scalar:
            _add_in_place(node)
    _followers(module)
    _assignments(module)


def _new(before, target, args, like):
    with before.graph.inserting_before(before):
        node = before.graph.call_function(target, args)
    if like is not None:
        node.meta["val"] = like.meta["val"]
    return node


def _alone(node, target):
    """Whether a node is a plain call of this operation, and one other node uses it."""
    return (
        isinstance(node, torch.fx.Node) and node.target is target and len(node.users) == 1 and not node.kwargs
    )


def _number(x):
    return isinstance(x, (int, float)) and not isinstance(x, bool)


def _float_alike(*nodes):
    values = [n.meta.get("val") if isinstance(n, torch.fx.Node) else None for n in nodes]
    return all(
        isinstance(v, torch.Tensor)
        and v.dtype.is_floating_point
        and (v.dtype, v.shape, v.device) == (values[0].dtype, values[0].shape, values[0].device)
        for v in values
    )


def _product_and_bias(node):
    """b + a·w."""
    product, bias = node.args
    if not _alone(product, aten.mm.default):
        return False
    if not isinstance(bias, torch.fx.Node) or bias.meta["val"].ndim != 1:
        return False
    if bias.meta["val"].dtype == product.meta["val"].dtype:
        replace(node, _new(node, aten.addmm.default, (bias, *product.args), node))
        return True
    return False


def _sum_of_rows(node):
    """The gradient of a bias: summed over rows with the axis kept, then without it."""
    total = node.args[0]
    if not (_alone(total, aten.sum.dim_IntList) and total.args[1:] == ([0], True)):
        return
    if tuple(node.meta["val"].shape) == tuple(total.meta["val"].shape[1:]):
        replace(node, _new(node, aten.sum.dim_IntList, (total.args[0], [0]), node))


def _between(node):
    """a + c·(b − a), and (1 − c)·a + c·b: what follows slowly."""
    a, step = node.args
    if not _alone(step, aten.mul.Tensor) or not _number(step.args[1]):
        return False
    b, c = step.args
    if _alone(b, aten.sub.Tensor) and b.args[1] is a:
        b = b.args[0]
    elif _alone(a, aten.mul.Tensor) and _number(a.args[1]) and math.isclose(a.args[1] + c, 1, abs_tol=1e-9):
        a = a.args[0]
    else:
        return False
    if not (_float_alike(node, a, b) and 0 < c < 1):
        return False
    replace(node, _new(node, aten.lerp.Scalar, (a, b, float(c)), node))
    return True


def _side_by_side(node):
    """The gradient of a vector that was cut into parts: that of each part among zeros, and these added up."""
    length, parts, terms = len(node.meta["val"]) if node.meta["val"].ndim else 0, {}, [node]
    for term in terms:
        if term is node or _alone(term, aten.add.Tensor):
            terms.extend(term.args)
        elif _alone(term, aten.slice_backward.default) and (term.args[2], term.args[5]) == (0, 1):
            parts[term.args[3]] = min(term.args[4], length), term.args[0]
        else:
            return False
    inside, end = [], 0
    while end in parts:
        end, part = parts.pop(end)
        inside.append(part)
    if parts or end != length:
        return False
    replace(node, _new(node, aten.cat.default, (inside,), node))
    return True


def _average(node):
    """m·(1 − c) + c·g for lists of tensors, in place: Adam's averages."""
    scaled, (items, others), c = node.prev, node.args, node.kwargs.get("alpha", 1)
    if scaled.target is not aten._foreach_mul_.Scalar or list(scaled.args[0]) != list(items):
        return False
    if not (_number(c) and 0 < c < 1 and math.isclose(scaled.args[1] + c, 1, abs_tol=1e-9)):
        return False
    sources = set(map(source, items))
    if not all(_float_alike(a, b) and source(b) not in sources for a, b in zip(items, others, strict=True)):
        return False
    _new(node, aten._foreach_lerp_.Scalar, (items, others, float(c)), None)
    for old in (node, scaled):
        node.graph.erase_node(old)
    return True


def _multiply_and_add(node):
    """x += c·(a∘b) and x += c·(a/b) for lists of tensors."""
    made = _made_by(node.args[1])
    kernels = {
        aten._foreach_mul.List: aten._foreach_addcmul_.Scalar,
        aten._foreach_div.List: aten._foreach_addcdiv_.Scalar,
    }
    if made is not None and made.target in kernels:
        arguments = (node.args[0], *made.args[:2], node.kwargs.get("alpha", 1))
        _new(node, kernels[made.target], arguments, None)
        node.graph.erase_node(node)


def _add_in_place(node):
    """Nobody else sees these tensors: add in place."""
    if _made_by(node.args[0]) is not None:
        node.target = aten._foreach_add_.Scalar
        node.meta.pop("val", None)
        parts = node.args[0]
        for item in list(node.users):
            replace(item, parts[item.args[1]])


def _made_by(items):
    """The call whose results, all of them and in order, are these items, if nobody else uses them."""
    if not all(isinstance(i, torch.fx.Node) and i.target is operator.getitem for i in items):
        return None
    sources = {i.args[0] for i in items}
    made = sources.pop()
    if sources or not str(made.target).startswith("aten._foreach"):
        return None
    in_order = [i.args[1] for i in items] == list(range(len(items)))
    alone = all(len(i.users) == 1 for i in items) and len(made.users) == len(items)
    return made if in_order and alone and not is_mutable(made.target) else None


# Assignments stand at the end of a captured graph, as copies into the states.


def _copies(module):
    found = [n for n in calls(module) if n.target is aten.copy_.default and n.args[0].op == "placeholder"]
    targets = [n.args[0] for n in found]
    return [n for n in found if targets.count(n.args[0]) == 1]


def _written_after(module):
    """For each source the position of the last write."""
    last, order = {}, {}
    for i, node in enumerate(module.graph.nodes):
        order[node] = i
        if is_mutable(node.target):
            last.update({source(w): i for w in written(node)})
    return last, order


def _followers(module):
    """Many states that follow others with the same rate (a target network) move in one call at the end."""
    copies = _copies(module)
    last, order = _written_after(module)
    groups = {}
    for copy in copies:
        state, made = copy.args[:2]
        if not (_alone(made, aten.lerp.Scalar) and made.args[0] is state and _float_alike(state, made)):
            continue
        leader = made.args[1]
        like = state.meta["val"]
        only = not any(is_mutable(n.target) and n is not copy for n in _readers(state))
        if only and last.get(source(leader), -1) < order[made]:
            groups.setdefault((made.args[2], like.dtype, like.device), []).append(copy)
    for (rate, *_), group in groups.items():
        if len(group) < 2:
            continue
        states, leaders = ([copy.args[1].args[i] for copy in group] for i in (0, 1))
        _new(min(copies, key=order.get), aten._foreach_lerp_.Scalar, (states, leaders, rate), None)
        for copy in group:
            made = copy.args[1]
            for node in (copy, made):
                node.graph.erase_node(node)
            copies.remove(copy)


def _assignments(module):
    """v ← v + x writes into v at once, if nobody reads the old v afterwards."""
    for copy in _copies(module):
        state, made = copy.args[:2]
        if not isinstance(made, torch.fx.Node) or made.target not in IN_PLACE or made.args[0] is not state:
            continue
        if any(source(n) is state for n in made.all_input_nodes if n is not state) or state in made.args[1:]:
            continue
        a, b = state.meta["val"], made.meta["val"]
        if (a.dtype, a.shape) != (b.dtype, b.shape):
            continue
        _, order = _written_after(module)
        readers = _readers(state)
        if all(order[n] <= order[made] or n is copy for n in readers):
            if any(is_mutable(n.target) and n is not copy for n in readers):
                continue
            made.target = IN_PLACE[made.target]
            copy.graph.erase_node(copy)


def _readers(node):
    """Who uses a node, or a view of it."""
    found = set()
    for user in node.users:
        found.add(user)
        if is_view(user) or user.target is operator.getitem:
            found |= _readers(user)
    return found
