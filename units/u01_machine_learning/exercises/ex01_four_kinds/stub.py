"""The smallest learner of each kind."""

from keras import ops  # noqa: F401


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
    raise NotImplementedError


def isolation(x):
    """Unsupervised: the distance of each sample to the nearest other one.

    Args:
        x: samples, shape (batch, features).

    Returns:
        Distances, shape (batch,).
    """
    raise NotImplementedError


def learn_from_reward(values, counts, arm, reward):
    """Reinforcement: take one reward into the running mean of the arm that was pulled.

    Args:
        values: mean rewards so far, shape (actions,).
        counts: how often each arm was pulled, shape (actions,).
        arm: number of the arm, an int.
        reward: what it paid, a float.

    Returns:
        The new (values, counts).
    """
    raise NotImplementedError


def generate(x, noise):
    """Generative: fit a normal distribution and draw from it.

    Args:
        x: samples, shape (batch, features).
        noise: standard normal numbers, shape (others, features).

    Returns:
        New samples, shape (others, features).
    """
    raise NotImplementedError
