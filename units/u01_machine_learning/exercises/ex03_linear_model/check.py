"""Check of ex03_linear_model: NumPy in float64 is the reference."""

import numpy as np

from course.grading import close, part, shape


def problem(rng, n=30, p=4):
    X = rng.normal(size=(n, p)).astype("float32")
    y = (X @ rng.normal(size=p) + 2.0 + 0.3 * rng.normal(size=n)).astype("float32")
    return X, y


def ridge(x, y, penalty):
    x, y = x.astype("float64"), y.astype("float64")
    # One system for (b, w), with a penalty matrix that leaves b alone: another way than the task's.
    X = np.c_[np.ones(len(x)), x]
    free = penalty * np.diag([0.0] + [1.0] * x.shape[1])
    b, *w = np.linalg.solve(X.T @ X + free, X.T @ y)
    return np.array(w), b


@part("least_squares: independent columns", points=1)
def full_rank(candidate, rng):
    X, y = problem(rng)
    expected = np.linalg.lstsq(X.astype("float64"), y, rcond=None)[0]
    close(candidate.least_squares(X, y), expected, inputs={"X": X, "y": y}, rtol=1e-3, atol=1e-4)


@part("least_squares: dependent columns and wide X", points=2, hint="1/s is enormous where s should be 0")
def deficient(candidate, rng):
    X, y = problem(rng)
    twice = np.c_[X, X[:, :1], np.zeros((30, 1))].astype("float32")
    for A, b in ((twice, y), (rng.normal(size=(4, 9)).astype("float32"), y[:4])):
        expected = np.linalg.pinv(A.astype("float64"), rcond=1e-5) @ b
        close(candidate.least_squares(A, b), expected, inputs={"X": A, "y": b}, rtol=1e-3, atol=1e-3)


@part("gradient: of the mean, not of the sum", points=2, hint="2/n, and the sign of Xθ - y")
def slope(candidate, rng):
    X, y = problem(rng, n=17)
    theta = rng.normal(size=4).astype("float32")
    expected = 2 / 17 * X.T.astype("float64") @ (X @ theta.astype("float64") - y)
    inputs = {"X": X, "y": y, "theta": theta}
    close(candidate.gradient(X, y, theta), expected, inputs=inputs, rtol=1e-3, atol=1e-4)


@part(
    "descend: every step, from the given start",
    points=2,
    hint="subtract α times the gradient of the mean, once for each step",
)
def descent(candidate, rng):
    X, y = problem(rng)
    theta = start = rng.normal(size=4).astype("float32")
    for steps in (0, 1, 3, 200):
        theta = start.astype("float64")
        for _ in range(steps):
            theta = theta - 0.05 * 2 / 30 * X.T @ (X @ theta - y)
        inputs = {"X": X, "y": y, "theta": start, "rate": 0.05, "steps": steps}
        close(candidate.descend(X, y, start, 0.05, steps), theta, inputs=inputs, rtol=1e-3, atol=1e-4)


@part("ridge: weights and intercept", points=2, hint="solve the centred system, then b from the means")
def penalised(candidate, rng):
    x, y = problem(rng)
    for penalty in (0.5, 50.0):
        w, b = ridge(x + 3, y, penalty)
        got = candidate.ridge(x + 3, y, penalty)
        inputs = {"x": x + 3, "y": y, "penalty": penalty}
        close(got[0], w, inputs=inputs, rtol=2e-3, atol=2e-3)
        close(got[1], b, inputs=inputs, rtol=2e-3, atol=1e-2)
        shape(got[1], ())


@part("ridge: the intercept is not penalised", points=1, hint="only w is in the penalty")
def free(candidate, rng):
    x, y = problem(rng)
    w, b = candidate.ridge(x, y, 40.0)
    w_up, b_up = candidate.ridge(x, y + 100, 40.0)
    close(w_up, w, inputs={"x": x, "y": y, "penalty": 40.0}, rtol=1e-3, atol=1e-3, says="y + 100 changed w")
    close(b_up - b, 100.0, inputs={"x": x, "y": y, "penalty": 40.0}, rtol=1e-4)
