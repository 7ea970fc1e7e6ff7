"""Double DQN with actions that are not allowed, the slope of its Huber loss, and what an averaged target remembers."""

from keras import ops


def double_targets(online, target, reward, terminated, allowed, discount):
    """y = r + γ (1 − terminated) Q⁻(s', a*), where a* is the allowed action with the largest Q(s', ·).

    Args:
        online: Q(s', ·) of the network that learns, shape (batch, actions).
        target: Q⁻(s', ·) of the target network, shape (batch, actions).
        reward: shape (batch,).
        terminated: 1 where the episode terminated, else 0, shape (batch,).
        allowed: booleans, which actions are possible in s', shape (batch, actions).
        discount: γ.

    Returns:
        The targets, shape (batch,).
    """
    best = ops.argmax(ops.where(allowed, online, float("-inf")), axis=-1)
    chosen = ops.take_along_axis(target, best[:, None], axis=-1)[:, 0]
    return reward + discount * (1 - terminated) * chosen


def huber_gradient(q, action, y, kappa):
    """The derivative of C = (1/batch) ∑ h(Q(s, a) − y) by all entries of Q.

    h(x) = x²/2 if ∣x∣ ≤ κ, else κ (∣x∣ − κ/2)

    Args:
        q: Q(s, ·), shape (batch, actions).
        action: the actions that were done, integers of shape (batch,).
        y: targets, shape (batch,).
        kappa: κ > 0.

    Returns:
        Array of shape (batch, actions).
    """
    done = ops.one_hot(ops.cast(action, "int32"), q.shape[1])
    error = ops.sum(q * done, axis=-1) - y
    slope = ops.clip(error, -kappa, kappa) / q.shape[0]
    return done * slope[:, None]


def shares(updates, follow):
    """What part of θ⁻_k comes from its start, and from each of the k online networks.

    θ⁻_i = (1 − τ) θ⁻_{i−1} + τ θ_i for i = 1, …, k gives θ⁻_k = c_0 θ⁻_0 + c_1 θ_1 + … + c_k θ_k

    Args:
        updates: k.
        follow: τ.

    Returns:
        The numbers c_0, …, c_k, shape (updates + 1,).
    """
    i = ops.arange(1, updates + 1, dtype="float32")
    start = ops.reshape((1.0 - follow) ** ops.cast(updates, "float32"), (1,))
    return ops.concatenate([start, follow * (1.0 - follow) ** (updates - i)])
