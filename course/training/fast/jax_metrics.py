"""Metrics on JAX outside of a step: one compiled operation where Keras calls several."""

from functools import cache, partial

import jax
import jax.numpy as jnp
import keras

# How Keras resets a metric when it sets variables to zero, and which ones.
_ZEROED = {
    keras.metrics.Metric.reset_state: lambda metric: metric.variables,
    keras.metrics.Mean.reset_state: lambda metric: [metric.total, metric.count],
    keras.metrics.Sum.reset_state: lambda metric: [metric.total],
}


def reset(metrics):
    """Resets the metrics; all variables that become zero get their zeros from one call of a compiled function."""
    variables = zeroed(metrics)
    for v, zero in zip(variables, zeros(tuple((v.shape, v.dtype) for v in variables)), strict=True):
        v._direct_assign(zero)


def zeroed(metrics):
    """Resets the metrics with a ``reset_state`` of their own; returns the variables that the others set to zero."""
    variables = []
    for metric in metrics:
        which = _ZEROED.get(type(metric).reset_state)
        if which is None or "reset_state" in vars(metric):
            metric.reset_state()
        else:
            variables += which(metric)
    return variables


def zeros(specs):
    """Zeros of the given shapes and dtypes."""
    return _zeros(specs)() if specs else []


def results(metrics):
    """What Keras's ``get_metrics_result`` returns."""
    found = {}
    for metric in metrics:
        value = result(metric)
        found.update(value if isinstance(value, dict) else {metric.name: value})
    return found


def result(metric):
    """``metric.result()``."""
    if type(metric).result is not keras.metrics.Mean.result or "result" in vars(metric):
        return metric.result()
    return _mean(metric.total._value, metric.count._value, metric.dtype)


@partial(jax.jit, static_argnums=2)
def _mean(total, count, dtype):
    return keras.ops.divide_no_nan(total, keras.ops.cast(count, dtype))


@cache
def _zeros(specs):
    return jax.jit(lambda: [jnp.zeros(shape, dtype) for shape, dtype in specs])
