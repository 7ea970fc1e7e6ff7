"""A policy over finitely many actions, given by logits: log-probability, entropy, and drawing an action (§8.4)."""

import numpy as np
from keras import ops


def log_probability(logits, action):
    """The logarithm of the probability of the actions that were taken.

    log π(a | s) = z_a − log ∑_b exp(z_b)

    Args:
        logits: z, shape (batch, actions).
        action: a, integers of shape (batch,).

    Returns:
        Shape (batch,).
    """
    logarithms = ops.log_softmax(logits, axis=-1)
    chosen = ops.expand_dims(ops.cast(action, "int32"), -1)
    return ops.take_along_axis(logarithms, chosen, axis=-1)[..., 0]


def entropy(logits):
    """The entropy of the policy in nats: 0 if it is sure, log(actions) if it draws uniformly.

    H(π) = −∑_a π(a | s) log π(a | s)

    Args:
        logits: shape (batch, actions).

    Returns:
        Shape (batch,).
    """
    logarithms = ops.log_softmax(logits, axis=-1)
    return -ops.sum(ops.exp(logarithms) * logarithms, axis=-1)


def sample(logits, rng):
    """Draw an action from softmax(z), by adding noise to the logits and taking the largest.

    a = argmax_b (z_b + g_b),   g_b = −log(−log u_b),   u_b uniform on (0, 1)

    The noise has Gumbel's distribution, and the argmax then has exactly the probabilities softmax(z).

    Args:
        logits: z, a NumPy array of shape (batch, actions).
        rng: a NumPy generator: actions go to an environment, outside of the compiled step, and are the same draws on
            every backend.

    Returns:
        int64, shape (batch,).

    References: Maddison, Tarlow and Minka, A* sampling, 2014.
    """
    return np.argmax(logits + rng.gumbel(size=logits.shape), axis=-1)
