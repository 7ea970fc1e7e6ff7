"""The JAX adapter: what JAX needs so that a training step can be written once.

JAX differentiates and compiles *pure functions*: values in, values out, nothing assigned on the way. A Keras model is
full of things that are assigned: weights, BatchNorm's averages, random seeds, metrics, optimizer slots. So

- a differentiated function runs in a ``Scope`` that maps each variable to a value; what it assigns comes out as an
  auxiliary result and is assigned outside;
- the whole step runs in one such scope over all state, which makes it ``(state, batch) → (logs, state)``: that function
  is compiled with ``jax.jit``, its old state donated, and for ``steps_per_execution`` scanned over stacked batches.
"""

import functools
import inspect
from collections.abc import Hashable

import jax
import jax.numpy as jnp
from keras import KerasTensor, Variable
from keras.src.backend import jax as keras_jax

from course.processes import xla_flags
from course.training.given_variables import Converted, converting, functions_of
from course.training.rules import jax_flow
from course.training.state import Scope, backend, call

given_variables = Converted(functions_of(keras_jax))


def values_of(at):
    """The tensors at which to differentiate."""
    return [a.value if isinstance(a, Variable) else jnp.asarray(a) for a in at]


def _pure(f, at, has_aux):
    """``values → (result, (aux, updates))`` and the scope of its last run."""
    ran = {}

    def pure(*values):
        with given_variables, jax_flow.with_assignments():
            result, scope = call(f, at, values)
        ran["scope"], (ran["variables"], updates) = scope, scope.updates()
        result, aux = result if has_aux else (result, None)
        return result, (aux, updates)

    return pure, ran


def _commit(ran, updates):
    for variable, value in zip(ran["variables"], updates, strict=True):
        variable.assign(value)


def value_and_grad(f, at, has_aux):
    """∇f at variables or tensors; a gradient is None where a variable was never read."""
    pure, ran = _pure(f, at, has_aux)
    values = values_of(at)
    differentiate = jax.value_and_grad(pure, argnums=tuple(range(len(values))), has_aux=True)
    (value, (aux, updates)), gradients = differentiate(*values)
    _commit(ran, updates)
    unread = [isinstance(a, Variable) and id(a) not in ran["scope"].read for a in at]
    return value, aux, [None if u else g for u, g in zip(unread, gradients, strict=True)]


def dense(gradient):
    """A gradient as a tensor, which it is."""
    return gradient


def jvp(f, at, tangents):
    """Forward mode: f and J·t in one sweep."""
    pure, ran = _pure(f, at, has_aux=False)
    value, tangent, (_, updates) = jax.jvp(pure, values_of(at), [*map(jnp.asarray, tangents)], has_aux=True)
    _commit(ran, updates)
    return value, tangent


def vjp(f, at):
    """Reverse mode: f, and the function u ↦ uᵀJ."""
    pure, ran = _pure(f, at, has_aux=False)
    value, pullback, (_, updates) = jax.vjp(pure, *values_of(at), has_aux=True)
    _commit(ran, updates)
    return value, lambda cotangent: list(pullback(cotangent))


def fused(f, static):
    """One program for each shape, without the options of ``hot``: it runs a few times only."""
    quick, names = jax.jit(f, static_argnames=static), list(inspect.signature(f).parameters)

    @functools.wraps(f)
    def call(*args, **kwargs):
        given = dict(zip(names, args, strict=False)) | kwargs
        inside = any(isinstance(x, (jax.core.Tracer, KerasTensor)) for x in jax.tree.leaves((args, kwargs)))
        known = all(isinstance(given.get(name), Hashable) for name in static)  # an array is no key
        return quick(*args, **kwargs) if known and not inside else f(*args, **kwargs)

    return converting(call)


def compiled(f):
    """Compiled as a whole. The values of what ``f`` reads and assigns go in; what it assigned comes out."""
    quick, used, assigned = None, {}, {}  # id → variable, in the order in which the runs found them

    def run(values, args, kwargs):
        with given_variables, jax_flow.with_assignments(), Scope(used.values(), values) as scope:
            result = f(*args, **kwargs)
        assigned.update(scope.written)
        used.update(scope.read | scope.written)
        return result, [scope.get_current_value(v) for v in assigned.values()]

    def call_quickly(*args, **kwargs):
        nonlocal quick
        if not quick:
            jax.eval_shape(run, [], args, kwargs)  # finds the variables, which would be constants
            quick = jax.jit(run, compiler_options=xla_flags.hot())
        stored = not backend.in_stateless_scope()  # outside of a scope: found sooner, and the same
        result, values = quick([v._value if stored else v.value for v in used.values()], args, kwargs)
        for variable, value in zip(assigned.values(), values, strict=False):
            variable.assign(value)
        return result

    return converting(call_quickly)
