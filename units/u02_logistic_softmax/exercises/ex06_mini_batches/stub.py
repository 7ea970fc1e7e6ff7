"""One epoch of mini-batch gradient descent."""

from keras import ops  # noqa: F401


def mini_batches(order, batch_size):
    """Cut a permutation of the samples into mini-batches.

    batch_j = (π(jB), ..., π((j+1)B − 1)),   j = 0, ..., ⌈n/B⌉ − 1;   the last one may be shorter

    Args:
        order: π, the indices of the samples in the order of this epoch, shape ``(n,)``.
        batch_size: B, an int >= 1.

    Returns:
        A list of index arrays that together hold every index once, in the given order.
    """
    raise NotImplementedError


def train_epoch(x, y, W, b, learning_rate, batch_size, order):
    """Update the softmax model once for each mini-batch.

    θ ← θ − α ∇C_batch(θ),   C_batch = (1/|batch|) ∑_{i ∈ batch} C_i(θ)

    Args:
        x: X, shape ``(n, features)``.
        y: integer labels, shape ``(n,)``.
        W: weights at the start, shape ``(classes, features)``.
        b: biases at the start, shape ``(classes,)``.
        learning_rate: α.
        batch_size: B.
        order: π, shape ``(n,)``.

    Returns:
        ``(W, b)`` after the epoch.
    """
    raise NotImplementedError
