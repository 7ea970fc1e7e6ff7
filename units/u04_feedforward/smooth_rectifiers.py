"""Smooth activations similar to ReLU: softplus, swish, GELU, mish (§5.3).

softplus is the integral of the sigmoid. The other three are z times a gate that increases from 0 to 1; they have a
minimum below zero and are not monotone.
"""

import math

import keras
from keras import ops

from course.validation import floats
from units.u02_logistic_softmax import sigmoid
from units.u02_logistic_softmax import softplus as stable_softplus
from units.u04_feedforward.saturating import tanh, tanh_derivative


@keras.saving.register_keras_serializable("medl")
def softplus(z):
    """The smooth maximum of 0 and z, as in unit 2.

    S(z) = log(1 + e^z)
    """
    return stable_softplus(z)


def softplus_derivative(z):
    """S'(z) = σ_Sig(z)."""
    return sigmoid(z)


@keras.saving.register_keras_serializable("medl")
def swish(z, beta=1.0):
    """z through a sigmoid gate; for ω = 1 also called SiLU. ω → ∞ gives ReLU, ω = 0 gives z/2.

    S(z) = z σ_Sig(ωz)

    Args:
        z: of any shape.
        beta: ω.
    """
    z = floats(z)
    # z σ_Sig(ωz)
    return z * sigmoid(beta * z)


def swish_derivative(z, beta=1.0):
    """S'(z) = σ_Sig(ωz) + ωz σ_Sig(ωz) σ_Sig(−ωz)."""
    z = floats(z)
    gate = sigmoid(beta * z)
    # σ_Sig(ωz) + ωz σ_Sig(ωz) σ_Sig(−ωz)
    return gate + beta * z * gate * sigmoid(-beta * z)


@keras.saving.register_keras_serializable("medl")
def gelu(z):
    """z through a gate that is the normal distribution function.

    S(z) = z Φ(z),   Φ(z) = (1 + erf(z/√2)) / 2

    References: Hendrycks, Gimpel, "Gaussian error linear units", 2016.
    """
    z = floats(z)
    # z Φ(z)
    return z * (1 + ops.erf(z / math.sqrt(2))) / 2


def gelu_derivative(z):
    """S'(z) = Φ(z) + z φ(z),   φ(z) = e^{−z²/2} / √(2π)."""
    z = floats(z)
    # φ(z) = e^{−z²/2} / √(2π)
    density = ops.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    # Φ(z) + z φ(z)
    return (1 + ops.erf(z / math.sqrt(2))) / 2 + z * density


def _gelu_argument(z):
    """u(z) = √(2/π) (z + 0.044715 z³) ≈ artanh(erf(z/√2)), and u'(z).

    z is clipped to ±10, where tanh u is ±1 up to rounding, because z³ overflows in float16 for z ≥ 41.
    """
    z, c = ops.clip(z, -10.0, 10.0), math.sqrt(2 / math.pi)
    # u = √(2/π) (z + 0.044715 z³),   u' = √(2/π) (1 + 3 · 0.044715 z²)
    return c * (z + 0.044715 * z**3), c * (1 + 3 * 0.044715 * z**2)


@keras.saving.register_keras_serializable("medl")
def gelu_tanh(z):
    """GELU without the error function; never farther from ``gelu`` than 0.0005.

    S(z) = z (1 + tanh u) / 2,   u = √(2/π) (z + 0.044715 z³)
    """
    z = floats(z)
    # z (1 + tanh u) / 2
    return z * (1 + tanh(_gelu_argument(z)[0])) / 2


def gelu_tanh_derivative(z):
    """S'(z) = (1 + tanh u) / 2 + z tanh'(u) u' / 2."""
    z = floats(z)
    u, slope = _gelu_argument(z)
    # (1 + tanh u) / 2 + z tanh'(u) u' / 2: for large z the factor tanh'(u) is 0, so the product cannot overflow
    return (1 + tanh(u)) / 2 + z * tanh_derivative(u) * (slope / 2)


@keras.saving.register_keras_serializable("medl")
def mish(z):
    """z through the gate tanh(softplus(z)).

    S(z) = z tanh(log(1 + e^z))

    References: Misra, "Mish: a self regularized non-monotonic activation function", 2019.
    """
    z = floats(z)
    # z tanh(log(1 + e^z))
    return z * tanh(stable_softplus(z))


def mish_derivative(z):
    """S'(z) = tanh(s) + z tanh'(s) σ_Sig(z),   s = log(1 + e^z)."""
    z = floats(z)
    s = stable_softplus(z)
    # tanh(s) + z tanh'(s) σ_Sig(z)
    return tanh(s) + z * tanh_derivative(s) * sigmoid(z)
