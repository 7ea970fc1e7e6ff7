"""The forward pass of a network of L layers over a mini-batch, in matrix form (§5.1, §5.2)."""

from collections import namedtuple
from itertools import pairwise

import numpy as np
from keras import ops

from units.u03_optimization.hyperparameters import check_sizes
from units.u04_feedforward.activations import ACTIVATIONS

Layer = namedtuple("Layer", "W b activation")
Layer.__doc__ = (
    "Parameters of one layer: W (units, features), b (units,), and the name of S or None for S(z) = z."
)

Pass = namedtuple("Pass", "z a")
Pass.__doc__ = (
    "The values of a forward pass: z[l − 1] is Z^[l], l = 1 … L; a[l] is A^[l], l = 0 … L, with A^[0] = X."
)


def network(widths, activation="tanh", seed=0):
    """Draw the parameters of a network; the last layer has no activation.

    θ = (W^[1], b^[1], …, W^[L], b^[L]),   W^[l] ∈ ℝ^{N_l × N_{l−1}},   b^[l] ∈ ℝ^{N_l}

    The entries of W^[l] are normal with variance 1/N_{l−1}, so that z keeps the size of its input; b^[l] = 0.

    Args:
        widths: N_0, N_1, …, N_L: the number of features, of the units of each layer, of the outputs.
        activation: S, a name in ``ACTIVATIONS``.
        seed: of NumPy's generator.

    Returns:
        A list of L ``Layer``s with float32 arrays.

    Raises:
        ValueError: there is no layer, no such activation, or a width is no positive whole number.
    """
    widths = check_sizes("widths", widths)
    if len(widths) < 2:
        raise ValueError(
            f"a network needs at least two widths, of its input and of its output; got {list(widths)}."
        )
    _known(activation)
    rng = np.random.default_rng(seed)
    layers = []
    for features, units in pairwise(widths):
        # W^[l]_{jk} ~ N(0, 1/N_{l−1}),   b^[l] = 0
        W = rng.normal(scale=features**-0.5, size=(units, features)).astype("float32")
        layers.append(Layer(W, np.zeros(units, "float32"), activation))
    return [*layers[:-1], layers[-1]._replace(activation=None)]


def forward(x, layers):
    """Compute the forward pass of a mini-batch and keep every Z^[l] and A^[l].

    A^[0] = X,   Z^[l] = A^[l−1] W^[l]ᵀ + 1 b^[l]ᵀ,   A^[l] = S^[l](Z^[l])

    The book writes one sample as a column, z^[l] = W^[l] a^[l−1] + b^[l]; samples are the rows here.

    Args:
        x: X, shape (batch, N_0).
        layers: a list of ``Layer``s.

    Returns:
        ``Pass(z, a)``, lists of tensors of shapes (batch, N_l); the network's output is ``a[-1]``.

    Raises:
        ValueError: the shapes of x, W and b do not fit, or an activation is unknown.

    Example:
    >>> layers = [Layer([[1.0], [-1.0]], [0.0, 0.0], "relu"), Layer([[1.0, 1.0]], [0.0], None)]
    >>> ops.convert_to_numpy(forward([[-3.0], [2.0]], layers).a[-1])          # |x|
    array([[3.],
           [2.]], dtype=float32)
    """
    zs, activations = [], [ops.convert_to_tensor(x, "float32")]
    for l, (W, b, activation) in enumerate(layers, 1):
        a = activations[-1]
        W, b = ops.convert_to_tensor(W, "float32"), ops.convert_to_tensor(b, "float32")
        if len(a.shape) != 2 or tuple(W.shape[1:]) != (a.shape[1],) or tuple(b.shape) != (W.shape[0],):
            raise ValueError(
                f"layer {l}: the input has shape {tuple(a.shape)}, W {tuple(W.shape)} and b {tuple(b.shape)}; needed "
                "are (batch, features), (units, features) and (units,)."
            )
        # Z^[l] = A^[l−1] W^[l]ᵀ + 1 b^[l]ᵀ
        z = ops.matmul(a, ops.transpose(W)) + b
        # A^[l] = S^[l](Z^[l])
        activations.append(z if activation is None else _known(activation).function(z))
        zs.append(z)
    return Pass(zs, activations)


def _known(name):
    if name not in ACTIVATIONS:
        raise ValueError(f"there is no activation {name!r}; there are {', '.join(ACTIVATIONS)}.")
    return ACTIVATIONS[name]
