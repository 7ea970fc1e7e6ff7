"""Checks for ex06: the corners of the schedule, and what clipping leaves as it was."""

import numpy as np

from course.grading import close, part


def warmup_cosine(t, peak, warmup_steps, decay_steps):
    def rate(s):
        if s < warmup_steps:
            return peak * s / warmup_steps
        if s <= warmup_steps + decay_steps:
            return peak * 0.5 * (1 + np.cos(np.pi * (s - warmup_steps) / decay_steps))
        return 0.0

    return np.array([rate(s) for s in np.asarray(t, "float64")])


def schedule(rng):
    """A peak, a number of steps to climb, and one to fall."""
    return {
        "peak": float(rng.uniform(0.1, 1)),
        "warmup_steps": int(rng.integers(5, 13)),
        "decay_steps": int(rng.integers(20, 41)),
    }


@part("the warm-up and its end", points=1)
def climb(candidate, rng):
    given = schedule(rng)
    given["t"] = np.arange(given["warmup_steps"] + 1, dtype="float32")
    close(candidate.warmup_cosine(**given), warmup_cosine(**given), inputs=given, rtol=1e-4, atol=1e-6)


@part("the cosine decay", points=2, hint="the cosine starts at the end of the warm-up and takes T steps")
def fall(candidate, rng):
    given = schedule(rng)
    given["t"] = given["warmup_steps"] + np.arange(given["decay_steps"] + 1, step=3, dtype="float32")
    close(candidate.warmup_cosine(**given), warmup_cosine(**given), inputs=given, rtol=1e-4, atol=1e-6)


@part("after the end it stays at 0", points=1, hint="without the last case the cosine would increase again")
def end(candidate, rng):
    given = schedule(rng)
    last = given["warmup_steps"] + given["decay_steps"]
    given["t"] = last + np.array([-9.0, 0, 1, 15, 30], "float32")
    close(candidate.warmup_cosine(**given), warmup_cosine(**given), inputs=given, rtol=1e-4, atol=1e-6)


@part("clipping by value, on both sides", points=1)
def by_value(candidate, rng):
    limit = float(rng.uniform(0.5, 2))
    g = limit * rng.uniform([[-3, -0.9], [0.1, 1.1]], [[-1.1, -0.1], [0.9, 3]]).astype("float32")
    expected = np.clip(g.astype("float64"), -limit, limit)
    close(candidate.clip_by_value(g, limit), expected, inputs={"gradient": g, "limit": limit}, rtol=1e-5)


@part(
    "the global norm, and one factor for all",
    points=2,
    hint="squares are added over all tensors, then one root; G is the norm before clipping",
)
def by_norm(candidate, rng):
    gradients = [rng.normal(size=(3, 2)).astype("float32"), 5 * rng.normal(size=4).astype("float32")]
    norm = np.sqrt(sum((g.astype("float64") ** 2).sum() for g in gradients))
    clipped, got = candidate.clip_by_global_norm(gradients, 2.0)
    given = {"gradients": gradients, "limit": 2.0}
    close(got, np.float32(norm), inputs=given, rtol=1e-4, message="G")
    for i, g in enumerate(gradients):
        close(clipped[i], g * 2.0 / norm, inputs=given, rtol=1e-4, message=f"tensor {i}")


@part(
    "gradients with a small norm do not change, and zero stays zero", points=1, hint="the factor is at most 1"
)
def short(candidate, rng):
    gradients = [rng.uniform(-0.5, 0.5, size=shape).astype("float32") for shape in ((2,), (1, 1))]
    expected = np.sqrt(sum((g.astype("float64") ** 2).sum() for g in gradients))  # less than 1
    clipped, norm = candidate.clip_by_global_norm(gradients, 2.0)
    given = {"gradients": gradients, "limit": 2.0}
    close(norm, np.float32(expected), inputs=given, rtol=1e-4, message="G")
    for i, g in enumerate(gradients):
        close(clipped[i], g, inputs=given, message=f"tensor {i}")
    zero = [np.zeros(3, "float32"), np.zeros((2, 2), "float32")]
    clipped, _ = candidate.clip_by_global_norm(zero, 1.0)
    for got, g in zip(clipped, zero, strict=True):
        close(got, g, inputs={"gradients": zero, "limit": 1.0})
