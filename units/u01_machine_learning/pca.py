"""Principal component analysis: the directions in which the data vary most (§2.6)."""

from keras import ops

import course
from course.validation import features
from units.u01_machine_learning.column_means import column_means


@course.fused(static=("k",))
def _fitted(x, k):
    """The mean, the first k components, their variances and their shares of the variance."""
    mean = column_means(x)[0]
    # X − 1x̄ᵀ = U diag(s) Vᵀ
    _, s, Vh = ops.svd(x - mean, full_matrices=False)
    V = Vh[:k]
    largest = ops.take_along_axis(V, ops.argmax(ops.abs(V), axis=1)[:, None], axis=1)
    # ℓ_j = s_j² / (n − 1)
    variances = s[:k] ** 2 / (x.shape[0] - 1)
    # The shares are the same for s_j / s_1, whose squares neither overflow nor vanish in float32.
    # ℓ_j / ∑_i ℓ_i
    squares = (s / ops.where(s[0] > 0, s[0], 1.0)) ** 2
    return mean, V * ops.sign(largest), variances, squares[:k] / ops.maximum(ops.sum(squares), 1.0)


class PCA:
    """Project centred data on the k leading right singular vectors.

    X − 1x̄ᵀ = U diag(s) Vᵀ,   Z = (X − 1x̄ᵀ) V_k,   variance of component j: ℓ_j = s_j² / (n − 1),
    explained share: ℓ_j / ∑_i ℓ_i

    The v_j are the eigenvectors and the ℓ_j the eigenvalues of the covariance matrix
    S = (X − 1x̄ᵀ)ᵀ(X − 1x̄ᵀ) / (n − 1); the SVD finds them without forming S, whose condition number is
    squared. The sign of a singular vector is not determined: here its entry of largest size is made positive.

    Args:
        k: number of components.

    Attributes:
        mean: x̄, shape (features,).
        components: V_kᵀ, shape (k, features).
        explained_variance: ℓ_1, ..., ℓ_k, shape (k,).
        explained_variance_ratio: shape (k,); 0 for constant data, where there is no variance to explain.

    Example:
        >>> pca = PCA(1).fit([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
        >>> print(ops.convert_to_numpy(pca.components).round(3))
        [[0.707 0.707]]
    """

    def __init__(self, k):
        if k < 1:
            raise ValueError(f"PCA needs at least one component, got {k}.")
        self.k = k

    def fit(self, x):
        """Find the components of samples (batch, features) and return self."""
        x = ops.convert_to_tensor(features(x), "float32")
        n, p = x.shape
        if n < 2 or self.k > min(n, p):
            raise ValueError(
                f"{self.k} components need as many samples and features, and two samples; got {n}×{p}."
            )
        self.mean, self.components, self.explained_variance, self.explained_variance_ratio = _fitted(
            x, self.k
        )
        return self

    def transform(self, x):
        """Return the scores Z = (X − 1x̄ᵀ) V_k, shape (batch, k)."""
        x = ops.convert_to_tensor(features(x, columns=self.mean.shape[0]), "float32")
        # Z = (X − 1x̄ᵀ) V_k
        return ops.matmul(x - self.mean, ops.transpose(self.components))

    def inverse_transform(self, z):
        """Return the reconstruction Z V_kᵀ + 1x̄ᵀ, shape (batch, features)."""
        # Z V_kᵀ + 1x̄ᵀ
        return ops.matmul(ops.convert_to_tensor(z, dtype="float32"), self.components) + self.mean


def covariance_eigen(x):
    """Find the same components from the covariance matrix.

    S v_j = ℓ_j v_j,   ℓ_1 ≥ ℓ_2 ≥ ...

    Args:
        x: samples, shape (batch, features).

    Returns:
        ``(ℓ, V)`` of shapes (features,) and (features, features); column j of V belongs to ℓ_j.
    """
    x = ops.convert_to_tensor(features(x), "float32")
    if x.shape[0] < 2:
        raise ValueError("A covariance needs at least two samples, got one: give more rows.")
    return _eigen(x)


@course.fused
def _eigen(x):
    centred = x - column_means(x)
    # S = (X − 1x̄ᵀ)ᵀ(X − 1x̄ᵀ) / (n − 1)
    S = ops.matmul(ops.transpose(centred), centred) / (x.shape[0] - 1)
    # S v_j = ℓ_j v_j
    eigenvalues, V = ops.eigh(S)
    return ops.flip(eigenvalues), ops.flip(V, axis=1)
