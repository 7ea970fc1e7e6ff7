"""Finds functions of one backend in an answer, which works only there; the course's answers work on all backends."""

import ast

from course.grading.shortcuts import Names, is_too_long, own_method

LIBRARIES = {
    "torch": "torch",
    "functorch": "torch",
    "jax": "jax",
    "jaxlib": "jax",
    "tensorflow": "tensorflow",
    "keras.src.backend.torch": "torch",
    "keras.src.backend.jax": "jax",
    "keras.src.backend.tensorflow": "tensorflow",
}
_METHODS = {  # methods that only the tensors of one backend have, and NumPy arrays do not
    "torch": "unsqueeze detach permute clone requires_grad requires_grad_ masked_fill masked_fill_ index_select "
    "scatter_ add_ mul_ sub_ div_ clamp numel backward repeat_interleave new_zeros new_ones expand_as view_as",
    "jax": "block_until_ready",
    "tensorflow": "get_shape set_shape",
}
METHODS = {name: backend for backend, names in _METHODS.items() for name in names.split()}
_SHOWN = {"torch": "PyTorch", "jax": "JAX", "tensorflow": "TensorFlow"}


def note(source):
    """Return one sentence about a file that uses one backend's own functions, or an empty text.

    Args:
        source: The file's bytes or text.
    """
    uses = {}
    if is_too_long(source):
        return ""
    for used, line, backend in sorted(_uses(source), key=lambda use: use[1]):
        uses.setdefault(backend, (used, line))
    if not uses:
        return ""
    places = " and ".join(f"{used} (line {line})" for used, line in uses.values())
    if len(uses) > 1:
        works = f"This answer uses {places}, functions of several backends"
    else:
        works = f"This answer uses {places}, so it is made for {_SHOWN[next(iter(uses))]} only"
    return f"{works}. The answers of the course are free of backends: use keras.ops, which runs on all three."


def _uses(source):
    """Yield (name, line, backend) for each use."""
    try:
        tree = ast.parse(source.decode("utf-8-sig", "replace") if isinstance(source, bytes) else source)
        names = Names(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found = [(alias.name, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found = [(node.module, f"{node.module}.{alias.name}") for alias in node.names]
            elif isinstance(node, (ast.Attribute, ast.Call)) and (dotted := names.dotted(node)):
                found = [(dotted, dotted)]
            elif isinstance(node, ast.Attribute) and node.attr in METHODS and not own_method(node, names):
                yield f".{node.attr}", node.lineno, METHODS[node.attr]
                continue
            else:
                continue
            for module, shown in found:
                if backend := _backend(module) or _backend(shown):
                    yield shown, node.lineno, backend
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return


def _backend(dotted):
    found = [backend for library, backend in LIBRARIES.items() if f"{dotted}.".startswith(f"{library}.")]
    return found[0] if found else None
