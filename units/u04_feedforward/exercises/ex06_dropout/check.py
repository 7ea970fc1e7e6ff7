"""Checks for ex06: the masks are known; the ensemble against the whole network, in float64."""

import numpy as np

from course.grading import close, part


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def activations(rng, *shape):
    return rng.normal(size=shape).astype("float32")


@part(
    "training: mask and scale",
    points=2,
    hint="an entry is kept where its number is at least p, and divided by E[m] = 1 − p",
)
def thin(candidate, rng):
    for rate in (0.2, 0.5, 0.6, 0.9):
        a, noise = activations(rng, 4, 5), rng.uniform(size=(4, 5)).astype("float32")
        if rate == 0.5:  # which float32 holds exactly: a number that is equal to the rate is kept
            noise[1] = 0.5
        inputs = {"a": a, "noise": noise, "rate": rate, "training": True}
        close(candidate.dropout(a, noise, rate, True), (noise >= rate) * a / (1 - rate), inputs=inputs)


@part("inference: nothing happens", points=1)
def inference(candidate, rng):
    a, noise = activations(rng, 3, 4), rng.uniform(size=(3, 4)).astype("float32")
    inputs = {"a": a, "noise": noise, "rate": 0.5, "training": False}
    close(candidate.dropout(a, noise, 0.5, False), a, inputs=inputs)


@part("backward", points=2, hint="ã_i = m_i a_i / (1 − p): its derivative by a_i")
def backward(candidate, rng):
    slope, noise = activations(rng, 4, 5), rng.uniform(size=(4, 5)).astype("float32")
    inputs = {"slope": slope, "noise": noise, "rate": 0.3}
    close(candidate.dropout_backward(slope, noise, 0.3), (noise >= 0.3) * slope / 0.7, inputs=inputs)


@part("whole features", points=1, hint="the mask needs an axis of length 1 for the positions")
def features(candidate, rng):
    for shape in ((3, 3, 3), (2, 4, 3)):
        a, noise = activations(rng, *shape), rng.uniform(size=(shape[0], shape[2])).astype("float32")
        inputs = {"a": a, "noise": noise, "rate": 0.5}
        close(candidate.drop_features(a, noise, 0.5), (noise >= 0.5)[:, None] * a / 0.5, inputs=inputs)


@part("the ensemble is the whole network", points=2, hint="the weighted sum of logarithms, then a softmax")
def ensemble(candidate, rng):
    a, kernel, rate = rng.normal(size=(3, 5)), rng.normal(size=(5, 4)), 0.4
    masks = (np.arange(32)[:, None] >> np.arange(5)) & 1
    kept = masks.sum(1)
    weights = (rate ** (5 - kept) * (1 - rate) ** kept).astype("float32")
    thinned = softmax((masks[:, None] * a / (1 - rate)) @ kernel).astype("float32")
    got = candidate.geometric_mean(thinned, weights)
    close(
        got, softmax(a @ kernel), inputs={"probabilities": thinned, "weights": weights}, rtol=1e-3, atol=1e-5
    )


@part(
    "the ensemble where a product would underflow", points=1, hint="ops.log, and no product of probabilities"
)
def small(candidate, rng):
    logits = (rng.normal(size=(300, 2, 3)) * 8).astype("float32")
    thinned, weights = softmax(logits), np.full(300, 1 / 300, "float32")
    expected = softmax(np.log(thinned.astype("float64")).mean(0))
    got = candidate.geometric_mean(thinned, weights)
    close(got, expected, inputs={"probabilities": thinned, "weights": weights}, rtol=1e-3, atol=1e-5)
