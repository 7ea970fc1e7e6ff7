"""The latent-variable model that can be solved by hand: evidence, posterior and ELBO in closed form (§8.1)."""

import numpy as np


class LinearGaussian:
    """A linear decoder with Gaussian noise, also known as probabilistic PCA.

    z ~ N(0, I),   x = W z + w_0 + σ ε,   ε ~ N(0, I)

    So x ~ N(w_0, W Wᵀ + σ² I), and z given x is N(M⁻¹ Wᵀ (x − w_0), σ² M⁻¹) with M = Wᵀ W + σ² I.

    It works in NumPy with float64: a VAE with linear networks is tested against it.

    Args:
        weights: W, shape (features, latent).
        offset: w_0, shape (features,).
        deviation: σ > 0.

    References: Tipping and Bishop, "Probabilistic principal component analysis" (1999).
    """

    def __init__(self, weights, offset, deviation):
        self.weights, self.offset = np.asarray(weights, "float64"), np.asarray(offset, "float64")
        self.deviation = float(deviation)
        if self.weights.ndim != 2 or self.offset.shape != self.weights.shape[:1]:
            raise ValueError(
                f"weights have the shape (features, latent) and offset (features,), not {self.weights.shape} "
                f"and {self.offset.shape}."
            )
        if not self.deviation > 0:
            raise ValueError(f"The standard deviation of the noise must be positive, not {deviation!r}.")

    @classmethod
    def fit(cls, x, latent):
        """The model with the largest likelihood of data (batch, features), found by the eigenvalues of its covariance.

        The columns of W are the eigenvectors of the largest eigenvalues, each times √(eigenvalue − σ²); σ² is the mean
        of the other eigenvalues.
        """
        x = np.asarray(x, "float64")
        if not 0 < latent < x.shape[1]:
            raise ValueError(
                f"latent is between 1 and {x.shape[1] - 1}, one less than the features, not {latent!r}."
            )
        values, vectors = np.linalg.eigh(np.cov(x.T, bias=True))
        values, vectors = values[::-1], vectors[:, ::-1]
        noise = values[latent:].mean()
        return cls(vectors[:, :latent] * np.sqrt(values[:latent] - noise), x.mean(axis=0), np.sqrt(noise))

    def sample(self, size, rng):
        """Draw x, shape (size, features), from the random numbers of ``rng``."""
        features, latent = self.weights.shape
        z = rng.normal(size=(size, latent))
        return z @ self.weights.T + self.offset + self.deviation * rng.normal(size=(size, features))

    def log_evidence(self, x):
        """log p(x) of every sample, shape (batch,)."""
        features = len(self.offset)
        covariance = self.weights @ self.weights.T + self.deviation**2 * np.eye(features)
        centered = np.asarray(x, "float64") - self.offset
        distances = np.sum(centered * np.linalg.solve(covariance, centered.T).T, axis=1)
        return -0.5 * (distances + np.linalg.slogdet(covariance)[1] + features * np.log(2 * np.pi))

    def posterior(self, x):
        """The Gaussian p(z given x): its means (batch, latent), and the covariance (latent, latent) that all share."""
        M = self.weights.T @ self.weights + self.deviation**2 * np.eye(self.weights.shape[1])
        # M⁻¹ Wᵀ (x − w_0)
        means = np.linalg.solve(M, self.weights.T @ (np.asarray(x, "float64") - self.offset).T).T
        return means, self.deviation**2 * np.linalg.inv(M)

    def elbo(self, x, mean, log_deviation):
        """The evidence lower bound of an encoder with q(z given x) = N(μ, diag s²), in closed form.

        ELBO = E_q log p(x given z) − KL(q ‖ p(z)) = log p(x) − KL(q ‖ p(z given x))

        E_q log p(x given z) = −½ (‖x − w_0 − W μ‖² + ∑_j s_j² ‖W_j‖²) / σ² − (features/2) log 2πσ²,   W_j a column of W

        Args:
            x: shape (batch, features).
            mean, log_deviation: μ and log s, shape (batch, latent).

        Returns:
            Shape (batch,).
        """
        mean, log_deviation = np.asarray(mean, "float64"), np.asarray(log_deviation, "float64")
        squares, variance = np.exp(2 * log_deviation), self.deviation**2
        errors = np.sum((np.asarray(x, "float64") - self.offset - mean @ self.weights.T) ** 2, axis=1)
        spread = squares @ np.sum(self.weights**2, axis=0)
        fit = -0.5 * (errors + spread) / variance - 0.5 * len(self.offset) * np.log(2 * np.pi * variance)
        return fit - 0.5 * np.sum(squares + mean**2 - 1 - 2 * log_deviation, axis=1)
