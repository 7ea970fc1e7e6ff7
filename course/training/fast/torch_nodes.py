"""Questions about the nodes of a captured graph: what is a view of what, what is written, what is the same."""

import operator

import torch

_Node = torch.fx.Node


def calls(module):
    """Its calls, in order."""
    return [n for n in module.graph.nodes if n.op == "call_function"]


def replace(node, other):
    """Let everybody use ``other`` instead, and remove the node."""
    node.replace_all_uses_with(other)
    node.graph.erase_node(node)


def is_mutable(target):
    """Whether an operation writes into one of its arguments."""
    return isinstance(target, torch._ops.OpOverload) and target._schema.is_mutable


def is_view(node):
    """Whether a node only shows the numbers of another."""
    return isinstance(node.target, torch._ops.OpOverload) and node.target.is_view


def source(node):
    """Whose numbers a node shows: its own, or through views and writing operations those of another."""
    while node.op == "call_function":
        base = node.args[0] if node.args else None
        if node.target is operator.getitem:  # one of several results
            if not (is_view(base) or is_mutable(base.target)):
                return node
            base = base.args[0]
            base = base[node.args[1]] if isinstance(base, (list, tuple)) else base
        elif not (is_view(node) or is_mutable(node.target)):
            return node
        if not isinstance(base, _Node):
            return node
        node = base
    return node


def written(node):
    """The nodes that a writing operation writes into."""
    found = []
    given = dict(zip((a.name for a in node.target._schema.arguments), node.args, strict=False)) | node.kwargs
    for argument in node.target._schema.arguments:
        if argument.alias_info is not None and argument.alias_info.is_write:
            torch.fx.node.map_arg(given.get(argument.name), found.append)
    return found


def mutated(module):
    """The sources of everything that is written anywhere in the graph."""
    return {source(w) for n in calls(module) if is_mutable(n.target) for w in written(n)}


def key_of(node):
    """Equal for two calls of the same operation on the same arguments."""

    def plain(x):
        if isinstance(x, (list, tuple)):
            return tuple(map(plain, x))
        return x if isinstance(x, _Node) else (type(x), repr(x))

    return node.target, plain(node.args), tuple((k, plain(v)) for k, v in sorted(node.kwargs.items()))
