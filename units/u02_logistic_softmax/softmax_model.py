"""The softmax model: K logits, one distribution over K classes (§3.3)."""

from keras import ops

from course.validation import floats
from units.u02_logistic_softmax.softmax import softmax


def logits(x, W, b):
    """One affine function for each class, for a whole batch at once.

    z = W x + b for one sample,   Z = X Wᵀ + 1 bᵀ for a batch

    Args:
        x: samples, shape (batch, features).
        W: weights W in the book's orientation, shape (classes, features). Keras stores the transpose:
            the kernel of ``Dense`` is Wᵀ, shape (features, classes).
        b: biases b, shape (classes,).

    Returns:
        A tensor of shape (batch, classes).

    Raises:
        ValueError: b is a matrix, such as a column: it would be added to the samples.
    """
    b = floats(b)
    if len(b.shape) > 1:
        raise ValueError(f"b holds one bias for each class, shape (classes,), and has {tuple(b.shape)}.")
    # Z = X Wᵀ + 1 bᵀ
    return ops.add(ops.matmul(floats(x), ops.transpose(floats(W))), b)


def softmax_model(x, W, b):
    """Probabilities of the classes.

    ŷ = S_softmax(W x + b),   ŷ_k = P(y = k | x)

    Args:
        x: samples, shape (batch, features).
        W: weights W, shape (classes, features).
        b: biases b, shape (classes,).

    Returns:
        A tensor of shape (batch, classes); each row sums to 1.
    """
    # ŷ = S_softmax(z)
    return softmax(logits(x, W, b))


def relative_to_last(W, b):
    """The same model with the last class as reference: its logit becomes 0.

    W_k ← W_k − W_K,   b_k ← b_k − b_K,   k = 1, …, K

    Every logit of a sample changes by the same number, which does not change the softmax. So only K − 1 rows are
    free; row k holds the log-odds of class k against class K, and for K = 2 the first row is the sigmoid
    model's (w, b).

    Args:
        W: weights W, shape (classes, features).
        b: biases b, shape (classes,).

    Returns:
        ``(W, b)`` of the same shapes, whose last row and last entry are 0.
    """
    W, b = floats(W), floats(b)
    # W_k − W_K,   b_k − b_K
    return W - W[-1:], b - b[-1:]
