"""Checks for ex10: loops in float64; the gradient by differences, away from the corners of the clip."""

import numpy as np

from course.grading import close, part

CLIP, BOUND = 0.2, 2.0


def log_policy(z):
    z = z - z.max()
    return z - np.log(np.exp(z).sum())


def ratios(logits, actions, old):
    chosen = [log_policy(z.astype("float64"))[a] for z, a in zip(logits, actions, strict=True)]
    return np.exp(np.array(chosen) - old)


def gain_of(ratio, A):
    if A >= 0:
        return A * min(ratio, 1 + CLIP)
    return A * min(max(ratio, 1 - CLIP), BOUND)


def cost_of(logits, actions, old, advantages, valid):
    gains = [gain_of(p, A) for p, A in zip(ratios(logits, actions, old), advantages, strict=True)]
    return -np.sum(valid * gains) / np.sum(valid)


def case(rng):
    """Ratios in all seven regions: below, inside, above the clip for both signs, and above the bound for A < 0."""
    wanted = np.array([0.5, 1.0, 1.6, 0.5, 1.1, 1.6, 3.0, 2.6, 0.9]) * rng.uniform(0.97, 1.03, size=9)
    signs = np.array([1, 1, 1, -1, -1, -1, -1, 1, 1])
    logits, actions = rng.normal(size=(9, 3)).astype("float32"), rng.integers(3, size=9).astype("int32")
    chosen = np.array([log_policy(z.astype("float64"))[a] for z, a in zip(logits, actions, strict=True)])
    advantages = (signs * rng.uniform(0.5, 2.0, size=9)).astype("float32")
    valid = np.ones(9, "float32")
    valid[8] = 0.0
    return {
        "logits": logits,
        "actions": actions,
        "old": (chosen - np.log(wanted)).astype("float32"),
        "advantages": advantages,
        "valid": valid,
    }


@part("advantages of the steps that count", points=2, hint="mean and deviation are over the steps that count")
def advantages(candidate, rng):
    for _ in range(2):
        A, valid = rng.normal(size=7).astype("float32") * 3 + 5, np.array([1, 1, 0, 1, 1, 0, 1], "float32")
        inside = A[valid > 0].astype("float64")
        expected = np.where(valid > 0, (A - inside.mean()) / inside.std(), 0.0)
        inputs = {"advantages": A, "valid": valid}
        close(candidate.standardized(A, valid), expected, inputs=inputs, rtol=1e-4, atol=1e-5)


@part("the cost", points=2, hint="write down the gain for A > 0 and for A < 0 as a function of the ratio")
def costs(candidate, rng):
    for _ in range(2):
        inputs = case(rng)
        got = candidate.cost(**inputs, clip=CLIP, bound=BOUND)
        close(got, cost_of(**inputs), inputs=inputs, rtol=1e-4, atol=1e-5)
        one = {name: array[6:7] for name, array in inputs.items()}  # far above the bound, with A < 0
        close(candidate.cost(**one, clip=CLIP, bound=BOUND), cost_of(**one), inputs=one, rtol=1e-4)


@part("the gradient", points=4, hint="where the gain does not depend on the ratio, the gradient is 0")
def gradient(candidate, rng):
    for _ in range(2):
        inputs = case(rng)
        expected, h = np.zeros((9, 3)), 1e-5
        for index in np.ndindex(9, 3):
            up, down = (inputs["logits"].astype("float64") for _ in range(2))
            up[index] += h
            down[index] -= h
            difference = cost_of(**{**inputs, "logits": up}) - cost_of(**{**inputs, "logits": down})
            expected[index] = difference / (2 * h)
        got = candidate.logits_gradient(**inputs, clip=CLIP, bound=BOUND)
        close(got, expected, inputs=inputs, rtol=1e-3, atol=1e-5)


@part("what one watches", points=2, hint="the mean of (ω − 1) − log ω is never negative")
def watching(candidate, rng):
    inputs = case(rng)
    del inputs["advantages"]
    ratio = ratios(inputs["logits"], inputs["actions"], inputs["old"])
    inside = inputs["valid"] > 0
    expected = [np.mean((ratio - 1 - np.log(ratio))[inside]), np.mean(np.abs(ratio - 1)[inside] > CLIP)]
    got = candidate.watched(**inputs, clip=CLIP)
    close(got[0], expected[0], inputs=inputs, rtol=1e-4, atol=1e-5)
    close(got[1], expected[1], inputs=inputs, rtol=1e-4, atol=1e-5)
