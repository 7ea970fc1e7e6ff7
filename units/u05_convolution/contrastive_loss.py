"""The contrastive loss: two images of one identity are pulled together, two of different ones pushed apart (§6.6)."""

from keras import ops

import course
from course.validation import floats, targets


@course.fused
def squared_distances(first, second):
    """The squared distance of each pair of rows.

    Δ_i² = ‖f_i − g_i‖²

    Args:
        first, second: f and g, shape (batch, features).

    Returns:
        Δ², shape (batch,).

    Raises:
        ValueError: the shapes differ.
    """
    first, second = floats(first), floats(second)
    if tuple(first.shape) != tuple(second.shape):
        raise ValueError(f"The pairs have the shapes {tuple(first.shape)} and {tuple(second.shape)}.")
    # Δ_i² = ‖f_i − g_i‖²
    return ops.sum(ops.square(ops.subtract(first, second)), axis=-1)


def contrastive_loss(y, squared, margin=1.0):
    """The loss of each pair.

    C_i = y_i Δ_i² + (1 − y_i) max(0, m − Δ_i)²

    A pair of one identity (y = 1) costs its squared distance. A pair of different identities (y = 0) costs nothing
    from the distance m on, so that the embeddings do not fly apart.

    Args:
        y: 1 for two images of one identity, 0 for two of different ones, shape (batch,) or (batch, 1).
        squared: Δ², shape (batch,).
        margin: m.

    Returns:
        Losses, shape (batch,).

    Raises:
        ValueError: the margin is not positive, or y has another shape or other values.

    References: §6.6; Hadsell, Chopra and LeCun, "Dimensionality reduction by learning an invariant mapping" (2006).
    """
    if margin <= 0:
        raise ValueError(f"The margin must be positive, not {margin!r}.")
    squared = floats(squared)
    return _of_pairs(targets(y, squared, low=0, high=1), squared, margin)


@course.fused
def _of_pairs(y, squared, margin):
    # The root has no derivative at 0: a pair of equal images gets the gradient 0.
    distance = ops.sqrt(ops.maximum(squared, 1e-12))
    # C_i = y_i Δ_i² + (1 − y_i) max(0, m − Δ_i)²
    return y * squared + (1 - y) * ops.square(ops.maximum(margin - distance, 0))
