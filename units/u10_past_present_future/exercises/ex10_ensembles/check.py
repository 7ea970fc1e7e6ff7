"""Checks for MC dropout and ensembles: loops over passes and samples in float64."""

import numpy as np

from course.grading import close, part


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def entropy(p):
    return -np.sum(np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0), axis=-1)


def logits(rng, passes=4, batch=5, classes=3, size=2.0):
    return (size * rng.normal(size=(passes, batch, classes))).astype("float32")


AGREED = np.tile(np.array([[[3.0, 0.0, -1.0], [0.0, 0.0, 0.0]]], "float32"), (3, 1, 1))
OPPOSED = np.array([[[80.0, 0.0]], [[0.0, 80.0]]], "float32")  # two passes that are sure of different classes
SURE = np.array([[[300.0, 0.0, -300.0]], [[290.0, 1.0, 0.0]]], "float32")


@part(
    "the passes",
    points=2,
    hint="the mask multiplies what ReLU returns, and what is kept is divided by 1 − rate",
)
def passes(candidate, rng):
    for rate in (0.5, 0.2):
        shapes = {"x": (5, 3), "W1": (3, 6), "b1": (6,), "W2": (6, 2), "b2": (2,)}
        inputs = {name: rng.normal(size=shape).astype("float32") for name, shape in shapes.items()}
        masks = (rng.random((4, 6)) > rate).astype("float32")
        masks[0], masks[1] = 1, 0
        a = np.maximum(inputs["x"] @ inputs["W1"] + inputs["b1"], 0)
        expected = np.stack([(m * a / (1 - rate)) @ inputs["W2"] + inputs["b2"] for m in masks])
        got = candidate.masked_logits(**inputs, masks=masks, rate=rate)
        close(got, expected, inputs={**inputs, "masks": masks, "rate": rate}, rtol=1e-4, atol=1e-5)


@part("the prediction", points=1, hint="probabilities are averaged, not logits")
def prediction(candidate, rng):
    for z in (logits(rng), AGREED, OPPOSED):
        close(candidate.predictive(z), softmax(z).mean(0), inputs={"z": z}, rtol=1e-4, atol=1e-5)


@part(
    "the disagreement",
    points=3,
    hint="0 for passes that agree; log 2 for two passes that are sure of different classes",
)
def mutual_information(candidate, rng):
    for z in (logits(rng), AGREED, OPPOSED, SURE, logits(rng, 2, 3, 5, 5.0)):
        p = softmax(z.astype("float64"))
        expected = entropy(p.mean(0)) - entropy(p).mean(0)
        close(candidate.disagreement(z), expected, inputs={"z": z}, rtol=1e-3, atol=1e-4)


@part(
    "what the ensemble gains",
    points=2,
    hint="log of the mean probability of the true class, less the mean of its log",
)
def gains(candidate, rng):
    cases = [
        (logits(rng), rng.integers(3, size=5)),
        (AGREED, np.array([1, 2])),
        (OPPOSED, np.array([1])),
        (np.repeat(SURE, 2, axis=1), np.array([2, 0])),
    ]
    for z, y in cases:
        w = z.astype("float64")
        log_p = w - w.max(-1, keepdims=True)
        log_p = log_p - np.log(np.exp(log_p).sum(-1, keepdims=True))
        own = log_p[:, np.arange(len(y)), y]
        top = own.max(0)
        expected = np.mean(np.log(np.exp(own - top).mean(0)) + top - own.mean(0))
        y = y.astype("int32")
        close(candidate.gain(z, y), expected, inputs={"z": z, "y": y}, rtol=1e-3, atol=1e-4)
