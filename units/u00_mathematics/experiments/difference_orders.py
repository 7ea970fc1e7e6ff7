"""The error of a difference quotient falls as h or as h², until rounding takes over (§A.2)."""

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u00_mathematics import central_difference, directional_derivative, forward_difference


def f_numpy(x):
    return np.exp(x[0]) * np.sin(x[1])


def f(x):
    return ops.exp(x[0]) * ops.sin(x[1])


def run(r):
    x, d = np.array([0.3, 0.8]), np.array([0.6, 0.8])
    exact = np.exp(0.3) * (0.6 * np.sin(0.8) + 0.8 * np.cos(0.8))  # ∇f(x)ᵀd by hand
    by_program = directional_derivative(f, *(ops.convert_to_tensor(each, "float32") for each in (x, d)))
    r.metric("error_of_the_program", abs(float(by_program) - exact))

    steps = np.logspace(-12, -0.5, 47)
    _, axes = r.figure("orders", size=(7, 4))
    for quotient, name, order, colour in (
        (forward_difference, "forward", 1, COLOURS["blue"]),
        (central_difference, "central", 2, COLOURS["orange"]),
    ):
        error = np.array([abs(quotient(f_numpy, x, d, h) - exact) for h in steps]) + 1e-17
        axes.loglog(steps, error, ".-", color=colour, label=f"{name}: O(h{'²' if order == 2 else ''})")
        # the slope of the straight part, where rounding is far away
        straight = (steps > 1e-3) & (steps < 1e-1)
        slope = np.polyfit(np.log(steps[straight]), np.log(error[straight]), 1)[0]
        r.metric(f"order_{name}", slope)
        best = steps[np.argmin(error)]
        r.log(f"{name}: order {slope:.2f}; the smallest error {error.min():.1e} is that of h = {best:.0e}")
    axes.loglog(steps, 1e-16 / steps, color=COLOURS["grey"], linestyle="--", label="rounding: 10⁻¹⁶ / h")
    axes.set(title="Error of two difference quotients", xlabel="step h", ylabel="error", ylim=(1e-15, 1))
    axes.legend()
