"""The smallest learner of each kind."""

from keras import ops


def nearest_mean(x, y, new, classes):
    """Supervised: the class whose mean is nearest.

    Args:
        x: samples, shape (batch, features).
        y: labels 0, ..., classes - 1, shape (batch,).
        new: samples to classify, shape (others, features).
        classes: number of classes.

    Returns:
        Integers of shape (others,).
    """
    Y = ops.cast(ops.equal(y[:, None], ops.arange(classes, dtype=y.dtype)), x.dtype)
    # μ_k = (1/n_k) ∑_{i: y_i = k} x_i
    means = ops.matmul(ops.transpose(Y), x) / ops.sum(Y, axis=0)[:, None]
    distances = ops.sum((new[:, None, :] - means[None, :, :]) ** 2, axis=-1)
    return ops.argmin(distances, axis=1)


def isolation(x):
    """Unsupervised: the distance of each sample to the nearest other one.

    Args:
        x: samples, shape (batch, features).

    Returns:
        Distances, shape (batch,).
    """
    distances = ops.sqrt(ops.sum((x[:, None, :] - x[None, :, :]) ** 2, axis=-1))
    # A sample is not its own neighbour: put infinity on the diagonal.
    itself = ops.cast(ops.eye(x.shape[0]), "bool")
    return ops.min(ops.where(itself, float("inf"), distances), axis=1)


def learn_from_reward(values, counts, arm, reward):
    """Reinforcement: update the running mean of the arm that was pulled.

    Args:
        values: mean rewards so far, shape (actions,).
        counts: how often each arm was pulled, shape (actions,).
        arm: number of the arm, an int.
        reward: the reward of this pull, a float.

    Returns:
        The new (values, counts).
    """
    chosen = ops.cast(ops.arange(values.shape[0]) == arm, values.dtype)
    counts = counts + chosen
    # Q_a ← Q_a + (r − Q_a) / N_a
    step = chosen / ops.maximum(counts, 1.0)
    return values + step * (reward - values), counts


def generate(x, noise):
    """Generative: fit a normal distribution and draw from it.

    Args:
        x: samples, shape (batch, features).
        noise: standard normal numbers, shape (others, features).

    Returns:
        New samples, shape (others, features).
    """
    mean = ops.mean(x, axis=0)
    centred = x - mean
    L = ops.cholesky(ops.matmul(ops.transpose(centred), centred) / x.shape[0])
    # x = μ + L z for a column z; for a row it is zᵀ Lᵀ
    return mean + ops.matmul(noise, ops.transpose(L))
