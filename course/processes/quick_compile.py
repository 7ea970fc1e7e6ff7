"""On JAX every operation is a program of its own, compiled anew for every shape; most of them run once.

XLA has two code generators for a processor. The newer one ("fusion emitters") needs 38 ms for a small program, the
older one 23 (jaxlib 0.10.2 on an AMD EPYC); what the newer one writes for a training step runs up to a third faster.
So the older one is made the rule, and what runs many times (a model's steps, ``course.compiled``) asks for the newer.

This is said in ``XLA_FLAGS``, before JAX computes anything, and only to a jaxlib whose flags are known, for XLA ends a
process that names a flag it does not know; TensorFlow, which has an XLA of its own, is not told. A user who asks for
the newer generator by that flag has it everywhere.
"""

import os
from importlib import metadata
from importlib.util import find_spec

from course import fast

_FLAG = "--xla_cpu_use_fusion_emitters"
_KNOWN = ("0.10.",)  # versions of jaxlib that were tried
_ACCELERATORS = ("jax_plugins", "libtpu")  # they bring an XLA of their own, which may know other flags


def arrange(environment, backend, quick=True):
    """Say in the environment of a process which generator is the rule in it.

    Args:
        environment: the variables, changed in place; those of this process count until JAX computes.
        backend: which the process runs on. What this module has said to JAX is taken back for another.
        quick: False leaves the choice to XLA, in what the process starts too.
    """
    flags = environment.get("XLA_FLAGS", "").split()
    said = [flag for flag in flags if flag != f"{_FLAG}=false"]
    wished = any(flag.startswith(_FLAG) for flag in said)
    if backend == "jax" and not wished and _works(environment):
        said.append(f"{_FLAG}={'false' if quick else 'true'}")
    if said != flags:
        environment["XLA_FLAGS"] = " ".join(said)


def often():
    """The ``compiler_options`` of ``jax.jit`` for what runs many times; None where nothing was asked for."""
    asked = f"{_FLAG}=false" in os.environ.get("XLA_FLAGS", "")
    return {_FLAG.strip("-"): True} if asked else None


def _works(environment):
    try:
        version = metadata.version("jaxlib")
    except metadata.PackageNotFoundError:
        return False
    if environment.get(fast.VARIABLE) == "0":
        return False
    alone = environment.get("JAX_PLATFORMS") == "cpu" or not any(map(find_spec, _ACCELERATORS))
    return alone and version.startswith(_KNOWN)
