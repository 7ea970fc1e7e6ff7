"""Adam with bias correction and decoupled weight decay."""

from keras import ops


def moments(gradients, beta_1, beta_2):
    """The means of Adam after all gradients, corrected for their start at zero.

    v^(t) = β_1 v^(t−1) + (1 − β_1) g^(t),      v̂ = v^(t) / (1 − β_1^t)
    s^(t) = β_2 s^(t−1) + (1 − β_2) (g^(t))²,   ŝ = s^(t) / (1 − β_2^t),      t = 1, …, T,   v^(0) = s^(0) = 0

    Args:
        gradients: g^(1), …, g^(T) as rows, shape (steps, features).
        beta_1: β_1.
        beta_2: β_2.

    Returns:
        ``(v_hat, s_hat)`` after the T-th gradient, each of shape (features,).
    """
    v = s = ops.zeros_like(gradients[0])
    for t in range(gradients.shape[0]):
        v = beta_1 * v + (1.0 - beta_1) * gradients[t]
        s = beta_2 * s + (1.0 - beta_2) * ops.square(gradients[t])
    T = gradients.shape[0]
    return v / (1.0 - beta_1**T), s / (1.0 - beta_2**T)


def adam(theta, gradients, learning_rate, beta_1, beta_2, epsilon, weight_decay):
    """Adam with decoupled weight decay (AdamW) with given gradients.

    θ ← θ − α δ θ
    θ ← θ − α v̂ / (√ŝ + ε)

    in every step t = 1, …, T, with the v̂ and ŝ of that step. δ = 0 is Adam.

    Args:
        theta: θ^(0), shape (features,).
        gradients: g^(1), …, g^(T) as rows, shape (steps, features).
        learning_rate: α.
        beta_1: β_1.
        beta_2: β_2.
        epsilon: ε.
        weight_decay: δ.

    Returns:
        θ^(T), shape (features,).
    """
    v = s = ops.zeros_like(theta)
    for t in range(1, gradients.shape[0] + 1):
        g = gradients[t - 1]
        v = beta_1 * v + (1.0 - beta_1) * g
        s = beta_2 * s + (1.0 - beta_2) * ops.square(g)
        v_hat = v / (1.0 - beta_1**t)
        s_hat = s / (1.0 - beta_2**t)
        # θ ← θ − α δ θ
        theta = theta - learning_rate * weight_decay * theta
        # θ ← θ − α v̂ / (√ŝ + ε)
        theta = theta - learning_rate * v_hat / (ops.sqrt(s_hat) + epsilon)
    return theta
