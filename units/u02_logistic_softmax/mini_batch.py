"""Gradient descent on mini-batches: one update for each batch, all samples once an epoch (§2.4, §3.3)."""

import numpy as np
from keras import ops

import course
from course.validation import array, class_labels, features
from units.u02_logistic_softmax.backprop import backward, forward


def epoch_batches(n, batch_size, rng=None):
    """Split the n samples of one epoch into mini-batches.

    π a random permutation of {0, ..., n − 1};   batch_j = {π(jB), ..., π((j+1)B − 1)},   j = 0, ..., ⌈n/B⌉ − 1

    B = n is gradient descent on the full batch, B = 1 is stochastic gradient descent. The last batch may be smaller.

    Args:
        n: number of samples.
        batch_size: B, samples in a batch, 1 <= B <= n.
        rng: a NumPy generator that shuffles; ``None`` keeps the order.

    Returns:
        A list of index arrays that together hold every index once.

    Raises:
        ValueError: if B is not between 1 and n.

    Example:
        >>> [batch.tolist() for batch in epoch_batches(5, 2)]
        [[0, 1], [2, 3], [4]]
    """
    if not 1 <= batch_size <= n:
        raise ValueError(f"batch_size must be between 1 and n={n}, got {batch_size}.")
    # π
    order = np.arange(n) if rng is None else rng.permutation(n)
    # batch_j = {π(jB), ..., π((j+1)B − 1)}
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


def step(x, y, W, b, learning_rate):
    """One step of gradient descent on one mini-batch.

    θ ← θ − α ∇C(θ),   ∇C = (1/B) ∑_{i ∈ batch} ∇C_i

    Args:
        x: the batch, shape (batch, features).
        y: one-hot labels, shape (batch, classes).
        W: weights, shape (classes, features).
        b: biases, shape (classes,).
        learning_rate: α.

    Returns:
        ``(W, b, cost)``: the new parameters, and the cost of the batch before the step.
    """
    W, b = ops.convert_to_tensor(W), ops.convert_to_tensor(b)
    run = forward(x, y, W, b)
    gradients = backward(x, y, W, run.y_hat)
    # θ ← θ − α ∇C(θ)
    return W - learning_rate * gradients.W, b - learning_rate * gradients.b, run.cost


def train(x, y, classes, learning_rate, batch_size, epochs, rng=None, after_epoch=None):
    """Train the softmax model from θ = 0 by mini-batch gradient descent.

    The cost is convex, so the start θ = 0 is as good as any other; networks with hidden layers must start at random.

    Args:
        x: X, shape (batch, features).
        y: integer labels, shape (batch,) or (batch, 1).
        classes: K.
        learning_rate: α.
        batch_size: B.
        epochs: passes over the data.
        rng: a NumPy generator for the order; ``None`` never shuffles.
        after_epoch: called with ``(epoch, W, b)``, first with epoch 0 before training; for learning curves.

    Returns:
        ``(W, b, costs)``: the parameters and the batch cost before each of the updates.
    """
    x = features(x).astype("float32")
    y = np.eye(classes, dtype="float32")[array(class_labels(y, classes, shape=(len(x),)))]
    W, b, costs = ops.zeros((classes, x.shape[1])), ops.zeros(classes), []
    update = course.compiled(lambda *batch: step(*batch, learning_rate))
    for epoch in range(epochs + 1):
        if after_epoch is not None:
            after_epoch(epoch, W, b)
        if epoch == epochs:
            return W, b, np.array([float(c) for c in costs])
        for batch in epoch_batches(len(x), batch_size, rng):
            W, b, cost = update(x[batch], y[batch], W, b)
            costs.append(cost)
