"""Notices calls of forbidden torch functions that a trap in a module cannot see. It runs in the candidate's process.

`torch.softmax` is also `torch._C._VariableFunctions.softmax`, `torch._C.TensorBase.softmax` and more: tables in C,
which cannot be changed. All of these functions, and reading `y.grad_fn`, call torch's `TorchFunctionMode` before they
run, and the mode in this file checks whether the call came from the candidate's file. A mode belongs to one thread, so
every thread that the file starts enters its own. Code that torch compiles calls no mode; it is refused
(`torch_compilers.py`).

torch's engine for automatic differentiation is an object in C that nothing can change, and anybody can make another
one. So in a process for a single file torch does not record operations if differentiation is forbidden
(`unrecorded.py`): without a record the engine has nothing to differentiate.

A function in C that contains the name of a whole answer counts too: `torch._safe_softmax`, `torch.native_layer_norm`.
"""

import _imp
import _thread
import contextlib
import functools
import importlib.machinery
import re
import sys
import threading

from course.catalog.forbidden import last
from course.catalog.whole_answers import ANYWHERE
from course.grading.sandbox import unrecorded
from course.grading.sandbox.libraries import is_complete
from course.grading.sandbox.torch_compilers import refuse_compilers
from course.grading.sandbox.torch_operators import OF_COMPILER, take_out, whole_answers
from course.grading.sandbox.trap import Trap
from course.grading.sandbox.vault import Vault, ask

# A program can switch torch's modes off with these; torch itself uses them too.
_SWITCHES = (
    "DisableTorchFunction",
    "DisableTorchFunctionSubclass",
    "_pop_torch_function_stack",
    "_set_torch_function_mode",
    "_get_function_stack_at",
)
_THREADS = (
    (_thread, "start_new_thread"),
    (_thread, "start_new"),
    (threading, "_start_new_thread"),
)
_AXES = re.compile("[123]d(?=_)")
_DERIVATIVE = re.compile("_(backward|jvp)(_|$)")
# spaces of names of torch's own operators, and the beginnings of other libraries' kernels
_OF_TORCH = "", "aten", "prims"
_OF_KERNELS = re.compile(
    "(quantized_|mkldnn_|mkl_|cudnn_|miopen_|fbgemm_|thnn_|differentiable_|fused_|wrapped_|q(?=[cbl]))+"
)
_TABLES = ("special_", "linalg_")  # torch.linalg.solve is called linalg_solve in C


class TorchFunctions:
    """Watches torch's functions from `start` to `stop`.

    In a process for a single file whole answers are taken out of the table of operators, too (`torch_operators.py`).

    Args:
        check_caller: Function `(name, declared)` that raises if the call is not allowed.
        check_direct: The same for functions that torch itself needs: it raises for calls of the candidate's file.
        refuse: Function `(name, declared)` that raises for a way that nobody may use.
    """

    def __init__(self, check_caller, check_direct, refuse):
        self._check_caller, self._check_direct, self._refuse = check_caller, check_direct, refuse
        self._open, self._vault = contextlib.ExitStack(), Vault()
        self._started = False

    def start(self, pairs, keep):
        """Begin to watch the torch functions that the pairs (declared name, pattern) forbid, if there are any.

        If torch is not imported yet, or is being imported, nothing happens: this method is called again.
        If `keep` is False, nobody will call `stop`.
        """
        torch = sys.modules.get("torch")
        if is_complete("torch") and not self._started and (forbidden := of_torch(pairs)):
            self._started = True
            self._trap_switches(torch, next(iter(forbidden.values())))
            refuse_compilers(torch._C, next(iter(forbidden.values())), self._refuse, self._replace)
            make = _mode(torch, forbidden, self._check_caller, self._check_direct)
            self._open.enter_context(make())
            if not keep and (whole := whole_answers(forbidden)):
                take_out(
                    torch, whole, lambda name: operator_name(name, whole), self._vault, self._check_caller
                )
            off = _nothing
            if "run_backward" in forbidden and not keep:
                declared = forbidden["run_backward"]
                refuse = functools.partial(self._refuse, declared=declared)
                off = unrecorded.record_nothing(self._vault, refuse)
            self._enter_in_threads(make, off)
            if not keep:
                self._open.pop_all()
                self._vault.lock()

    def _enter_in_threads(self, make, off):
        """Let every new thread call `off` and run its function in a mode of its own."""
        self._vault.keep("start a thread", _thread.start_new_thread)

        def start_new_thread(function, *args):
            def run(*args, **kwargs):
                off()
                with make():
                    function(*args, **kwargs)

            return ask("start a thread", run, *args)

        self._vault.keep("make a module", _maker(_imp.create_builtin, start_new_thread))
        for module, name in _THREADS:
            self._replace(module, name, start_new_thread)
        self._replace(_imp, "create_builtin", lambda spec: ask("make a module", spec.name))

    def _replace(self, module, name, value):
        self._open.callback(setattr, module, name, getattr(module, name))
        setattr(module, name, value)

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


def of_torch(pairs):
    """Return the names that pairs (declared name, pattern) forbid in torch, with their declared names."""
    return {last(pattern): declared for declared, pattern in pairs if _of_torch(pattern)}


def _of_torch(pattern):
    return pattern.partition(".")[0] in ("*", "torch") and last(pattern) != "*"


def _maker(create, start_new_thread):
    """Return what makes one of Python's own modules; a second module for threads gets the same function."""

    def make(name):
        if type(name) is not str:
            raise TypeError("the name of a module is a text")
        module = create(importlib.machinery.ModuleSpec(name, None))
        if name == "_thread":
            vars(module).update(start_new_thread=start_new_thread, start_new=start_new_thread)
        return module

    return make


def _nothing():
    """Do nothing at the beginning of a thread."""


def _mode(torch, forbidden, check_caller, check_direct):
    class Watch(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            name = _public_name(function)
            known = _known(name, forbidden)
            if known:  # torch reads `grad_fn` itself, to print a tensor
                check = check_direct if function.__name__ == "__get__" else check_caller
                check(f"torch.{name}", forbidden[known])
            return function(*args, **(kwargs or {}))

    return Watch


def operator_name(full, forbidden):
    """Return the forbidden name that the name of an operator means, or None: `svd` for `aten::_linalg_svd`.

    Where differentiation is forbidden, the derivative of an operator is, too: `tanh_backward`. Operators of a library
    that torch uses, such as `mkldnn_prepacked::conv2d_run`, are meant if the forbidden name is in theirs.
    """
    space, _, name = full.rpartition("::")
    plain = _plain(name)
    if "backward" in forbidden and (_DERIVATIVE.search(plain) or full in OF_COMPILER):
        return "backward"
    if (known := _known(plain, forbidden)) is None and (space not in _OF_TORCH or _OF_KERNELS.match(plain)):
        words = _AXES.sub("", f"_{_OF_KERNELS.sub('', plain)}_")
        return next((known for known in forbidden if f"_{known}_" in words), None)
    return known


def _known(name, forbidden):
    """Return the forbidden name that a name is, or a whole answer in it: `layer_norm` in `native_layer_norm`."""
    if name in forbidden:
        return name
    words = f"_{name.removeprefix('binary_cross_entropy')}_"
    words += _AXES.sub("", words)  # `batch_norm2d`
    return next((known for known in forbidden if known in ANYWHERE and f"_{known}_" in words), None)


def _public_name(function):
    """Return the public name of a function: `softmax` for `_softmax`, `softmax.int` and `special_softmax`."""
    name = getattr(function, "__name__", "")
    if name == "__get__":  # an attribute of a tensor is read
        return getattr(getattr(function, "__self__", None), "__name__", "")
    return _plain(name)


def _plain(name):
    """Return the public name for the name of a function or operator."""
    name = name.partition(".")[0].strip("_")
    for table in _TABLES:
        name = name.removeprefix(table)
    return name
