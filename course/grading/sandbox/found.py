"""Finds out whether a module can be imported, without importing it, in the grader or in the candidate's process."""

import sys

import course


def found(module):
    """Tell whether a module with this dotted name exists, by a search for its file."""
    pieces = module.split(".")
    path = None
    for at, piece in enumerate(pieces):
        name = ".".join(pieces[: at + 1])
        if name == "course":
            path = course.__path__
            continue
        spec = _spec(name, path) if piece.isidentifier() and (at == 0 or path is not None) else None
        if spec is None:
            return False
        path = spec.submodule_search_locations
    return True


def _spec(name, path):
    for finder in sys.meta_path:
        try:
            spec = finder.find_spec(name, path)
        except (ImportError, AttributeError):
            spec = None
        if spec is not None:
            return spec
    return None
