"""Checks for ex09: projections in float64; the rule of stopping, followed independently."""

import numpy as np

from course.grading import close, equal, part


def rule(values, patience, min_delta):
    """Where the rule stops, found by looking at all epochs that were better."""
    better = [0]
    for epoch in range(1, len(values)):
        if epoch - better[-1] > patience:
            break
        if values[epoch] < values[better[-1]] - min_delta:
            better.append(epoch)
    return [min(len(values), better[-1] + patience + 1), better[-1]]


def stops(candidate, rng, values, patience, min_delta=0.0):
    """The rule on these values in another unit, counted from another zero; quarters keep a tie a tie."""
    unit, zero = rng.integers(1, 9) / 4, rng.integers(-40, 41) / 4
    values, min_delta = [float(unit * v + zero) for v in values], float(unit * min_delta)
    inputs = {"values": values, "patience": patience, "min_delta": min_delta}
    got = candidate.early_stopping(values, patience, min_delta)
    equal(
        [int(n) for n in got],
        rule(values, patience, min_delta),
        inputs=inputs,
        message="(epochs, best_epoch)",
    )


@part("long vectors are shortened, short ones do not change", points=2, hint="one length for each row")
def project(candidate, rng):
    for shape in ((3, 4), (4, 4), (5, 2)):
        W = rng.normal(size=shape) * rng.uniform(0.1, 3, size=(shape[0], 1))
        length = np.linalg.norm(W, axis=1)
        c = float(np.median(length)) * 0.99
        expected = np.where(length[:, None] > c, W * c / length[:, None], W)
        close(candidate.max_norm(W, c), expected, inputs={"W": W, "c": c})


@part("the zero vector stays", points=1, hint="c / max(‖w‖, c) never divides by 0")
def zero(candidate, rng):
    W = np.stack([np.zeros(2), 5 * rng.uniform(1, 2, size=2)])
    expected = W / np.array([[1.0], [np.linalg.norm(W[1])]])
    close(candidate.max_norm(W, 1.0), expected, inputs={"W": W, "c": 1.0})


@part("stops after patience epochs in a row", points=2, hint="set the count to 0 at every better epoch")
def patience(candidate, rng):
    stops(candidate, rng, [5.0, 3.0, 4.0, 3.5, 1.0], 2)
    stops(candidate, rng, [5.0, 6.0, 4.0, 5.0, 3.0, 4.0, 2.0, 2.5, 2.6, 2.7], 2)
    stops(candidate, rng, [1.0, 2.0], 1)
    stops(candidate, rng, [4.0, 3.0, 2.0, 1.0], 1)
    stops(candidate, rng, [4.0], 3)


@part("better than the best, not than the epoch before", points=2, hint="keep the best value in a variable")
def best(candidate, rng):
    stops(candidate, rng, [2.0, 5.0, 4.0, 3.0, 2.5], 3)
    for _ in range(5):
        stops(candidate, rng, [float(v) for v in rng.normal(size=12)], int(rng.integers(1, 5)))


@part(
    "a gain below min_delta does not count",
    points=1,
    hint="update the best value only when an epoch is better",
)
def delta(candidate, rng):
    stops(candidate, rng, [3.0, 2.75, 2.5, 2.25, 2.0], 2, 0.6)
    stops(candidate, rng, [3.0, 2.5, 2.0, 1.5, 1.0], 3, 0.8)
    stops(candidate, rng, [1.0, 0.75, 0.5], 1, 0.5)
    stops(candidate, rng, [1.0, 0.75, 0.5], 1, 0.25)  # better by min_delta itself, which is not enough


@part(
    "the penalty that is equivalent to early stopping",
    points=2,
    hint="w after t steps is (1 − (1 − αh)^t) w*",
)
def penalty(candidate, rng):
    for steps in (1, 2, 30):
        curvatures = rng.uniform(0.05, 4, size=5)
        inputs = {"curvatures": curvatures, "learning_rate": 0.2, "steps": steps}
        w = np.zeros(5)
        for _ in range(steps):
            w = w - 0.2 * curvatures * (w - 1)  # descent towards w* = 1
        expected = curvatures * (1 - w) / w  # from h/(h + λ) = w
        close(
            candidate.equivalent_penalty(curvatures, 0.2, steps),
            expected,
            inputs=inputs,
            rtol=1e-5,
            atol=1e-12,
        )
    flat = np.array([1e-13, 1e-9])
    inputs = {"curvatures": flat, "learning_rate": 0.5, "steps": 10}
    got = candidate.equivalent_penalty(flat, 0.5, 10)
    close(got, np.full(2, 0.2), inputs=inputs, rtol=1e-5, message="in flat directions the penalty is 1/(αt)")
