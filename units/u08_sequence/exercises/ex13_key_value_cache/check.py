"""Checks for ex13: all steps are kept in NumPy, and each query takes its last ones."""

import numpy as np

from course.grading import close, part

BATCH, D_MODEL, D = 2, 4, 3


def arrays(rng, steps):
    x = rng.normal(size=(BATCH, steps, D_MODEL)).astype("float32")
    return x, [rng.normal(size=(D_MODEL, D)).astype("float32") for _ in range(3)]


def ring(x, W, window):
    cache = np.zeros((BATCH, window, D))
    for t in range(x.shape[1]):
        cache[:, t % window] = x[:, t].astype("float64") @ W
    return cache


def attention(x, W_q, W_k, W_v, window):
    """The output of the last step."""
    seen = x[:, -window:].astype("float64")
    q, k, v = x[:, -1].astype("float64") @ W_q, seen @ W_k, seen @ W_v
    e = np.einsum("nd,nsd->ns", q, k) / np.sqrt(D)
    p = np.exp(e - e.max(-1, keepdims=True))
    return np.einsum("ns,nsd->nd", p / p.sum(-1, keepdims=True), v)


def one_step(candidate, rng, t, window, zero=None):
    x, (W_q, W_k, W_v) = arrays(rng, t + 1)
    if zero is not None:
        x[:, zero] = 0  # the key of this step is 0, but it is a key
    keys, values = (ring(x[:, :-1], W, window).astype("float32") for W in (W_k, W_v))
    got = candidate.step(x[:, -1], keys, values, t, W_q, W_k, W_v)
    inputs = {"x": x[:, -1], "keys": keys, "values": values, "t": t, "W_q": W_q, "W_k": W_k, "W_v": W_v}
    right = attention(x, W_q, W_k, W_v, window), ring(x, W_k, window), ring(x, W_v, window)
    for part_of_it, expected in zip(range(3), right, strict=True):
        close(got[part_of_it], expected, inputs=inputs, rtol=1e-3, atol=1e-4)


@part("a step is stored at its place", points=2, hint="step 4 of a window of 3 stands at place 1")
def stored(candidate, rng):
    cache = rng.normal(size=(BATCH, 3, D)).astype("float32")
    new = rng.normal(size=(BATCH, D)).astype("float32")
    for t in (0, 2, 4, 9):
        right = cache.copy()
        right[:, t % 3] = new
        close(candidate.store(cache, new, t), right, inputs={"cache": cache, "new": new, "t": t}, rtol=1e-5)


@part("a step when the ring is full", points=2, hint="the query sees its own step, and w − 1 earlier ones")
def full(candidate, rng):
    for t in (3, 6):
        one_step(candidate, rng, t, 4)
    one_step(candidate, rng, 5, 3, zero=4)


@part("a step when the ring is not full yet", points=2, hint="a zero in the cache is no key")
def beginning(candidate, rng):
    for t in (0, 2):
        one_step(candidate, rng, t, 5)


@part("a prompt, shorter and longer than the window", points=3, hint="where does the last step stand?")
def whole(candidate, rng):
    for steps in (2, 4, 7):
        x, (W, _, _) = arrays(rng, steps)
        inputs = {"x": x, "W": W, "window": 4}
        close(candidate.prompt(x, W, 4), ring(x, W, 4), inputs=inputs, rtol=1e-3, atol=1e-4)
