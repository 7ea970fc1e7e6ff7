"""The perceptron makes at most (R/γ)² mistakes (Novikoff), and some data reach this bound."""

import numpy as np

from course.figures import COLOURS
from units.u02_logistic_softmax import Perceptron, margin, mistake_bound, radius

FEATURES, SAMPLES = 10, 80
GAMMAS = (0.2, 0.1, 0.05, 0.025)


def run(r):
    teacher = unit_vector(r.rng)
    measured = []
    for gamma in GAMMAS:
        for _ in range(r.pick(quick=10, full=50)):
            x, y = separable(r.rng, teacher, gamma)
            model = Perceptron().fit(x, y)
            measured.append((mistake_bound(x, y, teacher), model.mistakes, model.converged))
    bound, mistakes, converged = np.array(measured).T

    # The worst case: d orthogonal unit vectors. R = 1, γ = 1/√d, and every sample is a mistake once.
    sizes = np.array([2, 8, 32, 128])
    worst = [Perceptron().fit(np.eye(d), np.where(np.arange(d) % 2, -1, 1)).mistakes for d in sizes]

    x, y = separable(r.rng, teacher, GAMMAS[2])
    model = Perceptron().fit(x, y)
    k = np.arange(model.mistakes + 1)
    gamma, R = float(margin(x, y, teacher)), float(radius(x))
    progress, length = model.path @ teacher, np.linalg.norm(model.path, axis=1)

    r.metric("share_converged", converged.mean())
    r.metric("largest_share_of_bound", (mistakes / bound).max())
    r.metric("share_of_bound_orthogonal", (np.array(worst) / sizes).mean())
    r.metric("least_slack_of_proof", min((progress - k * gamma).min(), (np.sqrt(k) * R - length).min()))
    rows = [
        [g, f"{b.mean():.0f}", f"{m.mean():.1f}", f"{(m / b).max():.3f}"]
        for g, b, m in zip(GAMMAS, np.split(bound, len(GAMMAS)), np.split(mistakes, len(GAMMAS)), strict=True)
    ]
    r.table(["margin γ ≥", "bound (R/γ)²", "mistakes (mean)", "largest mistakes / bound"], rows)

    _, ax = r.figure("mistakes", size=(6.4, 4.4))
    span = np.array([1.5, bound.max() * 1.5])
    ax.loglog(span, span, color=COLOURS["black"], label="Novikoff's bound")
    ax.loglog(bound, mistakes, "o", color=COLOURS["blue"], label=f"random data, {FEATURES} features")
    ax.loglog(sizes, worst, "s", color=COLOURS["red"], markersize=7, label="orthogonal samples")
    ax.set(xlabel="bound (R/γ)²", ylabel="mistakes until all are right")
    ax.set_title("Mistakes of the perceptron against their bound")
    ax.legend()

    _, ax = r.figure("proof", size=(6.4, 4.4))
    ax.plot(k, np.sqrt(k) * R, color=COLOURS["red"], label="√k R, upper bound")
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.plot(k, length, color=COLOURS["orange"], label="‖w‖ after k mistakes")
    ax.plot(k, progress, color=COLOURS["blue"], label="w*ᵀw after k mistakes")
    ax.plot(k, k * gamma, color=COLOURS["green"], label="k γ, lower bound")
    ax.set(xlabel="mistakes k", ylabel="length", title="The proof: k γ ≤ w*ᵀw ≤ ‖w‖ ≤ √k R")
    ax.legend()


def unit_vector(rng):
    w = rng.normal(size=FEATURES)
    return (w / np.linalg.norm(w)).astype("float32")


def separable(rng, teacher, gamma):
    """Points in the unit ball at a distance of at least γ from the teacher's hyperplane."""
    x = rng.normal(size=(20 * SAMPLES, FEATURES))
    x *= rng.uniform(0.3, 1, size=(len(x), 1)) / np.linalg.norm(x, axis=1, keepdims=True)
    distance = x @ teacher
    x = x[np.abs(distance) >= gamma][:SAMPLES].astype("float32")
    return x, np.sign(x @ teacher).astype("int32")
