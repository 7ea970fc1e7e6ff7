"""The error of a difference quotient against its step: formula on one side, rounding on the other (§4.4)."""

import numpy as np

from course.figures import COLOURS
from units.u03_optimization import (
    best_central_step,
    best_forward_step,
    central_difference,
    complex_step,
    forward_difference,
)

WAYS = {
    "forward": (forward_difference, "blue"),
    "central": (central_difference, "orange"),
    "complex step": (complex_step, "green"),
}


def function(x):
    """C(x) = e^x sin x, with C' = e^x (sin x + cos x), C'' = 2 e^x cos x, C''' = 2 e^x (cos x − sin x)."""
    return np.exp(x) * np.sin(x)


def run(r):
    steps = 10.0 ** np.arange(-16, 0.01, 0.125)
    points = r.rng.uniform(0.2, 0.6, size=r.pick(quick=40, full=400))
    slope = np.exp(points) * (np.sin(points) + np.cos(points))
    errors = {
        name: np.median([np.abs(way(function, points, h) / slope - 1) for h in steps], axis=1)
        for name, (way, _) in WAYS.items()
    }
    fitted = {name: order(steps, error, 1e-3, 1e-1) for name, error in errors.items()}
    best = {name: steps[errors[name].argmin()] for name in ("forward", "central")}
    typical = np.median(points)
    predicted = {
        "forward": best_forward_step(function(typical), 2 * np.exp(typical) * np.cos(typical)),
        "central": best_central_step(
            function(typical), 2 * np.exp(typical) * (np.cos(typical) - np.sin(typical))
        ),
    }

    r.metric("order_forward", fitted["forward"])
    r.metric("order_central", fitted["central"])
    r.metric("order_of_rounding", order(steps, errors["forward"], 1e-14, 1e-10))
    r.metric("least_error_forward", errors["forward"].min())
    r.metric("least_error_central", errors["central"].min())
    r.metric("error_complex_step", errors["complex step"][steps < 1e-8].max())
    r.metric("best_over_predicted_forward", best["forward"] / predicted["forward"])
    r.metric("best_over_predicted_central", best["central"] / predicted["central"])
    rows = [
        [name, f"{fitted[name]:.2f}", f"{steps[e.argmin()]:.0e}", f"{e.min():.0e}"]
        for name, e in errors.items()
    ]
    r.table(["quotient", "order", "best step h", "least error"], rows)

    _, ax = r.figure("steps", size=(7.2, 4.4))
    for name, (_, colour) in WAYS.items():
        ax.loglog(steps, np.maximum(errors[name], 1e-17), ".-", color=COLOURS[colour], label=name)
    for name, h in predicted.items():
        ax.axvline(h, color=COLOURS[WAYS[name][1]], linestyle="--", linewidth=1)
    ax.text(3e-13, 3e-3, "rounding: $ε_{mach}/h$")
    ax.text(2e-6, 3e-4, "formula: $h$", color=COLOURS["blue"])
    ax.text(8e-3, 1e-7, "formula: $h^2$", color=COLOURS["orange"])
    ax.set(
        xlabel="step h (dashed: predicted best)",
        ylabel="relative error, median",
        title="Three quotients for one derivative, float64",
    )
    ax.text(1e-7, 1e-17, "an error of 0 is drawn at $10^{-17}$", color=COLOURS["green"], va="center")
    ax.legend(loc="center left")


def order(steps, errors, low, high):
    """The slope of the error in the picture between two steps."""
    chosen = (steps >= low) & (steps <= high)
    return np.polyfit(np.log(steps[chosen]), np.log(np.maximum(errors[chosen], 1e-300)), 1)[0]
