"""Sets traps in library modules that are imported later. This module runs in the candidate's process."""

import importlib.abc
import sys

from course.grading.sandbox.callers import OWN


class LateImports(importlib.abc.MetaPathFinder):
    """A finder, the first on `sys.meta_path`, that calls `set_traps` for every module after its execution.

    Args:
        set_traps: Function of a list of modules.
        look_at: Function of the name of a module and of its file, which may raise.
    """

    def __init__(self, set_traps, look_at):
        self._look_at = look_at
        self.active = False
        self.importing = 0  # how many modules are being executed
        self.set_traps = set_traps

    def find_spec(self, name, path=None, target=None):
        """Find a module with the other finders, and wrap its loader."""
        standard = name.partition(".")[0] in sys.stdlib_module_names
        if not self.active or standard or name.startswith(OWN):
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                if spec.has_location and isinstance(spec.origin, str):
                    self._look_at(name, spec.origin)
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = _Loader(spec.loader, self)
                return spec
        return None


class _Loader:
    """Wraps the loader of a module until the module has been executed."""

    def __init__(self, loader, finder):
        self._loader = loader
        self._finder = finder

    def create_module(self, spec):
        spec.loader = self._loader
        try:
            return self._loader.create_module(spec)
        finally:
            spec.loader = self

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self._loader
        self._finder.importing += 1
        try:
            self._loader.exec_module(module)
        finally:
            self._finder.importing -= 1
        module.__spec__._initializing = (
            False  # as Python does next: the traps ask whether a library is complete
        )
        self._finder.set_traps([sys.modules.get(module.__name__, module)])

    def __getattr__(self, name):
        return getattr(self._loader, name)
