"""Principal angles between two subspaces; they do not depend on the bases (§3.5)."""

import numpy as np

from course.validation import features


def principal_angles(A, B):
    """The angles between the column spaces of A and B, smallest first.

    A = Q_A R_A,  B = Q_B R_B  (orthonormal Q),   cos ψ_i = s_i(Q_Aᵀ Q_B),   sin ψ_i = s_i((I − Q_A Q_Aᵀ) Q_B)

    All zero: the spaces are equal (or the smaller lies in the larger). The largest, π/2: some direction of one is
    orthogonal to the other. Small angles are computed from the sine: near 1 the cosine is so flat that in floating
    point arccos loses half of the digits.

    Args:
        A: a basis in its columns, shape (features, k), of full rank.
        B: another, shape (features, l).

    Returns:
        Angles in radians in [0, π/2], ascending, shape (min(k, l),), float64.

    Raises:
        ValueError: if the spaces live in different dimensions or a basis is rank deficient.

    Example:
        >>> A, B = np.eye(3)[:, :2], np.eye(3)[:, 1:]       # two planes that share one axis
        >>> np.degrees(principal_angles(A, B)).round().tolist()
        [0.0, 90.0]

    References: Björck and Golub, "Numerical methods for computing angles between linear subspaces",
    Mathematics of Computation 27 (1973).
    """
    A = features(A, name="A", axes="(features, k)").astype("float64")
    B = features(B, name="B", axes="(features, l)").astype("float64")
    if len(A) != len(B):
        raise ValueError(f"bases must be (features, k) and (features, l), got {A.shape} and {B.shape}.")
    if A.shape[1] < B.shape[1]:
        A, B = B, A
    for basis in (A, B):
        if np.linalg.matrix_rank(basis) < basis.shape[1]:
            raise ValueError(
                f"a basis of shape {basis.shape} must have {basis.shape[1]} independent columns."
            )
    # A = Q_A R_A,   B = Q_B R_B
    Q_A, Q_B = np.linalg.qr(A)[0], np.linalg.qr(B)[0]
    # cos ψ_i = s_i(Q_Aᵀ Q_B): descending, so the angles ascend; the sines are reversed to match
    cosines = np.clip(np.linalg.svd(Q_A.T @ Q_B, compute_uv=False), 0, 1)
    # sin ψ_i = s_i((I − Q_A Q_Aᵀ) Q_B)
    sines = np.clip(np.linalg.svd(Q_B - Q_A @ (Q_A.T @ Q_B), compute_uv=False)[::-1], 0, 1)
    return np.where(cosines**2 < 0.5, np.arccos(cosines), np.arcsin(sines))
