"""Checks for ex07: loops in float64, and the derivative of log π by differences."""

import numpy as np

from course.grading import close, part


def returns_of(rewards, lengths, discount):
    G = np.zeros(rewards.shape)
    for n, length in enumerate(lengths):
        for t in range(length):
            G[n, t] = sum(discount ** (k - t) * rewards[n, k] for k in range(t, length))
    return G


def baseline_of(returns, lengths):
    b = np.zeros(returns.shape)
    for n, length in enumerate(lengths):
        for t in range(length):
            others = [returns[m, t] for m in range(len(lengths)) if m != n and lengths[m] > t]
            b[n, t] = np.mean(others) if others else 0.0
    return b


def log_policy(W, x, a):
    z = x @ W
    z = z - z.max()
    return z[a] - np.log(np.exp(z).sum())


def gradient_of(W, x, actions, advantages, lengths, h=1e-5):
    def surrogate(W):
        return sum(
            advantages[n, t] * log_policy(W, x[n, t], actions[n, t])
            for n, length in enumerate(lengths)
            for t in range(length)
        ) / len(lengths)

    W = W.astype("float64")
    g = np.zeros(W.shape)
    for index in np.ndindex(*W.shape):
        up, down = W.copy(), W.copy()
        up[index] += h
        down[index] -= h
        g[index] = (surrogate(up) - surrogate(down)) / (2 * h)
    return g


def recording(rng, episodes=4, steps=5):
    """Rewards with numbers after the end of an episode, which do not count; one episode is longer than all others."""
    lengths = rng.integers(1, steps, size=episodes).astype("int32")
    lengths[0], lengths[1] = steps, steps - 2
    rewards = rng.normal(size=(episodes, steps)).astype("float32") + 1
    return rewards, lengths


@part("the returns", points=2, hint="go backwards in time, and begin each episode at its own end")
def returns(candidate, rng):
    for discount in (0.9, 0.5):
        rewards, lengths = recording(rng)
        inputs = {"rewards": rewards, "lengths": lengths, "discount": discount}
        close(
            candidate.returns_to_go(**inputs),
            returns_of(rewards, lengths, discount),
            inputs=inputs,
            rtol=1e-4,
            atol=1e-5,
        )


@part(
    "the baseline", points=3, hint="subtract an episode's own return from the sum, and count who has a step t"
)
def baseline(candidate, rng):
    for _ in range(2):
        rewards, lengths = recording(rng)
        G = returns_of(rewards, lengths, 0.9).astype("float32")
        inputs = {"returns": G, "lengths": lengths}
        close(candidate.leave_one_out(**inputs), baseline_of(G, lengths), inputs=inputs, rtol=1e-4, atol=1e-5)


@part("the gradient", points=3, hint="∂ log π(a | x) / ∂z is a row of the identity minus the probabilities")
def gradient(candidate, rng):
    for _ in range(2):
        rewards, lengths = recording(rng)
        W, x = rng.normal(size=(3, 4)).astype("float32"), rng.normal(size=(4, 5, 3)).astype("float32")
        actions = rng.integers(4, size=(4, 5)).astype("int32")
        inputs = {"W": W, "x": x, "actions": actions, "advantages": rewards, "lengths": lengths}
        close(candidate.policy_gradient(**inputs), gradient_of(**inputs), inputs=inputs, rtol=1e-3, atol=1e-4)
