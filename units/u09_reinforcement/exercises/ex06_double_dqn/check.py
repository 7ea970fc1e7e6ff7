"""Checks for ex06: loops over the samples; the slope by differences in float64; the averages one after the other."""

import numpy as np

from course.grading import close, part


def case(rng, batch, actions):
    online, target = rng.normal(size=(2, batch, actions)).astype("float32")
    allowed = rng.random((batch, actions)) < 0.6
    allowed[np.arange(batch), rng.integers(actions, size=batch)] = True
    return {
        "online": online,
        "target": target,
        "reward": rng.normal(size=batch).astype("float32"),
        "terminated": (rng.random(batch) < 0.3).astype("float32"),
        "allowed": allowed,
        "discount": 0.9,
    }


def by_hand():
    """The best action of the online network is 1 (not allowed in row 2), that of the target network 0."""
    return {
        "online": np.array([[1, 2, 0], [1, 2, 0], [-3, 2, -5]], "float32"),
        "target": np.array([[9, 4, 1], [9, 4, 1], [-6, 4, 8]], "float32"),
        "reward": np.array([1, 1, 1], "float32"),
        "terminated": np.array([0, 1, 0], "float32"),
        "allowed": np.array([[1, 1, 1], [1, 1, 1], [1, 0, 1]], bool),
        "discount": 0.5,
    }


def targets(online, target, reward, terminated, allowed, discount):
    y = reward.astype("float64")
    for i in range(len(y)):
        best = max(np.flatnonzero(allowed[i]), key=lambda a: online[i, a])
        y[i] += discount * (1 - terminated[i]) * target[i, best]
    return y


def cost(q, action, y, kappa):
    x = np.abs(q[np.arange(len(q)), action] - y)
    return np.where(x <= kappa, x**2 / 2, kappa * (x - kappa / 2)).mean()


@part(
    "the targets",
    points=3,
    hint="which network chooses the action, which one values it, and among which actions?",
)
def values(candidate, rng):
    for inputs in (by_hand(), case(rng, 5, 3), case(rng, 8, 4)):
        close(candidate.double_targets(**inputs), targets(**inputs), inputs=inputs, rtol=1e-5, atol=1e-5)


@part(
    "the slope of the Huber loss",
    points=3,
    hint="how steep is h beyond κ, and which entries of Q does C depend on?",
)
def slope(candidate, rng):
    for kappa in (1.0, 0.5, 2.5):
        q = rng.normal(size=(6, 3)).astype("float32")
        action = rng.integers(3, size=6).astype("int32")
        errors = kappa * np.array([-3.0, -0.8, -0.1, 0.3, 0.9, 2.0], "float32")
        y = q[np.arange(6), action] - errors
        expected, h = np.zeros(q.shape), 1e-4
        for index in np.ndindex(*q.shape):
            up, down = q.astype("float64"), q.astype("float64")
            up[index] += h
            down[index] -= h
            expected[index] = (cost(up, action, y, kappa) - cost(down, action, y, kappa)) / (2 * h)
        inputs = {"q": q, "action": action, "y": y, "kappa": kappa}
        close(candidate.huber_gradient(**inputs), expected, inputs=inputs, rtol=1e-3, atol=1e-5)


@part("what the target network remembers", points=2, hint="write θ⁻_2 out: which factor has θ_1?")
def memory(candidate, rng):
    for updates, follow in ((1, 0.25), (3, 0.5), (6, float(rng.uniform(0.05, 0.4))), (4, 1.0)):
        c = np.zeros(updates + 1)
        c[0] = 1.0
        for i in range(1, updates + 1):
            c = (1 - follow) * c
            c[i] += follow
        inputs = {"updates": updates, "follow": follow}
        close(candidate.shares(**inputs), c, inputs=inputs, rtol=1e-5, atol=1e-6)
