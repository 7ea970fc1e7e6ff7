"""Initializers that keep the size of signals in deep networks: LeCun, Xavier (Glorot), He, orthogonal (§5.5).

For z = W a with independent entries of mean 0, Var(z) = n_in Var(w) E[a²], and in the backward pass
Var(∂C/∂a) = n_out Var(w) Var(∂C/∂z). Each rule chooses Var(w) so that one of these, or a compromise of both, stays
constant from layer to layer.

A kernel has Keras's shape (…, n_in, n_out), the transpose of the book's W; the axes before the last two, those of a
convolution, multiply both numbers.
"""

import math

import keras
from keras import ops

# P(|N(0, 1)| < 2), and the standard deviation of N(0, 1) cut off at ±2
MASS_WITHIN_TWO = math.erf(math.sqrt(2))
STD_WITHIN_TWO = math.sqrt(1 - 2 * 2 * math.exp(-2) / math.sqrt(2 * math.pi) / MASS_WITHIN_TWO)


def fans(shape):
    """The number of inputs of a unit and the number of units that an input is connected to: (n_in, n_out).

    Args:
        shape: of a kernel, (…, n_in, n_out); one axis is a vector of biases or scales, n_in = n_out.

    Raises:
        ValueError: a shape without axes.

    Example:
    >>> fans((3, 3, 16, 32))
    (144, 288)
    """
    if not len(shape):
        raise ValueError("A scalar has no fan-in: give a shape with at least one axis.")
    if len(shape) == 1:
        return shape[0], shape[0]
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


class _Random(keras.initializers.Initializer):
    """A base class that draws new numbers at every call, so that one object can initialize several layers."""

    def __init__(self, seed=None):
        self.seed = seed
        self.seeds = keras.random.SeedGenerator(seed)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {"seed": self.seed}


class VarianceRule(_Random):
    """Entries of mean 0 with the variance that ``variance(n_in, n_out)`` of a subclass gives.

    Args:
        distribution: ``"uniform"``: U(−a, a) with a = √(3 Var(w)); ``"normal"``; ``"truncated"``: normal, cut off at
            two standard deviations and rescaled so that Var(w) is right.
        seed: an integer for the same numbers in every run, or None.

    Raises:
        ValueError: the distribution is none of these.
    """

    def __init__(self, distribution="uniform", seed=None):
        super().__init__(seed)
        if distribution not in ("uniform", "normal", "truncated"):
            raise ValueError(f'The distribution is "uniform", "normal" or "truncated", not {distribution!r}.')
        self.distribution = distribution

    def variance(self, n_in, n_out):
        """Var(w)."""
        raise NotImplementedError

    def __call__(self, shape, dtype=None):
        """Draw a kernel.

        Args:
            shape: (…, n_in, n_out).
            dtype: of the tensor; by default Keras's floatx.
        """
        std = math.sqrt(self.variance(*fans(shape)))
        if self.distribution == "normal":
            return keras.random.normal(shape, stddev=std, dtype=dtype, seed=self.seeds)
        if self.distribution == "uniform":
            # U(−a, a) with a = √(3 Var(w))
            a = math.sqrt(3) * std
            return keras.random.uniform(shape, -a, a, dtype=dtype, seed=self.seeds)
        # z = Φ⁻¹(U) with U uniform on (Φ(−2), Φ(2)):  Φ⁻¹((1 + v)/2) = √2 erf⁻¹(v),   w = √Var(w) z / √Var(z)
        v = keras.random.uniform(shape, -MASS_WITHIN_TWO, MASS_WITHIN_TWO, dtype="float32", seed=self.seeds)
        return ops.cast(std / STD_WITHIN_TWO * math.sqrt(2) * ops.erfinv(v), dtype or keras.config.floatx())

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "distribution": self.distribution}


@keras.saving.register_keras_serializable("medl")
class LeCun(VarianceRule):
    """Var(w) = 1 / n_in: keeps the variance of z where S is close to the identity, and for SELU.

    References: LeCun, Bottou, Orr, Müller, "Efficient BackProp" (1998).
    """

    def variance(self, n_in, n_out):
        """1 / n_in."""
        return 1 / n_in


@keras.saving.register_keras_serializable("medl")
class Xavier(VarianceRule):
    """Var(w) = 2 / (n_in + n_out): a compromise of 1/n_in for the forward and 1/n_out for the backward pass.

    References: §5.5; Glorot, Bengio, "Understanding the difficulty of training deep feedforward networks" (2010).
    """

    def variance(self, n_in, n_out):
        """2 / (n_in + n_out)."""
        return 2 / (n_in + n_out)


@keras.saving.register_keras_serializable("medl")
class He(VarianceRule):
    """Var(w) = 2 / n_in: with ReLU E[a²] is half of E[z²], and the factor 2 compensates for it.

    References: §5.5; He, Zhang, Ren, Sun, "Delving deep into rectifiers" (2015).
    """

    def variance(self, n_in, n_out):
        """2 / n_in."""
        return 2 / n_in


@keras.saving.register_keras_serializable("medl")
class Orthogonal(_Random):
    """A multiple of a matrix with orthonormal columns (or rows, if it is wide), uniform among all of them.

    A = Q R with A of independent N(0, 1) entries,   kernel = gain · Q sign(diag R)

    A square orthogonal matrix keeps the length of every vector exactly, at any depth, and not only on average.

    Args:
        gain: 1 for the identity, √2 for ReLU.
        seed: an integer, or None.

    Raises:
        ValueError: the shape has fewer than two axes.

    References: Saxe, McClelland, Ganguli, "Exact solutions to the nonlinear dynamics of learning …" (2014).
    """

    def __init__(self, gain=1.0, seed=None):
        super().__init__(seed)
        self.gain = gain

    def __call__(self, shape, dtype=None):
        """Draw a kernel (…, n_in, n_out); the axes before the last are rows."""
        if len(shape) < 2:
            raise ValueError(f"An orthogonal matrix has two axes or more, got the shape {tuple(shape)}.")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        A = keras.random.normal((max(rows, columns), min(rows, columns)), dtype="float32", seed=self.seeds)
        # A = Q R
        Q, R = ops.qr(A)
        # Q sign(diag R): with the signs that ops.qr chooses, some Q would be more likely than others
        Q = Q * ops.sign(ops.diag(R))
        Q = ops.transpose(Q) if rows < columns else Q
        # kernel = gain · Q
        return ops.cast(self.gain * ops.reshape(Q, shape), dtype or keras.config.floatx())

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "gain": self.gain}
