"""Notices calls of forbidden torch functions that a trap in a module cannot see. It runs in the candidate's process.

`torch.softmax` is also `torch._C._VariableFunctions.softmax`, `torch._C.TensorBase.softmax` and more: tables in C,
which cannot be changed. All of these functions, and reading `y.grad_fn`, call torch's `TorchFunctionMode` before they
run, and the mode in this file checks whether the call came from the candidate's file.
"""

import contextlib
import sys

from course.catalog.forbidden import last
from course.grading.sandbox.trap import Trap

# A program can switch torch's modes off with these; torch itself uses them too.
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
        check_caller: Function `(name, declared)` that raises if the call is not allowed.
        check_direct: The same for functions that torch itself needs: it raises for calls of the candidate's file.
    """

    def __init__(self, check_caller, check_direct):
        self._check_caller, self._check_direct = check_caller, check_direct
        self._open = contextlib.ExitStack()
        self._started = False

    def start(self, pairs):
        """Begin to watch the torch functions that the pairs (declared name, pattern) forbid, if there are any.

        If torch is not imported yet, or is being imported, nothing happens: this method is called again.
        """
        torch = sys.modules.get("torch")
        forbidden = {last(pattern): declared for declared, pattern in pairs if _of_torch(pattern)}
        whole = torch is not None and not getattr(torch.__spec__, "_initializing", False)
        if whole and forbidden and not self._started:
            self._started = True
            self._trap_switches(torch, next(iter(forbidden.values())))
            self._open.enter_context(_mode(torch, forbidden, self._check_caller))

    def _trap_switches(self, torch, declared):
        for module in (torch._C, torch.overrides):
            for name in _SWITCHES:
                if (switch := getattr(module, name, None)) is not None:
                    trap = Trap(switch, f"{module.__name__}.{name}", declared, self._check_direct)
                    setattr(module, name, trap)
                    self._open.callback(setattr, module, name, switch)

    def stop(self):
        """Stop watching."""
        self._open.close()
        self._started = False


def _of_torch(pattern):
    return pattern.partition(".")[0] in ("*", "torch") and last(pattern) != "*"


def _mode(torch, forbidden, check_caller):
    class Watch(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            name = _public_name(function)
            if name in forbidden:
                check_caller(f"torch.{name}", forbidden[name])
            return function(*args, **(kwargs or {}))

    return Watch()


def _public_name(function):
    """Return the public name of a function: `softmax` for `_softmax`, `softmax.int` and `special_softmax`."""
    name = getattr(function, "__name__", "")
    if name == "__get__":  # an attribute of a tensor is read
        return getattr(getattr(function, "__self__", None), "__name__", "")
    name = name.partition(".")[0].strip("_")
    for table in _TABLES:
        name = name.removeprefix(table)
    return name
