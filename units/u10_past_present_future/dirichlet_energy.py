"""How different are neighbours? The Dirichlet energy, which falls to 0 when features become too smooth (§8.5, ☆)."""

from keras import ops

from course.validation import precise_floats
from units.u10_past_present_future.gcn import propagate


def dirichlet_energy(x, edges):
    """The sum of squared differences along the edges, in the scale of graph convolution.

    E(X) = tr(Xᵀ (I − Â) X) = ½ ∑_{(j, i)} ‖x_i / √d̃_i − x_j / √d̃_j‖²,   d̃_i = 1 + d_i

    E(Â X) ≤ E(X), because the eigenvalues of Â lie in (−1, 1]. After many multiplications only the part of X is left
    that is proportional to √d̃ in every connected component, and its energy is 0.

    Args:
        x: vectors of the nodes, shape (nodes, features).
        edges: both directions of every pair, integers of shape (edges, 2).

    Returns:
        E(X), a scalar of at least float32.

    References: Cai and Wang, "A note on over-smoothing for graph neural networks" (2020).
    """
    x = precise_floats(x)
    # tr(Xᵀ (I − Â) X)
    return ops.sum(x * (x - propagate(x, edges)))


def relative_energy(x, edges):
    """E(X) / ‖X‖²: the energy without the length of the vectors, between 0 and 2; 0 if all of them are 0."""
    x = precise_floats(x)
    # the largest entry becomes 1, so that no square is too large or too small for the dtype
    largest = ops.stop_gradient(ops.max(ops.abs(x)))
    x = x / ops.where(largest > 0, largest, 1)
    return dirichlet_energy(x, edges) / ops.maximum(ops.sum(ops.square(x)), 1)
