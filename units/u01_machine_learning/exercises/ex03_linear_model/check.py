"""Check of ex03_linear_model: NumPy in float64 is the reference."""

import numpy as np

from course.grading import close, part, shape


def problem(rng, n=30, p=4):
    X = rng.normal(size=(n, p)).astype("float32")
    y = (X @ rng.normal(size=p) + 2.0 + 0.3 * rng.normal(size=n)).astype("float32")
    return X, y, rng.choice([0.5, 1.0, 2.0, 5.0], size=n).astype("float32")


def slope_of(X, y, r, theta):
    return 2 / r.sum() * X.T.astype("float64") @ (r * (X @ theta.astype("float64") - y))


def ridge(x, y, r, penalty):
    x, y = x.astype("float64"), y.astype("float64")
    # One system for (b, w), with a penalty matrix that leaves b alone: another way than the task's.
    X = np.c_[np.ones(len(x)), x]
    free = penalty * np.diag([0.0] + [1.0] * x.shape[1])
    b, *w = np.linalg.solve(X.T @ (r[:, None] * X) + free, X.T @ (r * y))
    return np.array(w), b


@part("least_squares: independent columns", points=2, hint="each row counts by the root of its weight")
def full_rank(candidate, rng):
    X, y, r = problem(rng)
    for weights in (np.ones(30, "float32"), r):
        root = np.sqrt(weights.astype("float64"))
        expected = np.linalg.lstsq(root[:, None] * X, root * y, rcond=None)[0]
        inputs = {"X": X, "y": y, "weights": weights}
        close(candidate.least_squares(X, y, weights), expected, inputs=inputs, rtol=1e-3, atol=1e-4)


@part(
    "least_squares: dependent columns and wide X", points=1, hint="where s is nearly 0 use 0 in place of 1/s"
)
def deficient(candidate, rng):
    X, y, r = problem(rng)
    twice = np.c_[X, X[:, :1], np.zeros((30, 1))].astype("float32")
    for A, b, weights in ((twice, y, r), (rng.normal(size=(4, 9)).astype("float32"), y[:4], r[:4])):
        root = np.sqrt(weights.astype("float64"))
        expected = np.linalg.pinv(root[:, None] * A, rcond=1e-5) @ (root * b)
        inputs = {"X": A, "y": b, "weights": weights}
        close(candidate.least_squares(A, b, weights), expected, inputs=inputs, rtol=1e-3, atol=1e-3)


@part("gradient: of the weighted mean", points=2, hint="differentiate one summand, then add up and divide")
def slope(candidate, rng):
    X, y, r = problem(rng, n=17)
    theta = rng.normal(size=4).astype("float32")
    for weights in (np.ones(17, "float32"), r):
        inputs = {"X": X, "y": y, "weights": weights, "theta": theta}
        expected = slope_of(X, y, weights, theta)
        close(candidate.gradient(X, y, weights, theta), expected, inputs=inputs, rtol=1e-3, atol=1e-4)


@part(
    "descend: every step, from the given start",
    points=2,
    hint="subtract α times the gradient of the mean, once for each step",
)
def descent(candidate, rng):
    X, y, r = problem(rng)
    start = rng.normal(size=4).astype("float32")
    for steps in (0, 1, 3, 100):
        theta = start.astype("float64")
        for _ in range(steps):
            theta = theta - 0.05 * slope_of(X, y, r, theta)
        inputs = {"X": X, "y": y, "weights": r, "theta": start, "rate": 0.05, "steps": steps}
        close(candidate.descend(X, y, r, start, 0.05, steps), theta, inputs=inputs, rtol=1e-3, atol=1e-4)


@part("ridge: weights and intercept", points=2, hint="centre at the weighted means, then b from these means")
def penalized(candidate, rng):
    x, y, r = problem(rng)
    for penalty in (0.5, 50.0):
        w, b = ridge(x + 3, y, r, penalty)
        got = candidate.ridge(x + 3, y, r, penalty)
        inputs = {"x": x + 3, "y": y, "weights": r, "penalty": penalty}
        close(got[0], w, inputs=inputs, rtol=2e-3, atol=2e-3)
        close(got[1], b, inputs=inputs, rtol=2e-3, atol=1e-2)
        shape(got[1], ())


@part("ridge: the intercept is not penalized", points=1, hint="only w is in the penalty")
def free(candidate, rng):
    x, y, r = problem(rng)
    inputs = {"x": x, "y": y, "weights": r, "penalty": 40.0}
    w, b = candidate.ridge(x, y, r, 40.0)
    w_up, b_up = candidate.ridge(x, y + 100, r, 40.0)
    close(w_up, w, inputs=inputs, rtol=1e-3, atol=1e-3, message="y + 100 changed w")
    close(b_up - b, 100.0, inputs=inputs, rtol=1e-4)
