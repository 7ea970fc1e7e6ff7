"""Bounded activations: step, sigmoid, tanh (§5.3).

Each has its derivative by hand. Both are written so that no exponential overflows and no digits are lost in a
difference of nearly equal numbers: the code uses σ_Sig(z) σ_Sig(−z) for σ_Sig'(z) = σ_Sig(z) (1 − σ_Sig(z)).
"""

import keras
from keras import ops

from course.validation import floats
from units.u02_logistic_softmax import sigmoid as stable_sigmoid


@keras.saving.register_keras_serializable("medl")
def step(z):
    """The step function of the first neurons.

    S(z) = 1 for z ≥ 0, and 0 for z < 0

    Args:
        z: of any shape.

    Returns:
        A tensor of the shape of ``z``.
    """
    z = floats(z)
    return ops.where(z < 0, ops.zeros_like(z), ops.where(z >= 0, ops.ones_like(z), z))  # NaN stays NaN


def step_derivative(z):
    """S'(z) = 0 for z ≠ 0, and 0 by convention at the jump: gradient descent cannot train this unit."""
    return ops.zeros_like(floats(z))


@keras.saving.register_keras_serializable("medl")
def sigmoid(z):
    """The sigmoid of unit 2.

    σ_Sig(z) = 1 / (1 + e^{−z})
    """
    return stable_sigmoid(z)


def sigmoid_derivative(z):
    """σ_Sig'(z) = σ_Sig(z) (1 − σ_Sig(z)) = σ_Sig(z) σ_Sig(−z).

    It is at most 1/4, so every sigmoid layer makes the gradient smaller.
    """
    z = floats(z)
    # σ_Sig(z) σ_Sig(−z)
    return stable_sigmoid(z) * stable_sigmoid(-z)


@keras.saving.register_keras_serializable("medl")
def tanh(z):
    """The hyperbolic tangent, a sigmoid scaled to (−1, 1).

    tanh(z) = (e^z − e^{−z}) / (e^z + e^{−z}) = 2 σ_Sig(2z) − 1

    With t = e^{−2|z|} − 1, which is never positive and exact for small z, tanh |z| = −t / (2 + t).
    """
    z = floats(z)
    # t = e^{−2|z|} − 1
    t = ops.expm1(ops.where(z > 0, -2 * z, 2 * z))
    # tanh |z| = −t / (2 + t)
    return ops.where(z > 0, -t, t) / (2 + t)


def tanh_derivative(z):
    """tanh'(z) = 1 − tanh²(z) = 4 σ_Sig(2z) σ_Sig(−2z); it is 1 at z = 0, where the sigmoid's is 1/4."""
    z = floats(z)
    # 4 σ_Sig(2z) σ_Sig(−2z)
    return 4 * stable_sigmoid(2 * z) * stable_sigmoid(-2 * z)
