"""Unit circles of three norms, and the inequality of Cauchy and Schwarz on random vectors (§A.1)."""

import math

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u00_mathematics import angle_cosine, inner_product, norm


def run(r):
    t = np.linspace(0, 2 * np.pi, 201).astype("float32")
    circle = np.stack([np.cos(t), np.sin(t)], axis=1)
    _, (left, right) = r.figure("norms", 1, 2, size=(8.5, 3.2))
    for order, name, colour in (
        (1, "r = 1", COLOURS["blue"]),
        (2, "r = 2", COLOURS["orange"]),
        (math.inf, "r = ∞", COLOURS["green"]),
    ):
        # each direction, divided by its norm, lies on the unit circle of that norm
        ball = circle / ops.convert_to_numpy(norm(circle, order))[:, None]
        left.plot(*ball.T, color=colour, label=name)
    left.set(title="All x with norm 1", xlabel="x₁", ylabel="x₂", aspect="equal", xlim=(-1.3, 2.3))
    left.legend(loc="upper right")

    # the cosine ⟨u, v⟩ / (‖u‖ ‖v‖) stays in [−1, 1]; in many dimensions it is close to 0
    rows = []
    for n, colour in ((2, COLOURS["blue"]), (10, COLOURS["orange"]), (100, COLOURS["green"])):
        u, v = r.rng.normal(size=(2, 2000, n)).astype("float32")
        cosine = ops.convert_to_numpy(angle_cosine(u, v))
        right.hist(
            cosine, bins=40, range=(-1, 1), density=True, histtype="step", color=colour, label=f"n = {n}"
        )
        gap = norm(u) * norm(v) - ops.abs(inner_product(u, v))
        triangle = norm(u) + norm(v) - norm(u + v)
        rows.append(
            [n, f"{cosine.std():.3f}", f"{float(ops.min(gap)):.2g}", f"{float(ops.min(triangle)):.2g}"]
        )
    r.table(["n", "standard deviation of cos(u, v)", "smallest ‖u‖‖v‖ − |⟨u, v⟩|", "triangle"], rows)
    right.set(title="Random directions", xlabel="cos(u, v)", ylabel="density")
    right.legend()
    r.metric("smallest_cauchy_schwarz_gap", min(float(row[2]) for row in rows))
    r.metric("cosine_times_root_n", cosine.std() * math.sqrt(n))  # the variance of the cosine is 1/n
    r.log("No pair violates |⟨u, v⟩| ≤ ‖u‖ ‖v‖ or the triangle inequality, up to rounding.")
