"""One hidden layer of N units: the error decreases as 1/N with sigmoids, as 1/N² with ReLUs (§5.4)."""

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u04_feedforward.network import Layer, forward
from units.u04_feedforward.universal_approximation import hats_of, staircase_of

WIDTHS = (4, 8, 16, 32, 64, 128)


def f(x):
    """The function to approximate: smooth, with |f'| ≤ 2π and |f''| ≤ 4π²."""
    return np.sin(2 * np.pi * x)


def run(r):
    x = np.linspace(0, 1, 2001).astype("float32")
    errors = {"stairs": [], "hats": []}
    for name, make in (("stairs", staircase_of), ("hats", hats_of)):
        for width in WIDTHS:
            value = ops.convert_to_numpy(
                forward(x[:, None], with_idle_units(make(f, 0.0, 1.0, width))).a[-1]
            )[:, 0]
            errors[name].append(np.abs(value - f(x)).max())
    rates = {name: np.polyfit(np.log(WIDTHS[2:]), np.log(e[2:]), 1)[0] for name, e in errors.items()}
    r.metric("rate_of_stairs", rates["stairs"])
    r.metric("rate_of_hats", rates["hats"])
    r.metric("error_of_128_stairs", errors["stairs"][-1])
    r.metric("error_of_128_hats", errors["hats"][-1])
    rows = [(n, f"{s:.2e}", f"{h:.2e}") for n, s, h in zip(WIDTHS, *errors.values(), strict=True)]
    r.table(["width N", "stairs of sigmoids", "hats of ReLUs"], rows, title="max |f_N − f| on [0, 1]")

    n = np.array(WIDTHS)
    _, ax = r.figure("error_against_width", size=(6.5, 4.4))
    ax.loglog(n, errors["stairs"], "o-", color=COLOURS["blue"], label="stairs of sigmoids, as measured")
    ax.loglog(n, np.pi / n, ":", color=COLOURS["blue"], label=r"max$|f'|\,/\,2N$")
    ax.loglog(n, errors["hats"], "s-", color=COLOURS["red"], label="hats of ReLUs, as measured")
    ax.loglog(n, np.pi**2 / 2 / n**2, ":", color=COLOURS["red"], label=r"max$|f''|\,/\,8N^2$")
    ax.set(
        title="f(x) = sin 2πx by one hidden layer with given weights",
        xlabel="width N (log scale)",
        ylabel="largest error (log scale)",
        xticks=WIDTHS,
        xticklabels=WIDTHS,
    )
    ax.minorticks_off()
    ax.legend()


def with_idle_units(layers):
    """The same function with 128 hidden units, of which the rest has weights 0: one shape, compiled once on JAX."""
    (W1, b1, S), (W2, b2, none) = layers
    idle = (0, WIDTHS[-1] - len(b1))
    return [
        Layer(np.pad(W1, (idle, (0, 0))), np.pad(b1, idle), S),
        Layer(np.pad(W2, ((0, 0), idle)), b2, none),
    ]
