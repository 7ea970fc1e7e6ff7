"""Checks for ex09: NumPy in float64."""

import numpy as np

from course.grading import close, part


def log_softmax(z):
    z = z - z.max(-1, keepdims=True)
    return z - np.log(np.exp(z).sum(-1, keepdims=True))


def cost(u, v, y, temperature, share):
    u, v = u.astype("float64"), v.astype("float64")
    hard = -log_softmax(u)[np.arange(len(y)), y]
    soft = -(np.exp(log_softmax(v / temperature)) * log_softmax(u / temperature)).sum(-1)
    return np.mean((1 - share) * hard + share * temperature**2 * soft)


def slopes(given, h=1e-5):
    """Central differences of the cost."""
    u = given["u"].astype("float64")
    gradient = np.zeros(u.shape)
    for at in np.ndindex(u.shape):
        moved = np.zeros(u.shape)
        moved[at] = h
        up, down = (cost(**{**given, "u": u + sign * moved}) for sign in (1, -1))
        gradient[at] = (up - down) / (2 * h)
    return gradient


def problem(rng, **changes):
    u, v = (rng.normal(0, 2, (5, 4)).astype("float32") for _ in range(2))
    given = {"u": u, "v": v, "y": rng.integers(4, size=5).astype("int32"), "temperature": 3.0, "share": 0.6}
    return {**given, **changes}


@part("softened probabilities", points=1)
def probabilities(candidate, rng):
    for v, tau in ((rng.normal(size=(3, 5)), 2.5), (1000 * rng.normal(size=(3, 5)), 0.5)):
        v = v.astype("float32")
        expected = np.exp(log_softmax(v.astype("float64") / tau))
        close(candidate.softened(v, tau), expected, inputs={"v": v, "temperature": tau}, rtol=1e-4, atol=1e-6)


@part("the cost of the labels alone, and of the teacher alone at τ = 1", points=1)
def alone(candidate, rng):
    for share in (0.0, 1.0):
        given = problem(rng, temperature=1.0, share=share)
        close(candidate.distillation_cost(**given), cost(**given), inputs=given, rtol=1e-4)


@part(
    "the whole cost",
    points=2,
    hint="the temperature divides both logits of the soft part, and τ² stands before it",
)
def whole(candidate, rng):
    for changes in ({}, {"temperature": 0.5, "share": 0.3}):
        given = problem(rng, **changes)
        close(candidate.distillation_cost(**given), cost(**given), inputs=given, rtol=1e-4)


@part("logits of any size", points=1, hint="the logarithm of a probability that is 0 in float32 is −∞")
def large(candidate, rng):
    given = problem(rng, u=(300 * rng.normal(size=(5, 4))).astype("float32"))
    close(candidate.distillation_cost(**given), cost(**given), inputs=given, rtol=1e-4)


@part("the gradient", points=2, hint="τ² from the cost and 1/τ from the chain rule leave one factor τ")
def gradient(candidate, rng):
    for changes in ({}, {"temperature": 8.0, "share": 1.0}, {"temperature": 0.5, "share": 0.2}):
        given = problem(rng, **changes)
        got = candidate.distillation_gradient(**given)
        close(got, slopes(given), inputs=given, rtol=1e-3, atol=1e-5)


@part("the limit of high temperatures", points=1, hint="softmax(u/τ) ≈ (1 + (u − mean of u)/τ)/classes")
def limit(candidate, rng):
    given = problem(rng)
    u, v = given["u"].astype("float64") + 1, given["v"].astype("float64")
    expected = (u - v - (u - v).mean(-1, keepdims=True)) / u.size
    inputs = {"u": given["u"] + 1, "v": given["v"]}
    close(candidate.limit_gradient(**inputs), expected, inputs=inputs, rtol=1e-4, atol=1e-6)
