"""The cross-entropy of the softmax model and its gradient by hand."""

from keras import ops  # noqa: F401


def cross_entropy(y, z):
    """The mean of −log ŷ_{y_i}, from logits.

    Args:
        y: classes, of shape (batch,).
        z: logits, of shape (batch, classes).

    Returns:
        A scalar.
    """
    raise NotImplementedError


def slope(y, z):
    """∂C/∂z, the derivative of the mean loss in every logit.

    Args:
        y: classes, of shape (batch,).
        z: logits, of shape (batch, classes).

    Returns:
        A tensor of shape (batch, classes).
    """
    raise NotImplementedError


def gradient(x, y, W, b):
    """∇C(θ) of the softmax model z = W x + b.

    Args:
        x: samples, of shape (batch, features).
        y: classes, of shape (batch,).
        W: weights, of shape (classes, features).
        b: biases, of shape (classes,).

    Returns:
        ``(∇_W C, ∇_b C)`` of shapes (classes, features) and (classes,).
    """
    raise NotImplementedError
