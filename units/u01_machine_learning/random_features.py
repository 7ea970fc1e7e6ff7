"""Random ReLU features: a two-layer network whose first layer is random and not trained (§2.5, extra)."""

import numpy as np
from keras import ops


class RandomFeatures:
    """A fixed random map to any number of features, to study models with more parameters than samples.

    φ_j(x) = max(0, w_jᵀx + b_j) / √features,   w_j ~ N(0, I · 2 / p),   b_j ~ N(0, 0.1²)

    Args:
        inputs: p, the length of x.
        features: number of random features.
        rng: a NumPy generator.

    Example:
        >>> phi = RandomFeatures(64, 500, np.random.default_rng(0))
        >>> phi(np.zeros((3, 64))).shape == (3, 500)
        True

    References: Rahimi and Recht, Random features for large-scale kernel machines, 2007; Belkin, Hsu, Ma and
    Mandal, Reconciling modern machine learning practice and the bias–variance trade-off, 2019.
    """

    def __init__(self, inputs, features, rng):
        if inputs < 1 or features < 1:
            raise ValueError(f"inputs and features must be positive, got {inputs} and {features}.")
        self.W = ops.convert_to_tensor(
            rng.normal(0, np.sqrt(2 / inputs), (inputs, features)), dtype="float32"
        )
        self.b = ops.convert_to_tensor(rng.normal(0, 0.1, features), dtype="float32")

    def __call__(self, x, features=None):
        """Map (batch, inputs) to (batch, features).

        With fewer ``features`` than there are, the others are zero: no linear fit of smallest norm uses them, and
        all widths have one shape, for which JAX compiles once.
        """
        used = self.b.shape[0] if features is None else features
        if not 1 <= used <= self.b.shape[0]:
            raise ValueError(f"features must lie between 1 and {self.b.shape[0]}, got {features}.")
        present = ops.cast(ops.arange(self.b.shape[0]) < used, "float32")
        # φ_j(x) = max(0, w_jᵀx + b_j) / √features
        z = ops.matmul(ops.convert_to_tensor(x, dtype="float32"), self.W) + self.b
        return ops.relu(z) * present / float(np.sqrt(used))
