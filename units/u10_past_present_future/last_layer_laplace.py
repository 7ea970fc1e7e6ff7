"""A Gaussian for the last layer: the Laplace approximation (§8.5, ☆)."""

import numpy as np
from keras import ops
from scipy.special import logsumexp, softmax

from course.validation import array, class_labels
from course.validation import features as checked_features
from units.u05_convolution.required_shape import require_shape


def posterior_covariance(features, curvature, prior):
    """The covariance of the Gaussian approximation of a posterior over a last layer.

    Σ = (∑_i Λ_i ⊗ φ_i φ_iᵀ + λ I)^{−1}

    Λ_i is the second derivative of the loss of sample i by its outputs: diag(p_i) − p_i p_iᵀ for cross-entropy and
    softmax, 1/σ² for Gaussian noise, where the posterior is Gaussian and this is exact.

    Args:
        features: φ, shape (batch, features).
        curvature: Λ, shape (batch, outputs, outputs).
        prior: λ > 0, the inverse variance of every weight before the data.

    Returns:
        Σ, shape (outputs · features, outputs · features); the weights of one output stand together.

    Raises:
        ValueError: λ is not positive, or features and curvature have other shapes.
    """
    if not prior > 0:
        raise ValueError(f"The prior is an inverse variance, so positive, not {prior}.")
    features, curvature = array(features).astype("float64"), array(curvature).astype("float64")
    require_shape("features", features, "batch", "features")
    require_shape("curvature", curvature, len(features), "outputs", "outputs")
    outputs, length = curvature.shape[1], features.shape[1]
    require_shape("curvature", curvature, len(features), outputs, outputs)
    # ∑_i Λ_i ⊗ φ_i φ_iᵀ
    scaled = (curvature[:, k, :, None] * features[:, None] for k in range(outputs))
    H = np.concatenate([features.T @ part.reshape(len(part), outputs * length) for part in scaled])
    return np.linalg.inv(H + prior * np.eye(outputs * length))


class LastLayerLaplace:
    """Softmax regression on the features of a network, with a Gaussian around its weights.

    W = argmin ∑_i C_i(W) + (λ/2) ‖W‖²   by Newton's method,   Σ = (second derivative there)^{−1}
    z ~ N(μ, S),   μ = W φ,   S_{kj} = φᵀ Σ_{kj} φ,   V_{kj} = S_{kk} + S_{jj} − 2 S_{kj}, the variance of z_k − z_j
    p_k ∝ 1 / ∑_j exp(−(μ_k − μ_j) / √(1 + π V_{kj} / 8))

    For two classes the last line is the probit approximation of the mean of a sigmoid. Far from the data V is large:
    the differences of the logits are divided by a large number, and the probabilities come closer to equal ones. A
    column of ones stands for the bias.

    Args:
        classes: K.
        prior: λ.

    References: MacKay, "The evidence framework applied to classification networks" (1992); Kristiadi, Hein and Hennig,
    "Being Bayesian, even just a bit, fixes overconfidence in ReLU networks" (2020).
    """

    def __init__(self, classes, prior=1.0):
        self.classes, self.prior = classes, prior
        self.W = self.covariance = None

    def fit(self, features, y, steps=30, tolerance=1e-8):
        """Find W and Σ; features (batch, features), y class numbers (batch,)."""
        phi = self._with_ones(features)
        y = ops.convert_to_numpy(class_labels(y, self.classes, (len(phi),))).astype("int64")
        truth, self.W = np.eye(self.classes)[y], np.zeros((self.classes, phi.shape[1]))
        for _ in range(steps):
            p = softmax(phi @ self.W.T, axis=1)
            self.covariance = posterior_covariance(phi, self._curvature(p), self.prior)
            # gradient ∑_i (p_i − e_{y_i}) φ_iᵀ + λ W
            gradient = (p - truth).T @ phi + self.prior * self.W
            step = (self.covariance @ gradient.ravel()).reshape(self.W.shape)
            self.W = self._lower(phi, y, step)
            if np.abs(step).max() < tolerance:
                break
        p = softmax(phi @ self.W.T, axis=1)
        self.covariance = posterior_covariance(phi, self._curvature(p), self.prior)
        return self

    def logits(self, features):
        """μ, shape (batch, classes), and S, shape (batch, classes, classes); ``fit`` comes first."""
        if self.covariance is None:
            raise ValueError("This layer knows no data yet: call fit(features, y) first.")
        phi = self._with_ones(features, self.W.shape[1] - 1)
        blocks = self.covariance.reshape(self.classes, phi.shape[1], self.classes, phi.shape[1])
        # S_{kj} = φᵀ Σ_{kj} φ
        return phi @ self.W.T, np.einsum("nklj,nj->nkl", np.tensordot(phi, blocks, (1, 1)), phi)

    def probabilities(self, features):
        """p, shape (batch, classes)."""
        mean, S = self.logits(features)
        own = np.diagonal(S, axis1=1, axis2=2)
        # V_{kj} = S_{kk} + S_{jj} − 2 S_{kj}
        V = own[:, :, None] + own[:, None, :] - 2 * S
        differences = (mean[:, :, None] - mean[:, None, :]) / np.sqrt(1 + np.pi * np.maximum(V, 0) / 8)
        # p_k ∝ 1 / ∑_j exp(−(μ_k − μ_j) / √(1 + π V_{kj} / 8))
        return softmax(-logsumexp(-differences, axis=2), axis=1)

    def _lower(self, phi, y, step):
        """W after a Newton step, which is halved until the cost does not rise."""

        def cost(W):
            z = phi @ W.T
            top = z.max(axis=1)
            fit = np.log(np.exp(z - top[:, None]).sum(axis=1)) + top - z[np.arange(len(y)), y]
            return fit.sum() + self.prior / 2 * np.sum(W**2)

        before = cost(self.W)
        for _ in range(30):
            if cost(self.W - step) <= before:
                return self.W - step
            step = step / 2
        return self.W

    @staticmethod
    def _curvature(p):
        """Λ_i = diag(p_i) − p_i p_iᵀ."""
        return p[:, :, None] * (np.eye(p.shape[1]) - p[:, None, :])

    @staticmethod
    def _with_ones(features, columns=None):
        features = np.asarray(checked_features(features, name="features", columns=columns), "float64")
        return np.column_stack([features, np.ones(len(features))])
