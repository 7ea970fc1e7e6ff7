"""An affine coupling: an invertible layer whose determinant is a sum (§8.1)."""

import keras
from keras import ops

from course.training.rules.saved_parts import SavedParts
from units.u07_generative.gaussian_densities import sum_of_each


@keras.saving.register_keras_serializable("medl")
class AffineCoupling(SavedParts, keras.layers.Layer):
    """Some entries of x stay and say how the other entries are scaled and moved.

    z = m ⊙ x + (1 − m) ⊙ (x ⊙ e^s + b),   (s, b) = network(m ⊙ x),   m a mask of zeros and ones

    The Jacobian is triangular with the diagonal m + (1 − m) ⊙ e^s, so log |det ∂z/∂x| = ∑ (1 − m) ⊙ s. The entries that
    stay are the same before and after. So the network can be computed again from z, and it is never inverted itself:

    x = m ⊙ z + (1 − m) ⊙ (z − b) ⊙ e^{−s}

    The logarithm of the scale is bounded, s = 2 tanh(·/2), so that no layer can make a number too large.

    Args:
        mask: m, zeros and ones for the entries of the last axis.
        network: a model from x to twice as many entries on the last axis: s before its bound, then b.

    Shapes: x and z are (batch, ..., channels), the logarithm of the determinant is (batch,).

    References: Dinh, Sohl-Dickstein and Bengio, "Density estimation using Real NVP" (2017).
    """

    parts, settings = ("network",), ("mask",)

    def __init__(self, mask, network, **kwargs):
        super().__init__(**kwargs)
        self.mask, self.network = tuple(float(m) for m in mask), network
        if set(self.mask) != {0.0, 1.0}:
            raise ValueError(f"A mask consists of zeros and ones and has both of them, not {tuple(mask)!r}.")

    def scale_and_shift(self, kept):
        """(1 − m) ⊙ s and (1 − m) ⊙ b."""
        changed = 1 - ops.convert_to_tensor(self.mask, kept.dtype)
        s, b = ops.split(ops.cast(self.network(kept), kept.dtype), 2, axis=-1)
        return changed * 2 * ops.tanh(s / 2), changed * b

    def call(self, x):
        """z and log |det ∂z/∂x|."""
        s, b = self.scale_and_shift(x * ops.convert_to_tensor(self.mask, x.dtype))
        # where m = 1, s and b are 0: z = x e^s + b is the whole formula
        return x * ops.exp(s) + b, sum_of_each(s)

    def inverse(self, z):
        """x."""
        s, b = self.scale_and_shift(z * ops.convert_to_tensor(self.mask, z.dtype))
        return (z - b) * ops.exp(-s)
