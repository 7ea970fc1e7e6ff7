"""Switches off that torch records operations for automatic differentiation. It runs in the candidate's process.

Each thread has its own switch in C. This module puts functions in their place that only switch the recording off.
"""

import sys

from course.grading.sandbox.vault import ask

_SWITCHES = "_set_grad_enabled", "_set_fwd_grad_enabled"
_WAY = "the recording of operations by torch"


def record_nothing(vault, refuse):
    """Switch the recording off in this thread, and return a function that does it in another one.

    Args:
        vault: The `Vault` for torch's own switches.
        refuse: Function of a name; it raises if somebody switches the recording on.
    """
    core = sys.modules["torch._C"]
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
