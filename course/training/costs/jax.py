"""Costs on JAX: contractions of the traced program, and XLA's cost analysis of the compiled one."""

import math

import jax


def product_flops(f, *arguments):
    """2 · (entries of the result) · (entries that are contracted), summed over the ``dot_general`` of the program."""
    return _count(jax.make_jaxpr(f)(*arguments).jaxpr)


def _count(program):
    total = 0
    for equation in program.eqns:
        if equation.primitive.name == "dot_general":
            (contracted, _), _ = equation.params["dimension_numbers"]
            shape = equation.invars[0].aval.shape
            entries = math.prod(equation.outvars[0].aval.shape)
            total += 2 * entries * math.prod(shape[axis] for axis in contracted)
        for value in equation.params.values():
            for inner in value if isinstance(value, (tuple, list)) else (value,):
                inner = getattr(inner, "jaxpr", inner)  # a closed program holds an open one
                if hasattr(inner, "eqns"):
                    total += _count(inner)
    return total


def reported_flops(f, *arguments):
    """The ``flops`` of XLA's cost analysis, after its optimizations."""
    return jax.jit(f).lower(*arguments).compile().cost_analysis()["flops"]


_programs = 0  # compiled since the last release


def _compiled(event, duration, **_):
    global _programs
    _programs += event == "/jax/core/compile/backend_compile_duration"


jax.monitoring.register_event_duration_secs_listener(_compiled)


def programs():
    """How many programs JAX compiled since the last release."""
    return _programs


def release_programs(above):
    """Let JAX forget its programs."""
    global _programs
    if _programs <= above:
        return False
    jax.clear_caches()
    _programs = 0
    return True
