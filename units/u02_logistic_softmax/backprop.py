"""Forward pass and backpropagation of the softmax model, for a whole mini-batch at once (§3.3)."""

from collections import namedtuple

from keras import ops

from course.validation import distributions
from units.u02_logistic_softmax.softmax import log_sum_exp, softmax
from units.u02_logistic_softmax.softmax_model import logits

Forward = namedtuple("Forward", "z y_hat losses cost")
Gradients = namedtuple("Gradients", "W b x")


def forward(x, y, W, b):
    """Compute the cost and keep the values that the backward pass needs.

    Z = X Wᵀ + 1 bᵀ,   Ŷ = S_softmax(Z),   C_i(θ) = −∑_k y_ik log ŷ_ik,   C(θ) = (1/n) ∑_i C_i(θ)

    The book writes one sample as a column, z = W x + b; a mini-batch stacks the samples as rows of X, hence X Wᵀ.

    Args:
        x: X, shape (batch, features).
        y: one-hot labels, or probabilities, shape (batch, classes).
        W: weights, shape (classes, features); Keras's ``Dense`` stores the transpose.
        b: biases, shape (classes,).

    Returns:
        ``Forward(z, y_hat, losses, cost)`` of shapes (batch, classes), (batch, classes), (batch,), ().

    Raises:
        ValueError: if the labels are not one row of length classes for each sample, or a row does not add to 1.

    Example:
        >>> float(forward([[1.0]], [[1.0, 0.0]], [[0.0], [0.0]], [0.0, 0.0]).y_hat[0, 0])
        0.5
    """
    x, y = ops.convert_to_tensor(x, "float32"), ops.convert_to_tensor(y, "float32")
    W, b = ops.convert_to_tensor(W, "float32"), ops.convert_to_tensor(b, "float32")
    if tuple(y.shape) != (x.shape[0], W.shape[0]):
        raise ValueError(
            f"y must be one-hot of shape (batch, classes) = ({x.shape[0]}, {W.shape[0]}), got {tuple(y.shape)}."
        )
    y = distributions(y, "y")
    # Z = X Wᵀ + 1 bᵀ
    z = logits(x, W, b)
    # Ŷ = S_softmax(Z)
    y_hat = softmax(z)
    # C_i = −∑_k y_ik log ŷ_ik = LSE(z_i) − ∑_k y_ik z_ik: no logarithm of a ŷ that underflowed
    losses = log_sum_exp(z) - ops.sum(y * z, axis=-1)
    # C = (1/n) ∑_i C_i
    return Forward(z, y_hat, losses, ops.mean(losses))


def backward(x, y, W, y_hat):
    """Compute the gradients of the cost by the chain rule.

    D = ∂C/∂Z = (Ŷ − Y)/n,   ∂C/∂W = Dᵀ X,   ∂C/∂b = Dᵀ 1,   ∂C/∂X = D W

    ∂C/∂X is not needed to train one layer; a layer below would receive it (unit 4).

    Args:
        x: X, shape (batch, features).
        y: one-hot labels, or probabilities, shape (batch, classes).
        W: weights, shape (classes, features).
        y_hat: Ŷ of the forward pass, shape (batch, classes).

    Returns:
        ``Gradients(W, b, x)``, each of the shape of its variable.

    Raises:
        ValueError: if the labels do not have the shape of Ŷ, or a row does not add to 1.

    Example:
        >>> gradients = backward([[2.0]], [[1.0, 0.0]], [[0.0], [0.0]], [[0.5, 0.5]])
        >>> [ops.convert_to_numpy(gradient).tolist() for gradient in (gradients.W, gradients.b)]
        [[[-1.0], [1.0]], [-0.5, 0.5]]
    """
    x, y = ops.convert_to_tensor(x, "float32"), ops.convert_to_tensor(y, "float32")
    W, y_hat = ops.convert_to_tensor(W, "float32"), ops.convert_to_tensor(y_hat, "float32")
    if tuple(y.shape) != tuple(y_hat.shape):
        raise ValueError(f"y must have the shape of y_hat, {tuple(y_hat.shape)}, got {tuple(y.shape)}.")
    y = distributions(y, "y")
    # D = (Ŷ − Y)/n: the Jacobian of the softmax and the slope −y/ŷ of the logarithm cancel
    delta = (y_hat - y) / x.shape[0]
    # ∂C/∂W = Dᵀ X,   ∂C/∂b = Dᵀ 1,   ∂C/∂X = D W
    return Gradients(ops.matmul(ops.transpose(delta), x), ops.sum(delta, axis=0), ops.matmul(delta, W))
