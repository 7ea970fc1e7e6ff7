"""The policy gradient by hand: a linear softmax policy, several episodes, a baseline from the other episodes."""

from keras import ops


def returns_to_go(rewards, lengths, discount):
    """The return from each step on, in episodes of different lengths.

    G_{n t} = ∑_{k ≥ t, k < length of n} γ^(k − t) r_{n k}

    Args:
        rewards: shape (episodes, steps); what stands after the end of an episode does not count.
        lengths: integers, shape (episodes,).
        discount: γ.

    Returns:
        Shape (episodes, steps), 0 after the end of an episode.
    """
    inside = _inside(rewards, lengths)
    following = ops.zeros_like(rewards[:, 0])
    returns = []
    for t in reversed(range(rewards.shape[1])):
        following = inside[:, t] * (rewards[:, t] + discount * following)
        returns.insert(0, following)
    return ops.stack(returns, axis=1)


def _inside(rewards, lengths):
    steps = ops.arange(rewards.shape[1])[None, :]
    return ops.cast(steps < ops.cast(lengths, "int32")[:, None], "float32")


def leave_one_out(returns, lengths):
    """The baseline of each step: the mean of the other episodes' returns at the same time.

    b_{n t} = (1 / N_{n t}) ∑_{m ≠ n, length of m > t} G_{m t},   0 if no other episode has a step t

    Args:
        returns: G, shape (episodes, steps), 0 after the end of an episode.
        lengths: integers, shape (episodes,).

    Returns:
        b, shape (episodes, steps), 0 after the end of an episode.
    """
    inside = _inside(returns, lengths)
    total = ops.sum(returns, axis=0, keepdims=True) - returns
    number = ops.sum(inside, axis=0, keepdims=True) - inside
    return inside * total / ops.maximum(number, 1.0)


def policy_gradient(W, x, actions, advantages, lengths):
    """The estimate of the gradient of the expected return by the weights of a linear softmax policy.

    π(a | x) = softmax(x W)_a,   g = (1 / episodes) ∑_n ∑_{t < length of n} A_{n t} ∂ log π(a_{n t} | x_{n t}) / ∂W

    Args:
        W: shape (features, actions).
        x: observations, shape (episodes, steps, features).
        actions: integers, shape (episodes, steps).
        advantages: A, shape (episodes, steps), constants.
        lengths: integers, shape (episodes,).

    Returns:
        g, shape (features, actions).
    """
    policy = ops.softmax(ops.matmul(x, W), axis=-1)
    # ∂ log π(a | x) / ∂W = x (e_a − π)ᵀ
    score = ops.one_hot(ops.cast(actions, "int32"), W.shape[1]) - policy
    weights = (advantages * _inside(advantages, lengths))[:, :, None]
    return ops.einsum("ntf,nta->fa", x, weights * score) / x.shape[0]
