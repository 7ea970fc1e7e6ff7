"""Newton's method for one number: each step goes to the minimum of a parabola, and the error is squared (§4.6)."""

import numpy as np
from keras import ops

from course.figures import COLOURS
from course.figures.optimizer_colours import style
from units.u03_optimization.newton import newton_one_dimension

START, STEPS = 2.5, 6


def quartic(x):
    """C(x) = x⁴/4 − x, with its minimum at 1."""
    return ops.sum(x**4 / 4 - x)


def root(x):
    """C(x) = √(1 + x²), where Newton's step leads from x to −x³."""
    return ops.sum(ops.sqrt(1 + x**2))


def run(r):
    rows = newton_one_dimension(quartic, START, STEPS)
    error = np.abs(rows[:, 0] - 1)
    # e⁺ ≈ C'''/(2 C'') e² with C'''(1)/(2 C''(1)) = 1
    ratio = error[1:] / np.maximum(error[:-1], 1e-12) ** 2
    descent, alpha = [START], 0.1
    for _ in range(40):
        descent.append(descent[-1] - alpha * (descent[-1] ** 3 - 1))
    slow = np.abs(np.array(descent) - 1)
    inside, outside = (newton_one_dimension(root, x, 3)[:, 0] for x in (0.7, 1.1))

    r.metric("error_after_5_steps", error[5])
    r.metric("error_over_square_of_the_last", ratio[4])
    r.metric("gradient_descent_steps", int(np.argmax(slow < 1e-5)))
    r.metric("cube_law_inside", abs(inside[3] / 0.7**27))
    r.metric("cube_law_outside", abs(outside[3] / 1.1**27))
    r.table(
        ["step", "x", "error", "error / (last error)²"],
        [
            [t, f"{x:.7f}", f"{e:.1e}", f"{ratio[t - 1]:.3f}" if t else ""]
            for t, (x, e) in enumerate(zip(rows[:, 0], error, strict=True))
            if e > 1e-6
        ],
    )

    _, axes = r.figure("newton", 1, 3, size=(11.8, 3.6))
    x = np.linspace(0.2, 2.7, 200)
    axes[0].plot(x, x**4 / 4 - x, color=COLOURS["black"], label="$C(x) = x^4/4 - x$")
    for t, colour in enumerate(("blue", "orange", "green")):
        a, value, slope, curvature = rows[t]
        u = x[(x > rows[t + 1, 0] - 0.4) & (x < a + 0.1)]
        q = value + slope * (u - a) + curvature * (u - a) ** 2 / 2
        axes[0].plot(u, q, "--", color=COLOURS[colour], label=f"parabola at $x^{{({t})}}$")
        axes[0].plot(a, value, "o", color=COLOURS[colour])
        bottom = value - slope**2 / (2 * curvature)
        axes[0].plot([rows[t + 1, 0]] * 2, [bottom, rows[t + 1, 1]], ":", color=COLOURS[colour])
    axes[0].set(xlabel="x", ylabel="loss", title="Steps to the minimum of a parabola", ylim=(-2.2, 7.5))
    axes[0].legend(loc="upper left")
    seen = error > 1e-7
    axes[1].semilogy(
        np.arange(STEPS + 1)[seen], error[seen], "o-", color=style("Newton")["color"], label="Newton"
    )
    axes[1].semilogy(slow, label="gradient descent", **style("gradient descent"))
    axes[1].set(xlabel="step", ylabel="|x − 1|", title="The number of digits doubles", ylim=(1e-7, 3))
    axes[1].legend()
    x = np.linspace(-3.2, 3.2, 200)
    axes[2].plot(x, np.sqrt(1 + x**2), color=COLOURS["black"], label=r"$C(x) = \sqrt{1 + x^2}$")
    for points, colour in ((inside, "blue"), (outside, "red")):
        label = f"from {points[0]:.1f}: " + ("to the minimum" if abs(points[0]) < 1 else "away")
        shown = points[np.abs(points) < 3.2]
        axes[2].plot(shown, np.sqrt(1 + shown**2), "o-", linewidth=1, color=COLOURS[colour], label=label)
    axes[2].set(xlabel="x", ylabel="loss", title="Far away: x becomes −x³", ylim=(0.9, 4.2))
    axes[2].legend()
