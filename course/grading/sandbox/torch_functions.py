"""Notices calls of forbidden torch functions that a trap in a module cannot see. It runs in the candidate's process.

`torch.softmax` is also `torch._C._VariableFunctions.softmax`, `torch._C.TensorBase.softmax` and more: tables in C,
which cannot be changed. All of these functions, and reading `y.grad_fn`, call torch's `TorchFunctionMode` before they
run, and the mode in this file checks whether the call came from the candidate's file. A mode belongs to one thread, so
every thread that the file starts enters its own. Code that torch compiles (`torch.jit`) calls no mode; it is refused.

A function in C that contains the name of a whole answer counts too: `torch._safe_softmax`, `torch.native_layer_norm`.
"""

import _thread
import contextlib
import sys
import threading

from course.catalog.forbidden import ANYWHERE, last
from course.grading.sandbox.trap import Trap

# A program can switch torch's modes off with these; torch itself uses them too.
_SWITCHES = (
    "DisableTorchFunction",
    "DisableTorchFunctionSubclass",
    "_pop_torch_function_stack",
    "_set_torch_function_mode",
    "_get_function_stack_at",
)
# Compiled code calls torch's functions without asking any mode.
_COMPILERS = (
    *(
        "_jit_script_compile",
        "_jit_script_compile_overload",
        "_jit_script_class_compile",
        "_jit_interpret_graph",
    ),
    *("_create_function_from_graph", "import_ir_module", "import_ir_module_from_buffer", "parse_ir"),
    "_import_ir_module_from_package",
    *("_load_for_lite_interpreter", "_load_for_lite_interpreter_from_buffer", "_load_jit_module_from_bytes"),
    *("_load_jit_module_from_file", "_load_mobile_module_from_bytes", "_load_mobile_module_from_file"),
)
_THREADS = (
    (_thread, "start_new_thread"),
    (_thread, "start_new"),
    (threading, "_start_new_thread"),
)
_TABLES = ("special_", "linalg_")  # torch.linalg.solve is called linalg_solve in C


class TorchFunctions:
    """Watches torch's functions from `start` to `stop`.

    Args:
        check_caller: Function `(name, declared)` that raises if the call is not allowed.
        check_direct: The same for functions that torch itself needs: it raises for calls of the candidate's file.
        refuse: Function `(name, declared)` that raises for a way that nobody may use.
    """

    def __init__(self, check_caller, check_direct, refuse):
        self._check_caller, self._check_direct, self._refuse = check_caller, check_direct, refuse
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
            self._trap_compilers(torch, next(iter(forbidden.values())))
            make = _mode(torch, forbidden, self._check_caller)
            self._open.enter_context(make())
            self._enter_in_threads(make)

    def _enter_in_threads(self, make):
        """Let every new thread run its function in a mode of its own."""
        start = _thread.start_new_thread

        def start_new_thread(function, *args):
            def run(*args, **kwargs):
                with make():
                    function(*args, **kwargs)

            return start(run, *args)

        for module, name in _THREADS:
            self._open.callback(setattr, module, name, getattr(module, name))
            setattr(module, name, start_new_thread)

    def _trap_compilers(self, torch, declared):
        def refuse(name, declared, trap=None):
            self._refuse("code that torch compiles (torch.jit)", declared)

        for name in _COMPILERS:
            if (function := getattr(torch._C, name, None)) is not None:
                setattr(torch._C, name, Trap(function, name, declared, refuse))
                self._open.callback(setattr, torch._C, name, function)
        for cls, name in (
            (torch._C.CompilationUnit, "__init__"),
            (torch._C.CompilationUnit, "define"),
            (torch._C.ScriptModule, "_define"),
            (torch._C.ConcreteModuleType, "_create_methods_and_properties"),
        ):
            self._trap_method(cls, name, declared)

    def _trap_method(self, cls, name, declared):
        """Refuse to compile a text; torch calls these methods without one for its own use, as for `torch.jit.trace`."""
        method, refuse = getattr(cls, name), self._refuse

        def compile_nothing(self, *args):
            if any(args):
                refuse("code that torch compiles (torch.jit)", declared)
            return method(self, *args)

        setattr(cls, name, compile_nothing)
        self._open.callback(setattr, cls, name, method)

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
            known = name if name in forbidden else _contained(name, forbidden)
            if known:
                check_caller(f"torch.{name}", forbidden[known])
            return function(*args, **(kwargs or {}))

    return Watch


def _contained(name, forbidden):
    """Return the name of a whole answer that a longer name contains: `layer_norm` in `native_layer_norm`."""
    words = f"_{name.removeprefix('binary_cross_entropy')}_"
    return next((known for known in forbidden if known in ANYWHERE and f"_{known}_" in words), None)


def _public_name(function):
    """Return the public name of a function: `softmax` for `_softmax`, `softmax.int` and `special_softmax`."""
    name = getattr(function, "__name__", "")
    if name == "__get__":  # an attribute of a tensor is read
        return getattr(getattr(function, "__self__", None), "__name__", "")
    name = name.partition(".")[0].strip("_")
    for table in _TABLES:
        name = name.removeprefix(table)
    return name
