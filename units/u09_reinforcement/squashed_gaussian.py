"""A Gaussian that is squashed into an interval: a policy over continuous actions with an exact density (§8.4)."""

import math

import keras
from keras import ops

LOG_STD = (-5.0, 2.0)  # the range of log σ


def squashed_sample(mean, log_std, seed):
    """Draw actions in (−1, 1), such that gradients flow to the mean and the standard deviation.

    u = μ + σ ξ,   ξ ~ N(0, I),   a = tanh(u)

    Args:
        mean: μ, shape (batch, actions).
        log_std: log σ, shape (batch, actions).
        seed: a ``keras.random.SeedGenerator``.

    Returns:
        The actions a, shape (batch, actions), and log π(a | s), shape (batch,).
    """
    noise = keras.random.normal(ops.shape(mean), seed=seed)
    u = mean + ops.exp(log_std) * noise
    return ops.tanh(u), log_density(u, mean, log_std)


def log_density(u, mean, log_std):
    """The log-density of a = tanh(u), where u is Gaussian.

    log π(a | s) = ∑_k [ log N(u_k; μ_k, σ_k²) − log(1 − tanh²(u_k)) ]
    log(1 − tanh²(u)) = 2 (log 2 − u − softplus(−2u))

    The second term is log |da/du|, by the change of variables. The second line is exact and finite for every u, while
    1 − tanh²(u) is 0 in float32 from about |u| = 9 on.

    Args:
        u: what tanh is applied to, shape (batch, actions).
        mean: μ, shape (batch, actions).
        log_std: log σ, shape (batch, actions).

    Returns:
        Shape (batch,).

    References: Haarnoja et al., Soft actor-critic algorithms and applications, 2018, appendix C.
    """
    u, mean, log_std = (ops.convert_to_tensor(x) for x in (u, mean, log_std))
    standardized = (u - mean) * ops.exp(-log_std)
    gaussian = -0.5 * standardized**2 - log_std - 0.5 * math.log(2 * math.pi)
    # log(1 − tanh²(u)) = 2 (log 2 − u − softplus(−2u))
    jacobian = 2.0 * (math.log(2.0) - u - ops.softplus(-2.0 * u))
    return ops.sum(gaussian - jacobian, axis=-1)


def bounded_log_std(x):
    """A number as log σ between −5 and 2, with a gradient everywhere.

    log σ = −5 + 3.5 (1 + tanh(x))
    """
    low, high = LOG_STD
    return low + 0.5 * (high - low) * (1.0 + ops.tanh(x))
