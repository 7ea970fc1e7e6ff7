"""Is a probability of 80% right in 80% of the cases? Bins, the Brier score and its three parts (§8.5)."""

import numpy as np
from keras import ops

from course.validation import binary_labels, class_labels, numbers, scores
from units.u06_tricks_of_the_trade.calibration import class_probabilities


def labels_and_scores(y, s, name="p_hat"):
    """Class numbers int64 (batch,), and one number for each class float64 (batch, classes), after a look at both.

    Raises:
        ValueError: another shape or length, NaN, or a label that is not the number of a class.
    """
    s = np.asarray(scores(s, name=name), "float64")
    return ops.convert_to_numpy(class_labels(y, s.shape[1], (len(s),))).astype("int64"), s


def reliability_table(y, p_hat, bins=10, equal="width"):
    """Confidence and accuracy in bins of the confidence, what a reliability diagram shows.

    Args:
        y: class numbers, shape (batch,).
        p_hat: p̂, predicted probabilities, shape (batch, classes).
        bins: how many.
        equal: "width" for bins of equal width in [0, 1]; "count" for bins with equally many samples, whose means are
            equally certain.

    Returns:
        One row for each bin that is not empty: number of samples n_b, mean confidence, accuracy; shape (bins, 3).

    Raises:
        ValueError: ``equal`` is something else, p_hat holds no probabilities, or bins is no whole number above 0.
    """
    y, p_hat = labels_and_scores(y, p_hat)
    p_hat = class_probabilities(p_hat)
    if bins < 1 or bins != int(bins):
        raise ValueError(f"There must be at least one bin, and a whole number of them, not {bins}.")
    confidence, right = p_hat.max(axis=1), p_hat.argmax(axis=1) == y
    if equal == "width":
        of_bin = np.minimum((confidence * bins).astype(int), bins - 1)
    elif equal == "count":
        of_bin = np.empty(len(y), "int64")
        of_bin[np.argsort(confidence, kind="stable")] = np.arange(len(y)) * bins // len(y)
    else:
        raise ValueError(f'equal is "width" or "count", not {equal!r}.')
    return np.array(
        [
            (np.sum(of_bin == b), confidence[of_bin == b].mean(), right[of_bin == b].mean())
            for b in np.unique(of_bin)
        ]
    )


def expected_calibration_error(y, p_hat, bins=10, equal="width"):
    """ECE = ∑_b (n_b / n) |accuracy_b − confidence_b|.

    It is 0 for a model that is always as often right as it says. It depends on the bins, and it is above 0 even for a
    perfect model, because the accuracy of a bin is measured on n_b samples.

    Args:
        y, p_hat, bins, equal: see ``reliability_table``.

    References: Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks" (2017).
    """
    n_b, confidence, accuracy = reliability_table(y, p_hat, bins, equal).T
    # ∑_b (n_b / n) |accuracy_b − confidence_b|
    return float(np.sum(n_b * np.abs(accuracy - confidence)) / n_b.sum())


def brier_score(y, p_hat):
    """The mean squared distance to the true class: B = (1/n) ∑_i ∑_k (p̂_{ik} − 1[y_i = k])².

    It is smallest in expectation for the true probabilities, as the cross-entropy is, and it stays finite.

    Args:
        y: class numbers, shape (batch,).
        p_hat: p̂, shape (batch, classes).

    Raises:
        ValueError: p_hat holds no probabilities.
    """
    y, p_hat = labels_and_scores(y, p_hat)
    p_hat = class_probabilities(p_hat)
    # B = (1/n) ∑_i ∑_k (p̂_{ik} − 1[y_i = k])²
    return float(np.mean(np.sum((p_hat - np.eye(p_hat.shape[1])[y]) ** 2, axis=1)))


def brier_parts(y, p):
    """The Brier score of a binary forecast in three parts.

    (1/n) ∑_i (p_i − y_i)² = reliability − resolution + uncertainty
    reliability = (1/n) ∑_v n_v (v − ȳ_v)²,   resolution = (1/n) ∑_v n_v (ȳ_v − ȳ)²,   uncertainty = ȳ (1 − ȳ)

    v goes over the different values of p, n_v of them with the mean label ȳ_v. Calibration makes the first part small;
    knowing something makes the second one large; the third one belongs to the data.

    Args:
        y: labels 0 and 1, shape (batch,).
        p: predicted probabilities of 1, shape (batch,).

    Returns:
        ``(reliability, resolution, uncertainty)``.

    References: Murphy, "A new vector partition of the probability score" (1973).
    """
    p = np.asarray(numbers(p, name="p"), "float64")
    if p.min() < 0 or p.max() > 1:
        raise ValueError("p must hold probabilities, from 0 to 1.")
    y = np.asarray(binary_labels(y, len(p)), "float64")
    values, of_value, n_v = np.unique(p, return_inverse=True, return_counts=True)
    mean_v = np.bincount(of_value, weights=y) / n_v
    reliability = np.sum(n_v * (values - mean_v) ** 2) / len(y)
    resolution = np.sum(n_v * (mean_v - y.mean()) ** 2) / len(y)
    return float(reliability), float(resolution), float(y.mean() * (1 - y.mean()))
