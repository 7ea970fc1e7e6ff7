"""The table of activations: each S, its derivative by hand, its formula and its family (§5.3)."""

from collections import namedtuple

from units.u04_feedforward import rectifiers, saturating, smooth_rectifiers

Activation = namedtuple("Activation", "function derivative formula family")
Activation.__doc__ = (
    "S, S', the formula for a figure's title, and ``saturating``, ``rectifier`` or ``smooth``."
)

ACTIVATIONS = {
    "step": Activation(saturating.step, saturating.step_derivative, r"$1\{z \geq 0\}$", "saturating"),
    "sigmoid": Activation(saturating.sigmoid, saturating.sigmoid_derivative, r"$1/(1+e^{-z})$", "saturating"),
    "tanh": Activation(saturating.tanh, saturating.tanh_derivative, r"$\tanh z$", "saturating"),
    "relu": Activation(rectifiers.relu, rectifiers.relu_derivative, r"$\max(0, z)$", "rectifier"),
    "leaky_relu": Activation(
        rectifiers.leaky_relu, rectifiers.leaky_relu_derivative, r"$\max(0.01 z, z)$", "rectifier"
    ),
    "elu": Activation(rectifiers.elu, rectifiers.elu_derivative, r"$z$ or $e^z - 1$", "rectifier"),
    "selu": Activation(
        rectifiers.selu, rectifiers.selu_derivative, r"$1.05 z$ or $1.76 (e^z - 1)$", "rectifier"
    ),
    "softplus": Activation(
        smooth_rectifiers.softplus, smooth_rectifiers.softplus_derivative, r"$\log(1 + e^z)$", "smooth"
    ),
    "swish": Activation(
        smooth_rectifiers.swish,
        smooth_rectifiers.swish_derivative,
        r"$z\,\sigma_{\mathrm{Sig}}(z)$",
        "smooth",
    ),
    "gelu": Activation(smooth_rectifiers.gelu, smooth_rectifiers.gelu_derivative, r"$z\,\Phi(z)$", "smooth"),
    "gelu_tanh": Activation(
        smooth_rectifiers.gelu_tanh,
        smooth_rectifiers.gelu_tanh_derivative,
        r"$z\,(1 + \tanh u)/2$",
        "smooth",
    ),
    "mish": Activation(
        smooth_rectifiers.mish, smooth_rectifiers.mish_derivative, r"$z \tanh(\log(1 + e^z))$", "smooth"
    ),
}
