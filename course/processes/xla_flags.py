"""Flags of XLA's compiler: on JAX a program that runs once is compiled quickly, a program that runs often thoroughly.

On JAX each operation outside of a compiled function is a program of its own, which is compiled for each shape. Most
of these programs run once. XLA has two code generators for a processor. The newer one ("fusion emitters") needs 38 ms
for a small program, the older one 23 ms (jaxlib 0.10.2 on an AMD EPYC). The code of the newer one runs a training step
up to a third faster. So ``configure`` makes the older generator the default, and what runs many times (the steps of a
model, ``course.compiled``) is compiled with the options of ``hot``, which choose the newer one.

The flag is written to ``XLA_FLAGS`` before JAX computes anything, and only for versions of jaxlib that were tested,
because XLA ends a process that names a flag that it does not know. It is not written for TensorFlow, which has an XLA
of its own. If a user sets this flag, it is not changed. Where JAX is told to compile with few optimizations
(``JAX_DISABLE_MOST_OPTIMIZATIONS=1``, as the gate does), steps are compiled like all else: without optimizations the
newer generator needs three times as long for a small step. Only the steps of a ``fit`` or an ``evaluate`` with much
work are compiled with some optimizations there (``MORE``; the fast paths of training decide). There XLA also generates
the code of a program in one piece and not in up to 32 parallel ones, each of which has its own overhead (an eighth of
the processor time of unit 8's tests).
"""

import os
from importlib import metadata
from importlib.util import find_spec

from course import fast

_FLAG = "--xla_cpu_use_fusion_emitters"
_ONE_PIECE = "--xla_cpu_parallel_codegen_split_count=1"
FEW_OPTIMIZATIONS = "JAX_DISABLE_MOST_OPTIMIZATIONS"  # JAX's own variable, which it reads when it is imported
# What the few optimizations leave out and is worth most: the older generator stays.
MORE = {"xla_backend_optimization_level": 1}
_KNOWN = ("0.10.",)  # versions of jaxlib that were tested
_TRUE = ("1", "true", "t", "yes", "y", "on")  # what JAX takes for true
_ACCELERATORS = ("jax_plugins", "libtpu")  # they bring an XLA of their own, which may know other flags


def configure(environment, backend, quick=True):
    """Writes into the environment of a process which code generator is the default in it.

    Args:
        environment: the variables, changed in place; those of this process count until JAX computes.
        backend: which the process runs on. For another backend than JAX the flag is removed again.
        quick: False makes the newer generator the default, also in the processes that the process starts.
    """
    flags = environment.get("XLA_FLAGS", "").split()
    wanted = [flag for flag in flags if flag not in (f"{_FLAG}=false", _ONE_PIECE)]
    set_by_user = any(flag.startswith(_FLAG) for flag in wanted)
    if backend == "jax" and not set_by_user and _works(environment):
        wanted.append(f"{_FLAG}={'false' if quick else 'true'}")
        if quick and _few_optimizations(environment):
            wanted.append(_ONE_PIECE)
    if wanted != flags:
        environment["XLA_FLAGS"] = " ".join(wanted)


def for_short_runs(environment, backend):
    """Lets JAX compile with few optimizations in a process whose models train for seconds, such as a quick run.

    There JAX spends more time on optimizing than the optimized code saves: 27 quick experiments of units 5, 7 and 8
    took 117 s in place of 273 s (two cores, one job). To be called before JAX is imported, and before ``configure``.
    What a user has set is not changed, and nothing is changed where ``configure`` changes nothing.

    Args:
        environment: the variables, changed in place.
        backend: which the process runs on.

    Returns:
        What was changed, for the user and for the record of the run; "" if nothing was.
    """
    if backend != "jax" or FEW_OPTIMIZATIONS in environment or not _works(environment):
        return ""
    environment[FEW_OPTIMIZATIONS] = "1"
    return f"with few optimizations, because this run is short ({FEW_OPTIMIZATIONS}=0 turns all of them on)"


def hot():
    """The ``compiler_options`` of ``jax.jit`` for a function that runs many times.

    None without ``configure``, and where JAX is told to compile with few optimizations.
    """
    return {_FLAG.strip("-"): True} if _configured() and not _few_optimizations(os.environ) else None


def chosen_by_work():
    """Whether steps with much work are compiled with ``MORE`` optimizations than all else.

    So it is after ``configure`` where JAX is told to compile with few optimizations.
    """
    return _configured() and _few_optimizations(os.environ)


def _configured():
    return f"{_FLAG}=false" in os.environ.get("XLA_FLAGS", "")


def _few_optimizations(environment):
    return environment.get(FEW_OPTIMIZATIONS, "").lower() in _TRUE


def is_jaxlib(versions):
    """Whether the installed jaxlib is of one of these versions, such as ``("0.10.",)``."""
    try:
        return metadata.version("jaxlib").startswith(versions)
    except metadata.PackageNotFoundError:
        return False


def _works(environment):
    if environment.get(fast.VARIABLE) == "0":
        return False
    alone = environment.get("JAX_PLATFORMS") == "cpu" or not any(map(find_spec, _ACCELERATORS))
    return alone and is_jaxlib(_KNOWN)
