"""Check of ex07_bias_variance: NumPy's polynomial fit and variances as references."""

import numpy as np

from course.grading import close, part, shape, true


def fits(x, y, x_new, degree):
    return np.stack([np.polynomial.Polynomial.fit(x, row, degree)(x_new) for row in y.astype("float64")])


def inputs(rng, n):
    return ((np.arange(n) + rng.uniform(0.1, 0.9, n)) * 2 / n - 1).astype("float32")


@part("the polynomial fit", points=2, hint="d + 1 columns: 1, x, ..., x^d, the same for x and x_new")
def fit(candidate, rng):
    for degree in (1, 2, 4):
        x, x_new = inputs(rng, 20), inputs(rng, 7)
        y = rng.normal(3, 1, (5, 20)).astype("float32")
        got = candidate.polynomial_predictions(x, y, x_new, degree)
        shape(got, (5, 7), inputs={"x": x, "x_new": x_new, "degree": degree})
        close(got, fits(x, y, x_new, degree), rtol=1e-3, atol=2e-3, inputs={"x": x, "y": y, "degree": degree})


@part("degree 0 predicts every mean", points=1, hint="with degree 0 there is only the column of ones")
def constant(candidate, rng):
    x, x_new, y = inputs(rng, 9), inputs(rng, 4), rng.normal(2, 1, (3, 9)).astype("float32")
    got = candidate.polynomial_predictions(x, y, x_new, 0)
    close(got, np.repeat(y.mean(1, keepdims=True), 4, axis=1), rtol=1e-4, inputs={"x": x, "y": y})


@part(
    "bias² compares the mean fit with f",
    points=2,
    hint="first the mean over the training sets, then the square",
)
def bias(candidate, rng):
    predictions = rng.normal(1, 2, (40, 6)).astype("float32")
    truth = rng.normal(size=6).astype("float32")
    got = candidate.decompose(predictions, truth, 0.3)
    expected = np.mean((truth - predictions.mean(0)) ** 2)
    close(got["bias2"], expected, rtol=1e-4, inputs={"predictions": predictions, "truth": truth})


@part(
    "the variance is around the mean fit",
    points=2,
    hint="both means over the training sets run over axis 0, and divide by their number, not by one less",
)
def variance(candidate, rng):
    predictions = (rng.normal(size=(7, 5)) + 3 * np.arange(5)).astype("float32")
    got = candidate.decompose(predictions, np.zeros(5, "float32"), 0.0)
    close(got["variance"], predictions.var(axis=0).mean(), rtol=1e-4, inputs={"predictions": predictions})


@part(
    "the parts add up to the measured error",
    points=2,
    hint="σ is a standard deviation; divide by n, not n − 1",
)
def adds_up(candidate, rng):
    predictions = rng.normal(size=(6, 8)).astype("float32")
    truth = rng.normal(size=8).astype("float32")
    for sigma in (0.0, 0.5, 2.0):
        shown = {"predictions": predictions, "truth": truth, "noise_std": sigma}
        got = candidate.decompose(predictions, truth, sigma)
        close(got["noise"], sigma**2, inputs=shown, message="the noise")
        close(got["expected_error"], np.mean((predictions - truth) ** 2) + sigma**2, rtol=1e-4, inputs=shown)
        parts = float(got["bias2"]) + float(got["variance"]) + float(got["noise"])
        true(
            abs(parts - float(got["expected_error"])) < 1e-4 * parts,
            "expected_error is the sum of the parts",
            inputs=shown,
        )
