"""Checks for ex06: the batches, the parameters and the cost of an epoch, and a batch from its pieces."""

import numpy as np

from course.grading import close, equal, part


def cost_and_gradient(x, y, W, b):
    """One sample at a time, in float64: sums, not means."""
    cost, dW, db = 0.0, np.zeros_like(W), np.zeros_like(b)
    for xi, yi in zip(x.astype("float64"), y, strict=True):
        z = W @ xi + b
        log_sum = z.max() + np.log(np.exp(z - z.max()).sum())
        delta = np.exp(z - log_sum)
        delta[yi] -= 1
        cost, dW, db = cost + log_sum - z[yi], dW + np.outer(delta, xi), db + delta
    return cost, dW, db


def train_epoch(x, y, W, b, learning_rate, batch_size, order):
    W, b, total = W.astype("float64"), b.astype("float64"), 0.0
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        cost, dW, db = cost_and_gradient(x[batch], y[batch], W, b)
        total += cost
        W, b = W - learning_rate * dW / len(batch), b - learning_rate * db / len(batch)
    return W, b, total / len(order)


def problem(rng, n, p=3, K=4):
    x = rng.normal(size=(n, p)).astype("float32")
    W, b = (0.5 * rng.normal(size=s).astype("float32") for s in ((K, p), K))
    return {"x": x, "y": rng.integers(K, size=n), "W": W, "b": b}


def compare(candidate, **given):
    got = candidate.train_epoch(**given)
    expected = train_epoch(**given)
    close(got[0], expected[0], inputs=given, rtol=1e-4, atol=1e-5, message="W after the epoch")
    close(got[1], expected[1], inputs=given, rtol=1e-4, atol=1e-5, message="b after the epoch")
    return given, got, expected


@part("the batches, and a last one that is shorter", points=1, hint="how many batches are ⌈n/B⌉?")
def batches(candidate, rng):
    for n, size in ((6, 2), (5, 2), (5, 8)):
        order = rng.permutation(n)
        expected = [order[start : start + size] for start in range(0, n, size)]
        equal(candidate.mini_batches(order, size), expected, inputs={"order": order, "batch_size": size})


@part(
    "several batches, each from where the last one ended",
    points=2,
    hint="W and b must change inside the loop",
)
def several(candidate, rng):
    compare(candidate, **problem(rng, 6), learning_rate=0.5, batch_size=6, order=rng.permutation(6))
    order = np.array([3, 0, 5, 1, 4, 2])
    compare(candidate, **problem(rng, 6), learning_rate=0.8, batch_size=2, order=order)
    compare(candidate, **problem(rng, 6), learning_rate=0.3, batch_size=3, order=order)


@part(
    "the cost that the epoch reports",
    points=2,
    hint="weight each batch by its number of samples; its cost is the one before the update",
)
def reported(candidate, rng):
    for n, size in ((6, 3), (7, 3)):
        given, got, expected = compare(
            candidate, **problem(rng, n), learning_rate=0.8, batch_size=size, order=rng.permutation(n)
        )
        close(got[2], expected[2], inputs=given, rtol=1e-4, atol=1e-5, message="the cost of the epoch")


@part("a batch from its pieces", points=1, hint="each piece counts by its share of the samples")
def pieces(candidate, rng):
    for n, size in ((6, 2), (7, 3)):
        given = problem(rng, n)
        sizes = np.array([len(given["x"][start : start + size]) for start in range(0, n, size)])
        sums = [
            cost_and_gradient(
                given["x"][start : start + size], given["y"][start : start + size], given["W"], given["b"]
            )
            for start in range(0, n, size)
        ]
        costs = np.array([cost for cost, _, _ in sums]) / sizes
        gradients = np.array([dW for _, dW, _ in sums]) / sizes[:, None, None]
        inputs = {"sizes": sizes, "costs": costs, "gradients": gradients}
        cost, dW, _ = cost_and_gradient(**given)
        got = candidate.accumulate(sizes, costs, gradients)
        close(got[0], cost / n, inputs=inputs, rtol=1e-4, atol=1e-5, message="C of the whole batch")
        close(got[1], dW / n, inputs=inputs, rtol=1e-4, atol=1e-5, message="∂C/∂W of the whole batch")
