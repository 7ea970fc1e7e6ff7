"""One kernel for the update of a variable, where TensorFlow has one with exactly Keras's formula.

Keras writes Adam with a dozen operations for each variable: for a small network that is more work for TensorFlow's
executor than the network itself. ``ResourceApplyAdam`` does the same in one pass over the numbers. While a step of a
``course.Model`` runs, the optimizers of the classes below use their kernels; slots, iterations, learning rates and
schedules, clipping, weight decay, averages and accumulation stay Keras's. A subclass, an option that the kernel does
not know, or a gradient that is not a dense tensor is left to Keras's own update.

What is relied on of Keras is ``_backend_update_step(gradients, variables, learning_rate)``, the last thing that
``apply`` calls before it counts the iteration, and the names of the slots.
"""

import contextlib

import tensorflow as tf
from keras import optimizers
from keras.src import backend

from course.context import set_attribute


@contextlib.contextmanager
def fused(members):
    """While this lasts, the optimizers that have a kernel use it."""
    with contextlib.ExitStack() as stack:
        for optimizer in members:
            if make := _KERNELS.get(type(optimizer)):
                stack.enter_context(
                    set_attribute(optimizer, "_backend_update_step", _update(optimizer, make))
                )
        yield


def _update(optimizer, make):
    general = optimizer._backend_update_step

    def update(gradients, variables, learning_rate):
        pairs = [(g, _native(v)) for g, v in zip(gradients, variables, strict=True)]
        if not all(_fits(g, v) for g, v in pairs):
            return general(gradients, variables, learning_rate)
        for dtype in {v.dtype: None for _, v in pairs}:
            kernel = make(optimizer, tf.cast(learning_rate, dtype), dtype)
            if kernel is None:
                return general(gradients, variables, learning_rate)
            for g, v in pairs:
                if v.dtype == dtype:
                    kernel(tf.cast(g, dtype), v)
        return None

    return update


def _native(variable):
    return variable.value if isinstance(variable, backend.Variable) else variable


def _fits(gradient, variable):
    return (
        isinstance(gradient, tf.Tensor)
        and variable.dtype in (tf.float32, tf.float64)
        and isinstance(variable, tf.Variable)
        and not isinstance(variable, tf.distribute.DistributedValues)
    )


def _adam(optimizer, learning_rate, dtype):
    """m ← m + (1 − β₁)(g − m), v ← v + (1 − β₂)(g² − v), θ ← θ − α m / (√v + ε), α = η √(1 − β₂ᵗ) / (1 − β₁ᵗ)."""
    if optimizer.amsgrad:
        return None
    t = tf.cast(optimizer.iterations + 1, dtype)
    beta_1, beta_2 = tf.constant(optimizer.beta_1, dtype), tf.constant(optimizer.beta_2, dtype)
    powers = tf.pow(beta_1, t), tf.pow(beta_2, t)

    def kernel(gradient, variable):
        i = optimizer._get_variable_index(variable)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=optimizer._momentums[i].value.handle,
            v=optimizer._velocities[i].value.handle,
            beta1_power=powers[0],
            beta2_power=powers[1],
            lr=learning_rate,
            beta1=beta_1,
            beta2=beta_2,
            epsilon=tf.constant(optimizer.epsilon, dtype),
            grad=gradient,
        )

    return kernel


def _sgd(optimizer, learning_rate, dtype):
    """θ ← θ − η g; with momentum μ: m ← μ m − η g, θ ← θ + m, and after Nesterov θ ← θ + μ m − η g."""
    if optimizer.momentum == 0:
        return lambda gradient, variable: tf.raw_ops.ResourceApplyGradientDescent(
            var=variable.handle, alpha=learning_rate, delta=gradient
        )

    def kernel(gradient, variable):
        slot = optimizer.momentums[optimizer._get_variable_index(variable)]
        tf.raw_ops.ResourceApplyKerasMomentum(
            var=variable.handle,
            accum=slot.value.handle,
            lr=learning_rate,
            grad=gradient,
            momentum=tf.constant(optimizer.momentum, dtype),
            use_nesterov=optimizer.nesterov,
        )

    return kernel


_KERNELS = {optimizers.Adam: _adam, optimizers.AdamW: _adam, optimizers.SGD: _sgd}
