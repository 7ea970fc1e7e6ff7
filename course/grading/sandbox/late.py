"""Notices modules of libraries that are imported after the traps were set. Lives in the candidate's process."""

import importlib.abc
import sys


class Late(importlib.abc.MetaPathFinder):
    """Stands first on `sys.meta_path` and hands every module to `cover` as soon as it has been executed.

    Args:
        cover: Function of a list of modules.
    """

    def __init__(self, cover):
        self.active = False
        self._cover = cover

    def find_spec(self, name, path=None, target=None):
        """Find a module as if this finder were not there, and follow its execution."""
        standard = name.partition(".")[0] in sys.stdlib_module_names
        if not self.active or standard or name.startswith("course.grading"):
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = _Followed(spec.loader, self._cover)
                return spec
        return None


class _Followed:
    """A module's loader, until the module has been executed."""

    def __init__(self, loader, cover):
        self._loader = loader
        self._cover = cover

    def create_module(self, spec):
        spec.loader = self._loader
        try:
            return self._loader.create_module(spec)
        finally:
            spec.loader = self

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._cover([sys.modules.get(module.__name__, module)])

    def __getattr__(self, name):
        return getattr(self._loader, name)
