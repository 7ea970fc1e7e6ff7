"""A linear time-invariant system is a convolution with its impulse response (§6.2)."""

import numpy as np

from course.figures import COLOURS, CYCLE
from units.u05_convolution.convolution import convolve, cross_correlate
from units.u05_convolution.linear_system import (
    gap_to_linearity,
    gap_to_time_invariance,
    impulse_response,
    superposition,
)

SIZE = 24


def echo(x):
    """A system: each output is 0.6 of the one before, plus the input, and an echo after 5 steps."""
    z = np.zeros(len(x))
    for t in range(len(x)):
        z[t] = x[t] + (0.6 * z[t - 1] if t > 0 else 0) - (0.5 * x[t - 5] if t >= 5 else 0)
    return z


def run(r):
    x = np.zeros(SIZE)
    x[[1, 6, 8, 13]] = [1, 0.5, -1, 0.8]
    noise = r.rng.normal(size=(2, SIZE))
    w = impulse_response(echo, SIZE)
    z, copies = superposition(x, w)
    systems = {"echo": echo, "square of x": np.square, "x times t": lambda x: x * np.arange(len(x))}
    late = np.concatenate([noise[0, :-6], np.zeros(6)])
    r.table(
        ["system", "gap to linearity", "gap to time invariance"],
        [
            (name, f"{gap_to_linearity(s, *noise):.1e}", f"{gap_to_time_invariance(s, late, 6):.1e}")
            for name, s in systems.items()
        ],
    )
    r.metric("gap_of_superposition", np.abs(z[:SIZE] - echo(x)).max())
    r.metric("gap_of_convolution", np.abs(convolve(x, w)[:SIZE] - echo(x)).max())
    r.metric("gap_of_square_to_linearity", gap_to_linearity(np.square, *noise))

    _, axes = r.figure("superposition", 1, 3, size=(11, 3.9))
    t = np.arange(SIZE)
    axes[0].stem(t, w, linefmt=COLOURS["blue"], markerfmt="o", basefmt=" ")
    axes[0].set(title="The response w to one impulse δ", xlabel="time", ylabel="output")
    for colour, at in zip(CYCLE, np.flatnonzero(x), strict=False):
        axes[1].plot(t, copies[at, :SIZE], "o-", color=colour, label=f"{x[at]:g} · w after {at}")
    axes[1].set(title="A copy of w for every input", xlabel="time")
    axes[1].legend(loc="lower right")
    axes[2].plot(t, z[:SIZE], "o-", color=COLOURS["blue"], label="sum of the copies")
    axes[2].plot(t, echo(x), "x", color=COLOURS["red"], label="the system itself")
    axes[2].set(title="Their sum is the output: x ∗ w", xlabel="time")
    axes[2].legend(loc="lower right")

    kernel = np.array([3.0, 2.0, 1.0, 0.0])
    steps = np.zeros(14)
    steps[[4, 5]] = 1, 2
    _, (left, right) = r.figure("two_products", 1, 2, size=(9, 3.6))
    for ax, title, values in (
        (left, "convolution x ∗ w: w reversed", convolve(steps, kernel)[:14]),
        (right, "cross-correlation w ⋆ x: w as it is", np.pad(cross_correlate(steps, kernel), (0, 3))),
    ):
        ax.stem(steps, linefmt=COLOURS["grey"], markerfmt="s", basefmt=" ", label="x")
        ax.plot(values, "o-", color=COLOURS["blue"], label="output")
        ax.set(title=title, xlabel="position")
        ax.legend()
    same = convolve(steps, kernel[::-1])[3:-3] - cross_correlate(steps, kernel)
    r.metric("gap_of_reversed_kernel", np.abs(same).max())
