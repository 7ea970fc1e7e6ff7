"""Two steps that are computed from data and so must not use the held-out part (§2.5)."""

import numpy as np
from keras import ops

import course
from course.validation import features, numbers
from units.u01_machine_learning.column_means import column_means, column_sizes


def standardize(x, reference):
    """Centre and scale columns with the mean and standard deviation of a reference set.

    x̃_j = (x_j − m_j) / s_j,   m_j, s_j from the reference;   s_j = 1 where the reference is constant

    Pass the training set as reference, for the held-out set too: with all data as reference, the
    held-out samples influence their own scale.

    Args:
        x: samples, shape (..., batch, features).
        reference: the samples that m and s are taken from, shape (..., batch, features).

    Returns:
        Shape (..., batch, features). A constant column of the reference becomes 0, and any other value its
        difference from the constant.

    Raises:
        ValueError: if the shapes do not fit or the reference has no sample.

    Example:
        >>> print(ops.convert_to_numpy(standardize([[3.0]], reference=[[0.0], [2.0]])))
        [[2.]]
    """
    x, reference = ops.convert_to_tensor(x, "float32"), ops.convert_to_tensor(reference, "float32")
    if len(reference.shape) < 2 or 0 in reference.shape or x.shape[-1] != reference.shape[-1]:
        raise ValueError(
            "standardize needs x and a reference of shape (..., batch, features) with the same features and at least "
            f"one sample, got {tuple(x.shape)} and {tuple(reference.shape)}."
        )
    return _standardized(x, reference)


@course.fused
def _standardized(x, reference):
    # m_j, the mean of the reference
    m = column_means(reference)
    size = column_sizes(reference - m)
    # s_j / size_j lies between 1/√n and 1, or is 0; squares of very large or small numbers would not fit into float32.
    s = ops.sqrt(ops.mean(ops.square((reference - m) / size), axis=-2, keepdims=True))
    # x̃_j = (x_j − m_j) / s_j
    return (x - m) / size / ops.where(s > 0, s, 1.0)


def screen_features(x, y, k):
    """Find the k features that correlate most with the target.

    ρ_j = ∑_i (x_ij − x̄_j)(y_i − ȳ) / √(∑_i (x_ij − x̄_j)² ∑_i (y_i − ȳ)²);   take the k largest |ρ_j|

    Among thousands of features some correlate by chance. If you screen before you split, the held-out targets
    influence the choice of the features.

    Args:
        x: samples, shape (batch, features).
        y: numeric targets or 0/1 labels, shape (batch,) or (batch, 1).
        k: number of features to keep.

    Returns:
        A NumPy array of k column numbers, the strongest first.

    Raises:
        ValueError: if k is not between 1 and the number of features, or there is not one finite target for each
            sample.

    Example:
        >>> screen_features([[1.0, 0.0], [0.0, 1.0], [0.0, 2.0]], [0.0, 1.0, 2.0], 1).tolist()
        [1]

    References: §2.5; Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, §7.10.2.
    """
    x = ops.convert_to_tensor(features(x), "float32")
    y = ops.convert_to_tensor(numbers(y, rows=x.shape[0]), "float32")
    if not 1 <= k <= x.shape[1]:
        raise ValueError(f"k must be between 1 and {x.shape[1]}, got {k}.")
    order = np.argsort(-np.abs(ops.convert_to_numpy(_correlations(x, y))), kind="stable")
    return order[:k]


@course.fused
def _correlations(x, y):
    # x_ij − x̄_j,   y_i − ȳ
    x, y = x - column_means(x), y - column_means(y, axis=0)
    x, y = x / column_sizes(x), y / column_sizes(y, axis=0)  # ρ is the same, and its squares fit into float32
    size = ops.sqrt(ops.sum(x**2, axis=0) * ops.sum(y**2))
    # ρ_j = ∑_i (x_ij − x̄_j)(y_i − ȳ) / √(∑_i (x_ij − x̄_j)² ∑_i (y_i − ȳ)²)
    return ops.matmul(y, x) / ops.where(size > 0, size, 1.0)
