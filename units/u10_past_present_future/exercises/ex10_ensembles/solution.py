"""Dropout masks by hand, their predictions, and how an ensemble is uncertain."""

from keras import ops


def masked_logits(x, W1, b1, W2, b2, masks, rate):
    """The logits of a network with one hidden layer, for every mask and every sample.

    z_m = (m ∘ ReLU(x W1 + b1) / (1 − rate)) W2 + b2

    Args:
        x: shape (batch, features).
        W1, b1, W2, b2: shapes (features, units), (units,), (units, classes), (classes,).
        masks: zeros and ones, one row for each pass, shape (passes, units).
        rate: of dropout.

    Returns:
        z, shape (passes, batch, classes).
    """
    a = ops.relu(ops.matmul(x, W1) + b1)
    return ops.matmul(masks[:, None, :] * a[None] / (1 - rate), W2) + b2


def predictive(z):
    """The mean of the probabilities of all passes.

    Args:
        z: logits, shape (passes, batch, classes).

    Returns:
        Shape (batch, classes).
    """
    return ops.mean(ops.softmax(z, axis=-1), axis=0)


def disagreement(z):
    """The mutual information of class and pass: entropy of the mean less mean entropy, in nats.

    I = H[(1/M) ∑_m p_m] − (1/M) ∑_m H[p_m],   0 log 0 = 0

    Args:
        z: logits, shape (passes, batch, classes).

    Returns:
        Shape (batch,).
    """
    log_p = ops.log_softmax(z, axis=-1)
    p = ops.exp(log_p)
    mean = predictive(z)
    total = -ops.sum(mean * ops.log(ops.maximum(mean, 1e-30)), axis=-1)
    return total + ops.mean(ops.sum(p * log_p, axis=-1), axis=0)


def gain(z, y):
    """How much better the ensemble is than its members on average: a difference of cross-entropies, at least 0.

    (1/n) ∑_i [log p̄_{i, y_i} − (1/M) ∑_m log p_{m, i, y_i}]

    Args:
        z: logits, shape (passes, batch, classes).
        y: class numbers, shape (batch,).

    Returns:
        A scalar.
    """
    log_p = ops.take_along_axis(ops.log_softmax(z, axis=-1), ops.cast(y, "int32")[None, :, None], axis=-1)[
        ..., 0
    ]
    log_mean = ops.logsumexp(log_p, axis=0) - ops.log(ops.cast(z.shape[0], log_p.dtype))
    return ops.mean(log_mean - ops.mean(log_p, axis=0))
