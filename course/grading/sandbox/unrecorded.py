"""Switches off that torch records operations for automatic differentiation. It runs in the candidate's process.

Each thread has its own switch in C. This module puts functions in their place that only switch the recording off.

Not every thread can be switched: a library in C can start one that calls a function of the file, and torch's engine
switches the recording on while it calls the hooks of a tensor. So the kernels that record are taken out of the table of
operators, too: for the keys of differentiation, torch goes on to the kernel that computes. And the engine does not run.
"""

import sys

from course.grading.sandbox.fixed_classes import open_for_traps
from course.grading.sandbox.torch_operators import KEYS, put_kernels
from course.grading.sandbox.vault import ask

_SWITCHES = "_set_grad_enabled", "_set_fwd_grad_enabled"
_WAY = "the recording of operations by torch"
_RECORDS = "Autograd"  # the key of the kernels that record, for all kinds of tensors


def record_nothing(vault, refuse):
    """Switch the recording off in this thread, and return a function that does it in another one.

    Args:
        vault: The `Vault` for torch's own switches.
        refuse: Function of a name; it raises if somebody switches the recording on.
    """
    core = sys.modules["torch._C"]
    _take_out_of_the_table(core, vault)
    for cls in type.mro(core._ImperativeEngine):
        if "run_backward" in vars(cls):
            with open_for_traps(cls):
                cls.run_backward = _engine(refuse)
    for name in _SWITCHES:
        vault.keep(name, _switching_off(getattr(core, name)))
        setattr(core, name, _switch(name, refuse))
    vault.keep("inference", _inference(core._InferenceMode.__init__))
    core._InferenceMode.__init__ = _inference_switch(refuse)
    _off()
    return _off


def _off():
    for name in _SWITCHES:
        ask(name)


def _switching_off(original):
    return lambda: original(False)


def _switch(name, refuse):
    def switch(enabled):
        if enabled:
            refuse(_WAY)
        ask(name)

    return switch


def _inference(original):
    return lambda mode: original(mode, True)


def _inference_switch(refuse):
    def __init__(self, enabled=True):
        if not enabled:  # it would switch the recording on
            refuse(_WAY)
        ask("inference", self)

    return __init__


def _engine(refuse):
    def run_backward(self, *args, **kwargs):
        refuse("torch's engine for differentiation")

    return run_backward


def _take_out_of_the_table(core, vault):
    """Let every operator go on to the kernel that computes, where there is one."""
    has = core._dispatch_has_kernel_for_dispatch_key
    going_on = sys.modules["torch.library"].fallthrough_kernel
    kernels = (
        (full, _RECORDS, going_on)
        for full in core._dispatch_get_all_op_names()
        if has(full, _RECORDS) and any(has(full, key) for key in KEYS)
    )
    put_kernels(core, kernels, vault, "records")
