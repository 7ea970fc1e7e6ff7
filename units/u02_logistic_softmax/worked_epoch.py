"""One epoch of training with every intermediate value, small enough to check by hand (§3.3).

Four samples, two features, three classes, mini-batches of two. From θ = 0 every ŷ is 1/3, so the first update has
simple fractions; the second one needs exponentials. The chain rule is applied factor by factor, with the Jacobian of
the softmax, where ``backprop`` uses the short result D = (Ŷ − Y)/n.
"""

from collections import namedtuple

import numpy as np
from keras import ops

import course
from course.validation import class_labels
from units.u02_logistic_softmax.mini_batch import epoch_batches
from units.u02_logistic_softmax.softmax import softmax
from units.u02_logistic_softmax.softmax_model import logits

X = np.array([[2, 0], [0, 2], [-1, -1], [1, -1]], "float32")
Y = np.array([0, 1, 2, 0])
CLASSES = 3
LEARNING_RATE = 1.5
BATCH_SIZE = 2

Line = namedtuple("Line", "symbol formula value")

FORMULAS = {
    "X": "the mini-batch",
    "Y": "one-hot labels",
    "W": "weights",
    "b": "biases",
    "Z": "X Wᵀ + 1 bᵀ",
    "Ŷ": "S_softmax(Z)",
    "C_i": "−log ŷ of the true class",
    "C": "mean of the C_i",
    "g": "∂C/∂Ŷ = −Y/(B Ŷ)",
    "J": "∂ŷ_i/∂z_i = diag(ŷ_i) − ŷ_i ŷ_iᵀ",
    "D": "δ_i = J_iᵀ g_i",
    "∂C/∂W": "Dᵀ X",
    "∂C/∂b": "Dᵀ 1",
    "W new": "W − α ∂C/∂W",
    "b new": "b − α ∂C/∂b",
}


def worked_step(x, y, W, b, learning_rate):
    """One update on one mini-batch of size B, with each factor of the chain rule.

    forward:   Z = X Wᵀ + 1 bᵀ,   Ŷ = S_softmax(Z),   C = −(1/B) ∑_i ∑_k y_ik log ŷ_ik
    backward:  g_i = ∂C/∂ŷ_i,   J_i = ∂ŷ_i/∂z_i,   δ_i = J_iᵀ g_i,   ∂C/∂W = Dᵀ X,   ∂C/∂b = Dᵀ 1
    update:    θ ← θ − α ∇C(θ)

    Args:
        x: X, shape (batch, features).
        y: integer labels, shape (batch,).
        W: weights, shape (classes, features).
        b: biases, shape (classes,).
        learning_rate: α.

    Returns:
        A dict symbol → ``Line(symbol, formula, value)`` in the order of the computation; values are NumPy arrays, the
        new parameters stand under ``"W new"`` and ``"b new"``.

    Example:
        >>> lines = worked_step(X[:2], Y[:2], np.zeros((3, 2)), np.zeros(3), learning_rate=1.5)
        >>> lines["Ŷ"].value[0].round(4)
        array([0.3333, 0.3333, 0.3333], dtype=float32)
    """
    x, W, b = (ops.convert_to_tensor(a, "float32") for a in (x, W, b))
    y = class_labels(y, W.shape[0], shape=(x.shape[0],))
    values = _values(x, y, W, b, float(learning_rate))
    return {
        symbol: Line(symbol, formula, ops.convert_to_numpy(values[symbol]))
        for symbol, formula in FORMULAS.items()
    }


@course.fused
def _values(x, y, W, b, learning_rate):
    B, K = x.shape[0], W.shape[0]
    Y = ops.one_hot(y, K, dtype="float32")
    # Z = X Wᵀ + 1 bᵀ,   Ŷ = S_softmax(Z)
    z = logits(x, W, b)
    y_hat = softmax(z)
    # C_i = −∑_k y_ik log ŷ_ik
    losses = -ops.sum(Y * ops.log(y_hat), axis=-1)
    # g_i = ∂C/∂ŷ_i = −y_i/(B ŷ_i)
    g = 0 - Y / (B * y_hat)
    # J_i = ∂ŷ_i/∂z_i = diag(ŷ_i) − ŷ_i ŷ_iᵀ, shape (batch, classes, classes)
    J = ops.eye(K) * y_hat[:, :, None] - y_hat[:, :, None] * y_hat[:, None, :]
    # δ_i = J_iᵀ g_i
    delta = ops.einsum("ikj,ik->ij", J, g)
    # ∂C/∂W = Dᵀ X,   ∂C/∂b = Dᵀ 1
    dW, db = ops.matmul(ops.transpose(delta), x), ops.sum(delta, axis=0)
    return {
        "X": x,
        "Y": Y,
        "W": W,
        "b": b,
        "Z": z,
        "Ŷ": y_hat,
        "C_i": losses,
        "C": ops.mean(losses),
        "g": g,
        "J": J,
        "D": delta,
        "∂C/∂W": dW,
        "∂C/∂b": db,
        # θ ← θ − α ∇C(θ)
        "W new": W - learning_rate * dW,
        "b new": b - learning_rate * db,
    }


def worked_epoch(x=X, y=Y, classes=CLASSES, learning_rate=LEARNING_RATE, batch_size=BATCH_SIZE):
    """Every mini-batch once, in the order of the data, from θ = 0.

    Args:
        x: X, shape (batch, features).
        y: integer labels, shape (batch,).
        classes: K.
        learning_rate: α.
        batch_size: B.

    Returns:
        A list of ``worked_step``'s results, one for each update.

    Example:
        >>> first, second = worked_epoch()
        >>> first["W new"].value.round(4).tolist()
        [[1.0, -0.5], [-0.5, 1.0], [-0.5, -0.5]]
    """
    W, b, steps = np.zeros((classes, x.shape[1]), "float32"), np.zeros(classes, "float32"), []
    for batch in epoch_batches(len(x), batch_size):
        steps.append(worked_step(x[batch], y[batch], W, b, learning_rate))
        W, b = steps[-1]["W new"].value, steps[-1]["b new"].value
    return steps
