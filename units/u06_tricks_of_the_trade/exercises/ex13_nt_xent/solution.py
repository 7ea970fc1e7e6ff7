"""NT-Xent: its gradient by hand, its two parts, and what labels would change."""

from keras import ops


# given
def _unit(z):
    """Rows of length 1, and the lengths before."""
    length = ops.sqrt(ops.sum(z * z, axis=1, keepdims=True))
    return z / length, length


# given
def _same(a, b):
    """Whether two integers are equal, for all pairs: 1 or 0."""
    return ops.cast(ops.equal(a[:, None], b[None, :]), "float32")


def _softmax(z, tau):
    """The similarities over τ, the softmax over the other views, and the logarithm of its denominator."""
    u, _ = _unit(z)
    rows = ops.arange(z.shape[0])
    logits = ops.matmul(u, ops.transpose(u)) / tau
    masked = logits - 1e9 * _same(rows, rows)
    log_sum = ops.logsumexp(masked, axis=1)
    return logits, ops.exp(masked - log_sum[:, None]), log_sum


def _partner(n):
    """1 where a column is the other view of a row's image."""
    rows = ops.arange(2 * n)
    return _same(ops.concatenate([rows[n:], rows[:n]]), rows)


def two_parts(z1, z2, tau):
    """The mean loss as the sum of what pulls partners together and what pushes all views apart.

    Args:
        z1, z2: both views of n images, shape (batch, features).
        tau: τ.

    Returns:
        (pull, push): minus the mean of cos(i, j)/τ over all views i with partner j; the mean of
        log ∑_{k ≠ i} e^{cos(i, k)/τ}.
    """
    z = ops.concatenate([z1, z2], axis=0)
    logits, _, log_sum = _softmax(z, tau)
    pull = -ops.sum(_partner(z1.shape[0]) * logits) / z.shape[0]
    return pull, ops.mean(log_sum)


def gradients(z1, z2, tau):
    """The gradients of the mean loss, derived by hand.

    Args:
        z1, z2: both views of n images, shape (batch, features).
        tau: τ.

    Returns:
        (∂C/∂z1, ∂C/∂z2), shape (batch, features) both.
    """
    n = z1.shape[0]
    z = ops.concatenate([z1, z2], axis=0)
    u, length = _unit(z)
    _, p, _ = _softmax(z, tau)
    # ∂C/∂cos(i, k) = (p_ik − 1[k = j(i)]) / (2 n τ), and cos(i, k) stands in the rows of i and of k
    G = (p - _partner(n)) / (2 * n * tau)
    by_u = ops.matmul(G + ops.transpose(G), u)
    # u = z / ‖z‖: what points along u is removed
    by_z = (by_u - u * ops.sum(u * by_u, axis=1, keepdims=True)) / length
    return by_z[:n], by_z[n:]


def with_labels(z1, z2, y, tau):
    """The mean loss if all views of a class are right answers.

    Args:
        z1, z2: both views of n images, shape (batch, features).
        y: the classes of the images, shape (batch,).
        tau: τ.

    Returns:
        The mean over all views i of −(1/|P_i|) ∑_{k in P_i} log p_ik, where P_i are the other views of i's class.
    """
    z = ops.concatenate([z1, z2], axis=0)
    labels = ops.concatenate([y, y], axis=0)
    rows = ops.arange(z.shape[0])
    logits, _, log_sum = _softmax(z, tau)
    right = _same(labels, labels) - _same(rows, rows)
    losses = ops.sum(right * (log_sum[:, None] - logits), axis=1) / ops.sum(right, axis=1)
    return ops.mean(losses)
