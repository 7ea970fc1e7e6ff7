"""Activations with slope 1 (SELU: 1.05) for positive z: ReLU, leaky ReLU, ELU, SELU (§5.3).

At z = 0 every derivative here is the one from the left. The built-in functions differ: for ReLU all take 0, but the
slope of JAX's leaky ReLU and of TensorFlow's SELU at 0 is the one from the right.
"""

import math

import keras
from keras import ops

from course.validation import floats

# With these constants SELU(z) has mean 0 and variance 1 if z ~ N(0, 1) (closed form: Klambauer et al., 2017).
_E1, _E2 = math.erfc(1 / math.sqrt(2)) * math.sqrt(math.e), math.erfc(math.sqrt(2)) * math.e**2
SELU_ALPHA = -math.sqrt(2 / math.pi) / (_E1 - 1)
SELU_SCALE = (
    (1 - _E1)
    * math.sqrt(2 * math.pi)
    / math.sqrt(2 * _E2 + math.pi * _E1**2 - 2 * (2 + math.pi) * _E1 + math.pi + 2)
)


def _negative_part(z):
    """min(z, 0), with derivative 1 at z = 0; no exponential of it overflows."""
    return ops.where(z > 0, ops.zeros_like(z), z)


@keras.saving.register_keras_serializable("medl")
def relu(z):
    """The rectified linear unit.

    S(z) = max(0, z)
    """
    z = floats(z)
    # S(z) = max(0, z)
    return ops.where(z <= 0, ops.zeros_like(z), z)  # NaN stays NaN


def relu_derivative(z):
    """S'(z) = 1 for z > 0, else 0."""
    z = floats(z)
    return ops.cast(z > 0, z.dtype)


@keras.saving.register_keras_serializable("medl")
def leaky_relu(z, negative_slope=0.01):
    """ReLU with a small slope for z ≤ 0, so that the gradient is never 0.

    S(z) = z for z > 0, and η z for z ≤ 0

    Args:
        z: of any shape.
        negative_slope: η. Keras's default is 0.2. Learned by gradient descent it is ``PReLU``.
    """
    z = floats(z)
    # z, or η z for z ≤ 0
    return ops.where(z > 0, z, negative_slope * z)


def leaky_relu_derivative(z, negative_slope=0.01):
    """S'(z) = 1 for z > 0, else η."""
    z = floats(z)
    return ops.where(z > 0, ops.ones_like(z), negative_slope * ops.ones_like(z))


@keras.saving.register_keras_serializable("medl")
def elu(z, alpha=1.0):
    """ReLU that tends to −η for z → −∞: smooth at 0 for η = 1, and with a mean nearer to 0.

    S(z) = z for z > 0, and η (e^z − 1) for z ≤ 0

    Args:
        z: of any shape.
        alpha: η.
    """
    z = floats(z)
    # z, or η (e^z − 1) for z ≤ 0
    return ops.where(z > 0, z, alpha * ops.expm1(_negative_part(z)))


def elu_derivative(z, alpha=1.0):
    """S'(z) = 1 for z > 0, else η e^z."""
    z = floats(z)
    # 1, or η e^z for z ≤ 0
    return ops.where(z > 0, ops.ones_like(z), alpha * ops.exp(_negative_part(z)))


@keras.saving.register_keras_serializable("medl")
def selu(z):
    """The scaled ELU that keeps mean 0 and variance 1 from layer to layer.

    S(z) = 1.0507 z for z > 0, and 1.7581 (e^z − 1) for z ≤ 0,   1.7581 = 1.0507 · 1.6733

    References: Klambauer, Unterthiner, Mayr, Hochreiter, "Self-normalizing neural networks", NeurIPS 2017.
    """
    return SELU_SCALE * elu(z, SELU_ALPHA)


def selu_derivative(z):
    """S'(z) = 1.0507 for z > 0, else 1.7581 e^z."""
    return SELU_SCALE * elu_derivative(z, SELU_ALPHA)
