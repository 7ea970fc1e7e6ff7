"""A stride breaks the equivariance to shifts by aliasing, and a blur repairs it (☆)."""

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u05_convolution.blur_pooling import BlurPooling2D, binomial_filter, circular, shift_error
from units.u05_convolution.im2col import conv
from units.u05_convolution.pooling import max_pool

FILTERS = (1, 2, 3, 5, 7)


def run(r):
    d = r.data()
    x = d.images("test")[:32]
    W = r.rng.normal(size=(3, 3, 1, 4)).astype("float32")

    def convolution(x):
        return ops.relu(conv(circular(x, 1, 1), W))

    def pooled(x):
        return max_pool(circular(x, 0, 1), 2, 1)

    errors = {"convolution, s = 1": shift_error(convolution, x, 1, 1)}
    r.metric("error_of_convolution", errors["convolution, s = 1"])
    for size in FILTERS:
        blur = BlurPooling2D(size, 2, "circular")
        errors[f"max pooling, blur {size}"] = shift_error(lambda x, blur=blur: blur(pooled(x)), x, 1, 2)
        r.metric(f"error_of_max_pooling_blur_{size}", errors[f"max pooling, blur {size}"])
    even = shift_error(lambda x: BlurPooling2D(1, 2, "circular")(pooled(x)), x, 2, 2)
    r.metric("error_of_a_shift_by_the_stride", even)
    r.table(["map", "relative error for a shift by 1"], [(name, f"{e:.2e}") for name, e in errors.items()])

    _, (left, middle, right) = r.figure("blur", 1, 3, size=(11, 3.9))
    wave = np.cos(0.85 * np.pi * np.arange(16))
    left.plot(wave, "o-", color=COLOURS["sky"], label="a fast wave")
    left.plot(
        np.arange(0, 16, 2), wave[::2], "s--", color=COLOURS["red"], label="every second one: a slow wave"
    )
    left.set(title="Aliasing", xlabel="position", ylabel="value", ylim=(-1.1, 2.0))
    left.legend(loc="upper center")
    frequency = np.linspace(0, np.pi, 100)
    for size, colour in zip(FILTERS[1:], ("sky", "green", "orange", "red"), strict=True):
        response = np.abs(np.exp(-1j * np.outer(frequency, np.arange(size))) @ binomial_filter(size))
        middle.plot(frequency / np.pi, response, color=COLOURS[colour], label=f"{size} entries")
    middle.axvspan(0.5, 1, color=COLOURS["grey"], alpha=0.15)
    middle.set(title="What a blur leaves; grey: aliased", xlabel="frequency / π", ylabel="factor")
    middle.legend()
    right.bar([str(size) for size in FILTERS], list(errors.values())[1:], color=COLOURS["blue"])
    right.set(
        title="Max pooling with stride 2",
        xlabel="entries of the blur (1: none)",
        ylabel="relative shift error",
    )
