"""Mini-batches, the cost that an epoch reports, and a batch that is too large for the memory."""

from keras import ops


def mini_batches(order, batch_size):
    """Cut a permutation of the samples into mini-batches.

    batch_j = (π(jB), ..., π((j+1)B − 1)),   j = 0, ..., ⌈n/B⌉ − 1;   the last one may be shorter

    Args:
        order: π, the indices of the samples in the order of this epoch, shape (n,).
        batch_size: B, an int >= 1.

    Returns:
        A list of index arrays that together hold every index once, in the given order.
    """
    return [order[start : start + batch_size] for start in range(0, order.shape[0], batch_size)]


def train_epoch(x, y, W, b, learning_rate, batch_size, order):
    """Update the softmax model once for each mini-batch, and report the cost of the epoch.

    θ ← θ − α ∇C_batch(θ),   reported: (1/n) ∑_batches |batch| C_batch(θ before its update)

    Args:
        x: X, shape (n, features).
        y: integer labels, shape (n,).
        W: weights at the start, shape (classes, features).
        b: biases at the start, shape (classes,).
        learning_rate: α.
        batch_size: B.
        order: π, shape (n,).

    Returns:
        ``(W, b, cost)``: the parameters after the epoch, and a scalar.
    """
    total = 0.0
    for batch in mini_batches(order, batch_size):
        x_batch, y_batch = ops.take(x, batch, axis=0), ops.take(y, batch, axis=0)
        cost, dW, db = _cost_and_gradient(x_batch, y_batch, W, b)
        # the last batch may be smaller: the mean over the samples weighs each batch by its size
        total = total + batch.shape[0] * cost
        # θ ← θ − α ∇C_batch(θ)
        W, b = W - learning_rate * dW, b - learning_rate * db
    return W, b, total / order.shape[0]


def accumulate(sizes, costs, gradients):
    """The mean cost and its gradient for a batch that was seen in pieces.

    C = ∑_pieces (|piece|/n) C_piece,   ∇C = ∑_pieces (|piece|/n) ∇C_piece,   n = ∑_pieces |piece|

    Args:
        sizes: how many samples each piece has, integers of shape (pieces,).
        costs: the mean cost of each piece, shape (pieces,).
        gradients: its gradient in W, shape (pieces, classes, features).

    Returns:
        ``(C, ∂C/∂W)`` of the whole batch: a scalar, and an array of shape (classes, features).
    """
    share = ops.cast(sizes, costs.dtype)
    share = share / ops.sum(share)
    return ops.sum(share * costs), ops.sum(share[:, None, None] * gradients, axis=0)


# given
def _cost_and_gradient(x, y, W, b):
    """Given: the mean cross-entropy of the samples and its gradients, as in exercise 2.3: ``(C, ∂C/∂W, ∂C/∂b)``."""
    z, Y = ops.matmul(x, ops.transpose(W)) + b, ops.one_hot(y, W.shape[0])
    cost = ops.mean(ops.logsumexp(z, axis=-1) - ops.sum(Y * z, axis=-1))
    delta = (ops.softmax(z, axis=-1) - Y) / x.shape[0]
    return cost, ops.matmul(ops.transpose(delta), x), ops.sum(delta, axis=0)
