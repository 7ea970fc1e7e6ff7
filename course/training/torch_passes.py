"""What a recorded step can do without: constants computed anew, aliases, copies of layout, separate small kernels.

Keras computes with images as (batch, height, width, channels), torch's kernels take (batch, channels, height, width)
with any strides. Keras copies to other strides before pooling and before convolutions; the kernels are faster without.
"""

import operator

import torch

aten = torch.ops.aten
COPIES = (aten.clone.default, aten.contiguous.default)
ANY_STRIDES = (
    aten.convolution.default, aten.convolution_backward.default,
    aten.max_pool2d_with_indices.default, aten.max_pool2d_with_indices_backward.default,
    aten.avg_pool2d.default, aten.avg_pool2d_backward.default,
)  # fmt: skip


def optimise(module):
    """Simplify a recorded graph in place and return its module."""
    graph = module.graph
    for simplify in (_aliases, _constants, _layout, _fused):
        simplify(module)
    graph.eliminate_dead_code()
    graph.lint()
    module.recompile()
    return module


def _calls(module):
    return [n for n in module.graph.nodes if n.op == "call_function"]


def _replace(node, other):
    node.replace_all_uses_with(other)
    node.graph.erase_node(node)


def _aliases(module):
    """``detach`` means nothing where nothing is differentiated any more."""
    for node in _calls(module):
        if node.target in (aten.detach.default, aten.alias.default):
            _replace(node, node.args[0])


def _is_mutable(target):
    return isinstance(target, torch._ops.OpOverload) and target._schema.is_mutable


def _constants(module):
    """Compute once what depends on nothing: hyperparameters as tensors, zeros, ranges, masks."""
    changed = {
        a for n in _calls(module) if _is_mutable(n.target) for a in n.all_input_nodes
    }  # fmt: skip
    # A parameter is somebody's variable, which the model does not own: it may change, so it is read at every step.
    values = {n: getattr(module, n.target) for n in module.graph.nodes if n.op == "get_attr"}
    values = {n: x for n, x in values.items() if not isinstance(x, torch.nn.Parameter)}
    for node in _calls(module):
        target = node.target
        if not isinstance(target, torch._ops.OpOverload) or target.namespace != "aten":
            continue
        if (
            target._schema.is_mutable
            or torch.Tag.nondeterministic_seeded in target.tags
            or "empty" in str(target)
            or any(a not in values for a in node.all_input_nodes)
            or len(target._schema.returns) != 1
            or str(target._schema.returns[0].type) != "Tensor"
        ):
            continue
        arguments = torch.fx.node.map_arg((node.args, node.kwargs), values.__getitem__)
        value = target(*arguments[0], **arguments[1])
        if node in changed or any(_is_view(u) and _leads_to(u, changed) for u in node.users):
            continue
        values[node] = value
    number = 0
    for node, value in values.items():
        if node.op == "get_attr" or all(user in values for user in node.users):
            continue
        while hasattr(module, f"_constant_{number}"):
            number += 1
        module.register_buffer(f"_constant_{number}", value, persistent=False)
        with module.graph.inserting_before(node):
            replacement = module.graph.get_attr(f"_constant_{number}")
        node.replace_all_uses_with(replacement)


def _is_view(node):
    return isinstance(node.target, torch._ops.OpOverload) and node.target.is_view


def _leads_to(node, changed):
    return node in changed or any(_is_view(u) and _leads_to(u, changed) for u in node.users)


def _layout(module):
    """Drop a copy that only kernels read which take any strides; not a copy of a state, which the step may change."""
    for node in _calls(module):
        if (
            node.target in COPIES
            and node.users
            and all(user.target in ANY_STRIDES for user in node.users)
            and _source(node).op == "call_function"
        ):
            _replace(node, node.args[0])


def _source(node):
    """What a node shows: the node itself, or through views and copies that from which it was made."""
    while node.op == "call_function" and (_is_view(node) or node.target in COPIES):
        node = node.args[0]
    return node


def _fused(module):
    """One kernel for two, where torch has it: a matrix product and its bias, an optimizer's multiply-and-add."""
    for node in _calls(module):
        if node.target is aten.add.Tensor and not node.kwargs:
            _product_and_bias(node)
        elif node.target is aten._foreach_add_.List:
            _multiply_and_add(node)
        elif node.target is aten._foreach_add.Scalar:
            made = _made_by(node.args[0])
            if made is not None:  # nobody else sees these tensors: add in place
                node.target = aten._foreach_add_.Scalar
                parts = node.args[0]
                for item in list(node.users):
                    item.replace_all_uses_with(parts[item.args[1]])
                    item.graph.erase_node(item)


def _product_and_bias(node):
    product, bias = node.args
    if getattr(product, "target", None) is not aten.mm.default or len(product.users) > 1:
        return
    if not isinstance(bias, torch.fx.Node) or bias.meta["val"].ndim != 1:
        return
    if bias.meta["val"].dtype == product.meta["val"].dtype:
        with node.graph.inserting_before(node):
            fused = node.graph.call_function(aten.addmm.default, (bias, *product.args))
        fused.meta["val"] = node.meta["val"]
        _replace(node, fused)


def _multiply_and_add(node):
    """x += c·(a∘b) and x += c·(a/b) for lists of tensors."""
    made = _made_by(node.args[1])
    kernels = {
        aten._foreach_mul.List: aten._foreach_addcmul_.Scalar,
        aten._foreach_div.List: aten._foreach_addcdiv_.Scalar,
    }
    if made is None or made.target not in kernels:
        return
    with node.graph.inserting_before(node):
        node.graph.call_function(
            kernels[made.target], (node.args[0], *made.args[:2], node.kwargs.get("alpha", 1))
        )
    node.graph.erase_node(node)


def _made_by(items):
    """The call whose results, all of them and in order, are these items, if nobody else uses them."""
    if not all(isinstance(i, torch.fx.Node) and i.target is operator.getitem for i in items):
        return None
    sources = {i.args[0] for i in items}
    source = sources.pop()
    if sources or not str(source.target).startswith("aten._foreach"):
        return None
    in_order = [i.args[1] for i in items] == list(range(len(items)))
    alone = all(len(i.users) == 1 for i in items) and len(source.users) == len(items)
    return source if in_order and alone and not _is_mutable(source.target) else None
