"""Lives in the candidate's process: a forbidden function that is called from the candidate's own lines raises.

`shortcuts.py` reads the file; this one notices what no reading finds, like a name put together at run time. Only
calls from the candidate's file spring a trap: the library itself goes on using its functions. It is not proof
against intent, which owns this process; it makes the honest mistake plain.
"""

import functools
import sys

_EVERYWHERE = (  # where a star is looked for, as far as the modules are there
    *("keras.ops", "keras.activations", "keras.layers", "keras.losses", "keras.metrics", "keras.optimizers"),
    *("keras.ops.nn", "keras.ops.numpy", "keras.ops.linalg", "numpy", "numpy.linalg", "scipy.special"),
    *("scipy.linalg", "scipy.stats", "jax.nn", "jax.numpy", "jax.scipy.special", "jax.lax"),
    *("tensorflow", "tensorflow.nn", "tensorflow.math", "torch", "torch.nn.functional", "torch.special"),
)
_DEPTH = 4  # frames between a class statement or a call and the trap


class ForbiddenShortcut(Exception):
    """The exercise asks you to write this yourself."""


class Traps:
    """Replaces forbidden functions and classes for one candidate; `sprung` holds the names that were called."""

    def __init__(self):
        self.sprung = []
        self._path = None
        self._replaced = []

    def set(self, forbidden, path):
        """Take the old traps away and set new ones for the candidate's file at `path`."""
        for module, name, original in reversed(self._replaced):
            setattr(module, name, original)
        self._replaced, self.sprung, self._path = [], [], path
        for declared in forbidden:
            library, _, name = declared.rpartition(".")
            for module in [sys.modules.get(m) for m in ([library] if library != "*" else _EVERYWHERE)]:
                original = getattr(module, name, None)
                if callable(original):
                    self._replaced.append((module, name, original))
                    setattr(module, name, self._trap(original, f"{module.__name__}.{name}", declared))

    def _trap(self, original, name, declared):
        if isinstance(original, type):
            return self._class_trap(original, name, declared)

        @functools.wraps(original)
        def trap(*args, **kwargs):
            self._spring(name, declared)
            return original(*args, **kwargs)

        return trap

    def _class_trap(self, original, name, declared):
        spring = self._spring

        def __init__(self, *args, **kwargs):
            spring(name, declared)
            original.__init__(self, *args, **kwargs)

        def __init_subclass__(cls, **kwargs):
            spring(name, declared)
            super(made, cls).__init_subclass__(**kwargs)

        body = {"__init__": __init__, "__init_subclass__": classmethod(__init_subclass__)}
        made = type(original)(original.__name__, (original,), body | {"__module__": original.__module__})
        return made

    def _spring(self, name, declared):
        frame = sys._getframe(2)
        for _ in range(_DEPTH):
            if frame is None:
                return
            if frame.f_code.co_filename == self._path:
                self.sprung.append(declared)
                raise ForbiddenShortcut(f"{name} is a forbidden shortcut here: write it yourself")
            if frame.f_globals.get("__name__", "").partition(".")[0] == name.partition(".")[0]:
                return  # the library itself
            frame = frame.f_back
