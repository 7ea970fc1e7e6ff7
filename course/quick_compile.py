"""On JAX every operation is a program of its own, compiled anew for every shape; most of them run once.

XLA has two code generators for a processor. The newer one ("fusion emitters") needs 38 ms for a small program, the
older one 23 (jaxlib 0.10.2 on an AMD EPYC); what the newer one writes for a training step runs up to a third faster.
So the older one is made the rule, and what runs many times (a model's steps, ``course.compiled``) asks for the newer.

This is done in ``XLA_FLAGS``, before JAX computes anything, and only for a jaxlib whose flags are known, for XLA ends a
process that names a flag it does not know. A user who sets the flag, either way, decides.
"""

import os
from importlib import metadata
from importlib.util import find_spec

_FLAG = "--xla_cpu_use_fusion_emitters"
_KNOWN = ("0.10.",)  # versions of jaxlib that were tried
_ACCELERATORS = ("jax_plugins", "libtpu")  # they bring an XLA of their own, which may know other flags


def ask(environment=os.environ):
    """Make the quick code generator the rule for processes with this environment, where that is known to work.

    Args:
        environment: the variables, changed in place; those of this process count until JAX computes.
    """
    flags = environment.get("XLA_FLAGS", "")
    if _FLAG not in flags and _works(environment):
        environment["XLA_FLAGS"] = f"{flags} {_FLAG}=false".strip()


def refuse(environment):
    """Let XLA choose in processes with this environment, whatever ``ask`` has said or will say."""
    flags = environment.get("XLA_FLAGS", "").replace(f"{_FLAG}=false", "").strip()
    if _works(environment):
        flags = f"{flags} {_FLAG}=true".strip()
    environment["XLA_FLAGS"] = flags


def often():
    """The ``compiler_options`` of ``jax.jit`` for what runs many times; None where nothing was asked for."""
    asked = f"{_FLAG}=false" in os.environ.get("XLA_FLAGS", "")
    return {_FLAG.strip("-"): True} if asked else None


def _works(environment):
    try:
        version = metadata.version("jaxlib")
    except metadata.PackageNotFoundError:
        return False
    alone = environment.get("JAX_PLATFORMS") == "cpu" or not any(map(find_spec, _ACCELERATORS))
    return alone and version.startswith(_KNOWN)
