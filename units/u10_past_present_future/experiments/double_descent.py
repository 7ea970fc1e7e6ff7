"""Double descent by width, by samples and by training time: linear models beside their formulas (§2.5, ☆)."""

import numpy as np

from course.figures import COLOURS
from units.u10_past_present_future.double_descent import (
    expected_error,
    gradient_flow,
    minimum_norm,
    new_sample_error,
    ridge,
)

FEATURES, SAMPLES, NOISE = 40, 40, 0.25
ALL = (
    120  # features of the truth, where the width of the model varies; all have the same weight, and ‖θ‖ is 1
)


def run(r):
    draws = r.pick(quick=60, full=1000)
    widths, samples = by_width(r, draws), by_samples(r, draws)
    times = by_time(r, draws)
    for name, (sizes, measured, theory, _) in (("width", widths), ("samples", samples)):
        far = np.abs(sizes - 40) >= 10  # near the peak a mean of few draws says little
        r.metric(f"largest_gap_{name}", np.max(np.abs(measured / theory - 1)[far]))
        r.metric(f"peak_{name}", sizes[measured.argmax()])
    at = dict(zip(samples[0], samples[1], strict=True))
    r.metric("error_35_over_20_samples", at[35] / at[20])
    # a ridge penalty that knows the noise: more samples never hurt
    r.metric("ridge_rises", np.max(np.diff(samples[3])))
    t, error, _ = times
    top = error[8:-8].argmax() + 8
    first, second = error[:top].min(), error[top:].min()
    r.metric("time_peak_over_first_minimum", error[top] / first)
    r.metric("time_second_over_first_minimum", second / first)
    r.log(f"time: minimum {first:.2f}, peak {error[top]:.2f} at t = {t[top]:.0f}, then {second:.2f}")
    draw(r, widths, samples, times)


def problem(r, draws, n, theta, scales=1.0, noise=NOISE):
    """X of shape (draws, n, features), and y with noise."""
    X = r.rng.normal(size=(draws, n, len(theta))) * scales
    return X, X @ theta + np.sqrt(noise) * r.rng.normal(size=(draws, n))


def by_width(r, draws):
    """A model that sees the first p of all features: p, measured and expected error, none with a penalty."""
    sizes = np.array([5, 10, 20, 30, 35, 38, 40, 42, 45, 50, 60, 80, 120])
    theta, measured = np.full(ALL, ALL**-0.5), []
    X, y = problem(r, draws, SAMPLES, theta)
    for p in sizes:
        fit = np.zeros((draws, ALL))
        fit[:, :p] = minimum_norm(X[..., :p], y)
        measured.append(new_sample_error(fit, theta, 1.0, NOISE).mean())
    return (
        sizes,
        np.array(measured),
        expected_error(SAMPLES, sizes, sizes / ALL, NOISE + 1 - sizes / ALL),
        None,
    )


def by_samples(r, draws):
    """A model with all features and n samples: n, measured and expected error, and that of ridge regression."""
    sizes = np.array([5, 10, 20, 30, 35, 38, 40, 42, 45, 50, 60, 80, 120])
    theta, measured, penalized = np.full(FEATURES, FEATURES**-0.5), [], []
    X, y = problem(r, draws, sizes[-1], theta)
    for n in sizes:
        # λ = p σ² / ‖θ‖²: the posterior mean, if θ is normal
        fits = minimum_norm(X[:, :n], y[:, :n]), ridge(X[:, :n], y[:, :n], FEATURES * NOISE)
        for fit, errors in zip(fits, (measured, penalized), strict=True):
            errors.append(new_sample_error(fit, theta, 1.0, NOISE).mean())
    return sizes, np.array(measured), expected_error(sizes, FEATURES, 1.0, NOISE), np.array(penalized)


def by_time(r, draws):
    """Features of two sizes: the large ones are learned, and overfitted, before the small ones are learned."""
    scales = np.repeat([1.0, 0.05], [60, 20])
    theta = np.repeat([60**-0.5, 20**-0.5 / 0.05], [60, 20])  # each group has the signal 1
    X, y = problem(r, min(draws, 100), 100, theta, scales, 0.25)
    t = np.geomspace(0.1, 1e5, 49)
    fits = gradient_flow(X, y, t)
    training = np.mean((np.einsum("dnf,dtf->dtn", X, fits) - y[:, None]) ** 2, axis=(0, 2))
    return t, new_sample_error(fits, theta, scales, 0.25).mean(axis=0), training


def draw(r, widths, samples, times):
    """The three curves, the first two with their formulas."""
    _, (left, middle, right) = r.figure("three_ways", 1, 3, size=(12, 4.2))
    fine = np.arange(5, 121)
    for ax, (sizes, measured, _, penalized), theory, label in (
        (
            left,
            widths,
            expected_error(SAMPLES, fine, fine / ALL, NOISE + 1 - fine / ALL),
            "features p, n = 40",
        ),
        (middle, samples, expected_error(fine, FEATURES, 1.0, NOISE), "samples n, p = 40"),
    ):
        ax.plot(fine, theory, color=COLOURS["grey"], label="formula")
        ax.plot(sizes, measured, "o", color=COLOURS["red"], label="smallest norm")
        if penalized is not None:
            ax.plot(sizes, penalized, "s-", color=COLOURS["blue"], label="ridge")
        ax.set(xlabel=label, yscale="log", ylim=(0.2, 60))
        ax.legend()
    left.set(title="By width", ylabel="squared error on new samples")
    middle.set(title="By samples")
    t, error, training = times
    right.loglog(t, error, color=COLOURS["red"], label="new samples")
    right.loglog(t, training, "--", color=COLOURS["orange"], label="training")
    right.set(title="By training time", xlabel="time t = learning rate · steps", ylabel="squared error")
    right.legend()
