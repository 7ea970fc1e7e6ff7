"""Deep classifiers with and without shortcuts: one in Keras, and the same step by hand (§5.5, §6.5)."""

import keras
import numpy as np
from keras import layers

from units.u03_optimization.hyperparameters import check_size
from units.u06_tricks_of_the_trade.deep_signals import EPSILON, Kind, backward, forward, he, kinds


def deep_network(depth, features, kind, width=32, classes=10):
    """A network of L blocks of one layer each, with or without shortcuts; returns logits.

    a_0 = x W_0,   a_l = ι a_{l−1} + ψ S(norm(a_{l−1})) W_l,  l = 1, …, L,   logits S(norm(a_L)) W_{L+1}

    with S = ReLU; ι is 1 with a shortcut and 0 without, norm is the identity or batch normalization without learned
    scale and shift, and ψ is the factor of the branch.

    Args:
        depth: L.
        features: length of x.
        kind: a name of ``kinds``, such as ``"residual, batch norm"``.
        width: length of a_l.
        classes: number of logits.

    Returns:
        A functional ``keras.Model`` from (batch, features) to (batch, classes), without biases.

    Raises:
        ValueError: there is no such kind, or no block.

    References: He, Zhang, Ren, Sun, "Identity mappings in deep residual networks" (2016): first normalize and activate,
    then multiply, and nothing after the sum.
    """
    if kind not in kinds(1):
        raise ValueError(f"kind is one of {', '.join(repr(name) for name in kinds(1))}, not {kind!r}.")
    if depth < 1:
        raise ValueError(f"A deep network has at least one block, not {depth}.")
    shortcut, normalized, branch = kinds(depth)[kind]

    def activated(a):
        if normalized:
            a = layers.BatchNormalization(center=False, scale=False, epsilon=EPSILON)(a)
        return layers.ReLU()(a)

    inputs = keras.Input((features,))
    a = layers.Dense(width, use_bias=False, kernel_initializer="lecun_normal")(inputs)
    for _ in range(depth):
        new = layers.Dense(width, use_bias=False, kernel_initializer="he_normal")(activated(a))
        new = new if branch == 1 else layers.Rescaling(branch)(new)
        # a_l = ι a_{l−1} + ψ S(norm(a_{l−1})) W_l
        a = layers.Add()([a, new]) if shortcut else new
    return keras.Model(
        inputs,
        layers.Dense(check_size("classes", classes), use_bias=False, kernel_initializer="he_normal")(
            activated(a)
        ),
    )


def draw_weights(rng, depth, features, width=32, classes=10):
    """W_0, [W_1, …, W_L], W_{L+1} by He's rule; W_0, which no ReLU precedes, has half of the variance."""
    draw = [he(rng, features, width) / np.sqrt(2), *he(rng, depth, width, width), he(rng, width, classes)]
    first, *blocks, last = (W.astype("float32") for W in draw)
    return first, blocks, last


def cost_and_gradients(x, y, weights, kind):
    """Cross-entropy and accuracy of a batch, and the gradients by all weights.

    Args:
        x: inputs, shape (batch, features).
        y: classes, shape (batch,).
        weights: W_0, [W_1, …, W_L], W_{L+1}, as ``draw_weights`` draws them.
        kind: a ``Kind``.

    Returns:
        C, the share of right answers, and [∂C/∂W_0, …, ∂C/∂W_{L+1}].
    """
    first, blocks, last = weights
    head = Kind(shortcut=False, normalized=kind.normalized, branch=1.0)
    signals = forward(x @ first, blocks, kind)
    ends = forward(signals[-1], [last], head)
    logits = ends[-1] - ends[-1].max(axis=1, keepdims=True)
    logarithms = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    truth = np.eye(last.shape[1], dtype=logits.dtype)[y]
    # the gradient by the logits is (softmax − one-hot y) / n
    (g, _), (by_last,) = backward((np.exp(logarithms) - truth) / len(y), ends, [last], head)
    by_signals, by_blocks = backward(g, signals, blocks, kind)
    cost = -np.mean(np.sum(truth * logarithms, axis=1))
    return cost, np.mean(logits.argmax(axis=1) == y), [x.T @ by_signals[0], *by_blocks, by_last]


def train(x, y, weights, kind, learning_rate, epochs, rng, batch_size=64):
    """Gradient descent on mini-batches; returns mean cost and mean accuracy of the last epoch."""
    first, blocks, last = weights
    every = [W.copy() for W in (first, *blocks, last)]
    for _ in range(epochs):
        order, results = rng.permutation(len(y)), []
        for start in range(0, len(y) - batch_size + 1, batch_size):
            chosen = order[start : start + batch_size]
            cost, accuracy, gradients = cost_and_gradients(
                x[chosen], y[chosen], (every[0], every[1:-1], every[-1]), kind
            )
            for W, g in zip(every, gradients, strict=True):
                # θ ← θ − α g
                W -= learning_rate * g
            results.append((cost, accuracy))
    return np.mean(results, axis=0)
