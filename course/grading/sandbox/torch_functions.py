"""Lives in the candidate's process: notices forbidden functions of torch on routes that no module shows.

`torch.softmax` is also `torch._C._VariableFunctions.softmax`, `torch._C.TensorBase.softmax` and more: tables in C,
which cannot be changed. All of them ask torch's mode for functions before they run, as does reading `y.grad_fn`, and
the mode here asks whether the call came from the candidate's own lines.
"""

import contextlib
import sys

from course.catalog.forbidden import last
from course.grading.sandbox.trap import Trap

# With these a program switches torch's modes off; torch itself uses them, too.
_SWITCHES = (
    "DisableTorchFunction",
    "DisableTorchFunctionSubclass",
    "_pop_torch_function_stack",
    "_set_torch_function_mode",
)
_TABLES = ("special_", "linalg_")  # torch.linalg.solve is called linalg_solve in C


class TorchFunctions:
    """Watches torch's functions from `start` to `stop`.

    Args:
        spring: Function `(name, declared)` that raises if the candidate called.
    """

    def __init__(self, spring):
        self._spring = spring
        self._open = contextlib.ExitStack()

    def start(self, pairs):
        """Begin to watch what the pairs (declared name, pattern) forbid of torch, if they forbid any of it."""
        torch = sys.modules.get("torch")
        forbidden = {last(pattern): declared for declared, pattern in pairs if _of_torch(pattern)}
        if torch is not None and forbidden:
            self._trap_switches(torch, next(iter(forbidden.values())))
            self._open.enter_context(_mode(torch, forbidden, self._spring))

    def _trap_switches(self, torch, declared):
        for module in (torch._C, torch.overrides):
            for name in _SWITCHES:
                if (switch := getattr(module, name, None)) is not None:
                    trap = Trap(switch, f"{module.__name__}.{name}", declared, self._spring)
                    setattr(module, name, trap)
                    self._open.callback(setattr, module, name, switch)

    def stop(self):
        """Watch no longer."""
        self._open.close()


def _of_torch(pattern):
    return pattern.partition(".")[0] in ("*", "torch") and last(pattern) != "*"


def _mode(torch, forbidden, spring):
    class Watch(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            name = _public_name(function)
            if name in forbidden:
                spring(f"torch.{name}", forbidden[name])
            return function(*args, **(kwargs or {}))

    return Watch()


def _public_name(function):
    """Return a function's name as people write it: `softmax` for `_softmax`, `softmax.int` and `special_softmax`."""
    name = getattr(function, "__name__", "")
    if name == "__get__":  # an attribute of a tensor is read
        return getattr(getattr(function, "__self__", None), "__name__", "")
    name = name.partition(".")[0].strip("_")
    for table in _TABLES:
        name = name.removeprefix(table)
    return name
