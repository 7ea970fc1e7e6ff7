"""A batch, or the logs, as a flat list of tensors and back: tuples, lists and dicts only, and therefore fast."""


def flatten(x):
    """The tensors of a nest in order, and its structure, which can be compared and hashed."""
    leaves = []
    return leaves, _flatten(x, leaves)


def _flatten(x, leaves):
    if isinstance(x, (tuple, list)):
        return (type(x).__name__, *[_flatten(part, leaves) for part in x])
    if isinstance(x, dict):
        return ("dict", *[(key, _flatten(part, leaves)) for key, part in x.items()])
    if x is None:
        return None
    leaves.append(x.value if hasattr(x, "assign") else x)
    return "tensor"


def rebuild(structure, leaves):
    """The inverse of ``flatten``."""
    return _rebuild(structure, iter(leaves))


def _rebuild(structure, leaves):
    if structure is None:
        return None
    if structure == "tensor":
        return next(leaves)
    kind, *parts = structure
    if kind == "dict":
        return {key: _rebuild(part, leaves) for key, part in parts}
    return (tuple if kind == "tuple" else list)([_rebuild(part, leaves) for part in parts])
