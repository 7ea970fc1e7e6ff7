"""The least cross-entropy is the maximum likelihood: the error of the estimate falls as 1/√n (§3.2)."""

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u02_logistic_softmax import binary_cross_entropy, newton_logistic

W, B = np.array([1.5, -1.0]), 0.5


def run(r):
    sizes = np.array([200, 800, 3200])
    repeats = r.pick(quick=40, full=400)
    errors, reported, covered = [], [], []
    for n in sizes:
        fits = [newton_logistic(*draw(r.rng, n)) for _ in range(repeats)]
        off, se = np.array([fit.w - W for fit in fits]), np.array([fit.standard_errors for fit in fits])
        errors.append(np.sqrt(np.mean(off**2)))
        reported.append(np.sqrt(np.mean(se**2)))
        covered.append(np.mean(np.abs(off) <= 1.96 * se))
    slope = np.polyfit(np.log(sizes), np.log(errors), 1)[0]

    r.metric("rate", slope)
    r.metric("error_over_standard_error", errors[-1] / reported[-1])
    r.metric("coverage_of_95_percent", np.mean(covered))
    rows = zip(sizes, errors, reported, covered, strict=True)
    r.table(
        ["n", "RMS error of w", "reported standard error", "true w in the 95% interval"],
        [[int(n), f"{e:.3f}", f"{s:.3f}", f"{c:.1%}"] for n, e, s, c in rows],
    )

    _, (left, right) = r.figure("likelihood", 1, 2, size=(10, 4))
    x, y = draw(r.rng, 400)
    w1 = np.linspace(0.5, 2.5, 201)
    for n, colour in zip((25, 100, 400), ("sky", "orange", "blue"), strict=True):
        z = (w1[:, None] * x[:n, 0] + W[1] * x[:n, 1] + B).astype("float32")
        cost = ops.convert_to_numpy(ops.sum(binary_cross_entropy(np.broadcast_to(y[:n], z.shape), z), axis=1))
        left.plot(w1, np.exp(cost.min() - cost), color=COLOURS[colour], label=f"n = {n}")
    left.axvline(W[0], color=COLOURS["grey"], linestyle="--", linewidth=1, label="true w₁")
    left.set(xlabel="w₁ (the others at their true values)", ylabel="likelihood / its maximum")
    left.set_title("Likelihood exp(−n C(θ)) from n samples")
    left.legend()
    right.loglog(sizes, errors, "o", color=COLOURS["blue"], label="measured RMS error")
    right.loglog(sizes, reported, color=COLOURS["orange"], label="standard error from the Hessian")
    right.set(
        xlabel="samples n",
        ylabel="error of a weight",
        title=f"Measured: the error falls as $n^{{{slope:.2f}}}$",
    )
    right.set_xticks(sizes, sizes)
    right.minorticks_off()
    right.set_yticks([0.05, 0.1, 0.2], ["0.05", "0.1", "0.2"])
    right.legend()


def draw(rng, n):
    """n samples of the model itself: x Gaussian, y = 1 with probability σ_Sig(wᵀx + b)."""
    x = rng.normal(size=(n, 2))
    return x, (rng.uniform(size=n) < 1 / (1 + np.exp(-(x @ W + B)))).astype("int32")
