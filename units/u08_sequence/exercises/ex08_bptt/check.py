"""Checks for ex08: derivatives by central differences in NumPy, each window with a constant initial state."""

import numpy as np

from course.grading import close, part


def arrays(rng, n=2, seq=5, features=2, units=3):
    shapes = (n, seq, features), (n, units), (features, units), (units, units), (units,), (n, seq, units)
    return [(0.8 * rng.normal(size=shape)).astype("float32") for shape in shapes]


def states(x, h0, W, U, b):
    found = [h0]
    for t in range(x.shape[1]):
        found.append(np.tanh(x[:, t] @ W + found[-1] @ U + b))
    return np.stack(found, axis=1)


def difference(f, a, eps=1e-5):
    result = np.zeros_like(a)
    for i in np.ndindex(*a.shape):
        up, down = a.copy(), a.copy()
        up[i] += eps
        down[i] -= eps
        result[i] = (f(up) - f(down)) / (2 * eps)
    return result


def gradients(x, h0, W, U, b, D, window):
    """Each window is a network of its own, whose initial state is a constant: only the first one depends on h0."""
    x, h0, W, U, b, D = (a.astype("float64") for a in (x, h0, W, U, b, D))
    starts = range(0, x.shape[1], window)
    before = states(x, h0, W, U, b)

    def cost(W, U, b, h0):
        total = 0.0
        for s in starts:
            first = h0 if s == 0 else before[:, s]
            h = states(x[:, s : s + window], first, W, U, b)[:, 1:]
            total += np.sum(h * D[:, s : s + window])
        return total

    return {
        "W": difference(lambda a: cost(a, U, b, h0), W),
        "U": difference(lambda a: cost(W, a, b, h0), U),
        "b": difference(lambda a: cost(W, U, a, h0), b),
        "h0": difference(lambda a: cost(W, U, b, a), h0),
    }


@part("the states, the initial one first", points=1)
def forward(candidate, rng):
    x, h0, W, U, b, _ = arrays(rng)
    close(candidate.states(x, h0, W, U, b), states(x, h0, W, U, b), inputs={"x": x}, rtol=1e-4, atol=1e-5)


@part("one window for the whole sequence", points=3, hint="δ_{t+1} Uᵀ comes back from the next step")
def whole(candidate, rng):
    x, h0, W, U, b, D = arrays(rng)
    got, expected = candidate.truncated_gradients(x, h0, W, U, b, D, 5), gradients(x, h0, W, U, b, D, 5)
    for name in ("W", "U", "b"):
        close(got[name], expected[name], inputs={"x": x, "D": D}, rtol=1e-3, atol=1e-4, message=name)


@part("cut into windows", points=3, hint="which step is the first of a window? its δ does not go back")
def cut(candidate, rng):
    x, h0, W, U, b, D = arrays(rng)
    for window in (2, 1):
        got = candidate.truncated_gradients(x, h0, W, U, b, D, window)
        expected = gradients(x, h0, W, U, b, D, window)
        for name in ("W", "U", "b"):
            inputs = {"window": window, "x": x, "D": D}
            close(got[name], expected[name], inputs=inputs, rtol=1e-3, atol=1e-4, message=name)


@part("the gradient of the initial state", points=2, hint="it comes from the first window only")
def initial(candidate, rng):
    x, h0, W, U, b, D = arrays(rng)
    for window in (5, 2):
        got = candidate.truncated_gradients(x, h0, W, U, b, D, window)["h0"]
        expected = gradients(x, h0, W, U, b, D, window)["h0"]
        close(got, expected, inputs={"window": window, "x": x, "D": D}, rtol=1e-3, atol=1e-4)


@part("clipped by the norm of all of them", points=2, hint="one norm over all arrays, one factor for all")
def clipped(candidate, rng):
    found = {"W": rng.normal(size=(2, 3)).astype("float32"), "b": rng.normal(size=3).astype("float32")}
    norm = float(np.sqrt(sum(np.sum(g**2) for g in found.values())))
    for bound in (0.5 * norm, 2 * norm):
        factor = min(1.0, bound / norm)
        got = candidate.clip_by_norm(found, bound)
        for name, g in found.items():
            inputs = {"gradients": found, "bound": bound}
            close(got[name], factor * g, inputs=inputs, rtol=1e-4, atol=1e-5, message=name)
