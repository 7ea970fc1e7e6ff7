"""Checks for ex11: the weights by central differences in float64, the rest by loops."""

import numpy as np

from course.grading import close, part


def logit(maps, kernel, bias, second, y):
    g = maps.mean(axis=(0, 1))
    return (np.maximum(g @ kernel + bias, 0) @ second)[y]


def weights_of(maps, kernel, bias, second, y, h=1e-4):
    """The mean of the differences over all positions, one image."""
    result = np.zeros(maps.shape[-1])
    for i in np.ndindex(maps.shape):
        up, down = maps.copy(), maps.copy()
        up[i] += h
        down[i] -= h
        result[i[-1]] += (logit(up, kernel, bias, second, y) - logit(down, kernel, bias, second, y)) / (2 * h)
    return result / (maps.shape[0] * maps.shape[1])


def case(rng, size=(2, 3), channels=4, units=5, classes=3):
    """Two images; some hidden units are active, some are not, and none is near the kink."""
    maps = rng.uniform(0, 2, size=(2, *size, channels))
    kernel, second = rng.normal(size=(channels, units)), rng.normal(size=(units, classes))
    z = maps.mean(axis=(1, 2)) @ kernel
    bias = np.where(np.arange(units) % 2 == 0, 0.5 - z.min(axis=0), -0.5 - z.max(axis=0))
    bias[-1] = -z[:, -1].mean()  # active for one image only
    y = rng.permutation(classes)[:2].astype("int32")
    arrays = (maps, kernel, bias, second)
    names = ("maps", "kernel", "bias", "second")
    return {**{name: a.astype("float32") for name, a in zip(names, arrays, strict=True)}, "y": y}


def heat(maps, weights):
    result = np.zeros(maps.shape[:3])
    for n in range(len(maps)):
        positive = np.maximum(maps[n].astype("float64") @ weights[n], 0)
        result[n] = positive / positive.max() if positive.max() > 0 else 0
    return result


def share(heat, mask):
    factor = mask.shape[1] // heat.shape[1]
    result = np.zeros(len(heat))
    for n in range(len(heat)):
        large = np.kron(heat[n].astype("float64"), np.ones((factor, factor)))
        result[n] = np.sum(large * mask[n]) / large.sum() if large.sum() > 0 else 0
    return result


@part(
    "the weights of the channels",
    points=4,
    hint="through W₂, the ReLU, W₁ and the mean over positions",
)
def weights(candidate, rng):
    for size in ((2, 3), (3, 3)):
        c = case(rng, size)
        arrays = [c[name].astype("float64") for name in ("kernel", "bias", "second")]
        expected = [
            weights_of(a.astype("float64"), *arrays, k) for a, k in zip(c["maps"], c["y"], strict=True)
        ]
        close(candidate.channel_weights(*c.values()), np.array(expected), inputs=c, rtol=2e-3, atol=1e-4)


@part("the heat map", points=2, hint="sum over the channels first, then the maximum with 0, then divide")
def maps(candidate, rng):
    for _ in range(3):
        inputs = {
            "maps": rng.uniform(0, 2, size=(3, 4, 3, 5)).astype("float32"),
            "weights": rng.normal(size=(3, 5)).astype("float32"),
        }
        inputs["weights"][:, 0] = 2  # something is positive
        close(candidate.heat_map(*inputs.values()), heat(**inputs), inputs=inputs, rtol=1e-4, atol=1e-5)


@part(
    "nothing speaks for the class",
    points=1,
    hint="divide by 1 where the largest value is 0",
)
def nothing(candidate, rng):
    inputs = {
        "maps": rng.uniform(0.5, 2, size=(2, 2, 3, 4)).astype("float32"),
        "weights": np.array([[-1, -2, -1, -1], [1, 2, -1, 1]], "float32"),
    }
    close(candidate.heat_map(*inputs.values()), heat(**inputs), inputs=inputs, rtol=1e-4, atol=1e-5)


@part(
    "the share on the object",
    points=2,
    hint="the mean of the mask over each block, weighted by the heat",
)
def inside(candidate, rng):
    for factor in (1, 2, 3):
        inputs = {
            "heat": rng.uniform(0, 1, size=(3, 2, 4)).astype("float32"),
            "mask": rng.integers(2, size=(3, 2 * factor, 4 * factor)).astype("float32"),
        }
        inputs["heat"][1] = 0
        close(candidate.share_inside(*inputs.values()), share(**inputs), inputs=inputs, rtol=1e-4, atol=1e-6)
