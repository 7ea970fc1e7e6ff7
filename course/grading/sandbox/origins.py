"""Tells from the name of its file whether code is a library's. This module runs in the candidate's process.

Libraries lie in the folders that were on `sys.path` before the candidate's file was read, and in those of the packages
that were imported then. In a jail a candidate can write to none of them.
"""

import builtins
import functools
import importlib.machinery
import io
import marshal
import os
import sys

LOADER = importlib.machinery.SourceFileLoader
EXECUTE = LOADER.exec_module.__code__  # executes the code of a module
_OF_IMPORT = (vars(sys.modules[LOADER.__module__]), *map(vars, LOADER.__mro__[:-1]), vars(marshal), vars(io))
_NO_FILE = "<"  # `<string>`, `<frozen importlib._bootstrap>`, `<attrs generated init …>`


@functools.cache
def folders():
    """Return the beginnings of the names of the libraries' files, as they are at the first call."""
    found = list(_path())
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if "." not in name and name != "__main__" and isinstance(file, str):
            is_package = os.path.basename(file).startswith("__init__.")
            found.append(os.path.dirname(os.path.dirname(file) if is_package else file))
    return tuple({os.path.join(os.path.normcase(folder), "") for folder in found if os.path.isabs(folder)})


@functools.cache
def _path():
    return tuple(entry for entry in sys.path if os.path.isabs(entry))


@functools.cache
def _real_path():
    return tuple(os.path.realpath(entry) for entry in _path())


@functools.cache
def of_library(name):
    """Tell whether a file with this name lies in a folder of libraries."""
    name = os.path.normcase(name)
    return name.startswith(folders()) and os.pardir not in name.split(os.sep)


def library(name):
    """Return the library of a file, also where a link leads to it: `numpy` for `…/numpy/fft/_helper.py`; else None.

    The files behind `tensorflow.keras`, in a folder of Keras, belong to neither: they only import.
    """
    real = os.path.realpath(name)
    inside = [folder for folder in _real_path() if real.startswith(folder + os.sep)]
    if not inside:
        return None
    first, *others = os.path.relpath(real, max(inside, key=len)).split(os.sep)
    return None if [first, *others[:1]] == ["keras", "_tf_keras"] else first.partition(".")[0]


def _state():
    """Return what decides which code Python's import makes of a file."""
    values = [value for place in _OF_IMPORT for value in place.values()]
    return [id(value) for value in (*values, builtins.compile, builtins.exec, sys.pycache_prefix)]


_AT_FIRST = _state()


def import_is_unchanged():
    """Tell whether Python's import still does what it did before the candidate's file was read."""
    return _state() == _AT_FIRST


def has_no_file(name):
    """Tell whether this is the name of code that was not read from a file."""
    return name.startswith(_NO_FILE)
