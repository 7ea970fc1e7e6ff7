"""Checks for ex06: the batches themselves, and the parameters after an epoch."""

import numpy as np

from course.grading import close, equal, part


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def train_epoch(x, y, W, b, learning_rate, batch_size, order):
    """One sample at a time, in float64."""
    W, b = W.astype("float64"), b.astype("float64")
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        dW, db = np.zeros_like(W), np.zeros_like(b)
        for i in batch:
            delta = softmax(W @ x[i] + b)
            delta[y[i]] -= 1
            dW += np.outer(delta, x[i]) / len(batch)
            db += delta / len(batch)
        W, b = W - learning_rate * dW, b - learning_rate * db
    return W, b


def problem(rng, n, p=3, K=4):
    x = rng.normal(size=(n, p)).astype("float32")
    W, b = (0.5 * rng.normal(size=s).astype("float32") for s in ((K, p), K))
    return {"x": x, "y": rng.integers(K, size=n), "W": W, "b": b}


def compare(candidate, **given):
    got = candidate.train_epoch(**given)
    expected = train_epoch(**given)
    close(got[0], expected[0], inputs=given, rtol=1e-4, atol=1e-5, says="W after the epoch")
    close(got[1], expected[1], inputs=given, rtol=1e-4, atol=1e-5, says="b after the epoch")


@part("the batches", points=1)
def batches(candidate, rng):
    order = rng.permutation(6)
    inputs = {"order": order, "batch_size": 2}
    equal(candidate.mini_batches(order, 2), [order[:2], order[2:4], order[4:]], inputs=inputs)


@part("a last batch that is shorter, or a batch of everything", points=1, hint="how many batches are ⌈n/B⌉?")
def ragged(candidate, rng):
    order = rng.permutation(5)
    equal(
        candidate.mini_batches(order, 2),
        [order[:2], order[2:4], order[4:]],
        inputs={"order": order, "batch_size": 2},
    )
    equal(candidate.mini_batches(order, 8), [order], inputs={"order": order, "batch_size": 8})


@part("one full batch is one step of gradient descent", points=1)
def full_batch(candidate, rng):
    order = rng.permutation(5)
    compare(candidate, **problem(rng, 5), learning_rate=0.5, batch_size=5, order=order)


@part(
    "several batches, each from where the last one ended",
    points=2,
    hint="W and b must change inside the loop",
)
def several(candidate, rng):
    order = np.array([3, 0, 5, 1, 4, 2])
    compare(candidate, **problem(rng, 6), learning_rate=0.8, batch_size=2, order=order)
    compare(candidate, **problem(rng, 6), learning_rate=0.3, batch_size=1, order=order)


@part(
    "the mean over a shorter last batch",
    points=1,
    hint="divide by the number of samples that are in the batch",
)
def last_batch(candidate, rng):
    compare(candidate, **problem(rng, 5), learning_rate=0.8, batch_size=3, order=np.array([4, 1, 0, 3, 2]))
