"""The gradients of the cross-entropy by hand: prediction minus label, times the input (§3.2, §3.3).

For the softmax model, one sample with one-hot label y and logits z = W x + b:

    ∂C_i/∂z_k = ∂/∂z_k (LSE(z) − ∑_j y_j z_j) = ŷ_k − y_k
    ∂z_k/∂W_kj = x_j,   ∂z_k/∂b_k = 1

and the chain rule multiplies them. The sigmoid model is the same with one logit. The result does not
contain the derivative of the activation, in contrast to that of ``squared_loss``.
"""

from keras import ops

from course.validation import class_labels, floats, targets
from units.u02_logistic_softmax.sigmoid_model import sigmoid_model
from units.u02_logistic_softmax.softmax_model import softmax_model


def sigmoid_gradient(x, y, w, b):
    """Gradient of the mean binary cross-entropy of the sigmoid model.

    ∇_w C(θ) = (1/n) Xᵀ (ŷ − y),   ∂C/∂b = (1/n) ∑_i (ŷ_i − y_i)

    Args:
        x: samples X, shape (batch, features).
        y: labels 0 or 1, shape (batch,) or (batch, 1).
        w: weights w, shape (features,).
        b: bias b, a number.

    Returns:
        ``(∇_w C, ∂C/∂b)`` of shapes (features,) and ().
    """
    x = floats(x)
    prediction = sigmoid_model(x, w, b)
    error = prediction - targets(y, prediction, low=0, high=1)
    # ∇_w C = (1/n) Xᵀ (ŷ − y),   ∂C/∂b = (1/n) ∑_i (ŷ_i − y_i)
    return ops.matmul(error, x) / error.shape[0], ops.mean(error)


def softmax_gradient(x, y, W, b):
    """Gradient of the mean cross-entropy of the softmax model.

    ∇_W C(θ) = (1/n) (Ŷ − Y)ᵀ X,   ∇_b C(θ) = (1/n) ∑_i (ŷ_i − y_i)

    Args:
        x: samples X, shape (batch, features).
        y: classes 0, …, K − 1, shape (batch,) or (batch, 1); Y is their one-hot matrix.
        W: weights W, shape (classes, features).
        b: biases b, shape (classes,).

    Returns:
        ``(∇_W C, ∇_b C)`` of shapes (classes, features) and (classes,). Both sum to 0 over the classes: a
        shift of all logits changes nothing.
    """
    x, W = floats(x), floats(W)
    y = class_labels(y, W.shape[0], shape=x.shape[:-1])
    prediction = softmax_model(x, W, b)
    error = prediction - ops.one_hot(y, prediction.shape[-1], dtype=prediction.dtype)
    # ∇_W C = (1/n) (Ŷ − Y)ᵀ X,   ∇_b C = (1/n) ∑_i (ŷ_i − y_i)
    return ops.matmul(ops.transpose(error), x) / error.shape[0], ops.mean(error, axis=0)
