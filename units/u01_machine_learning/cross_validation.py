"""K-fold cross-validation: every sample is held out exactly once (§2.5)."""

from collections import namedtuple

import numpy as np

from course.validation import features, group_labels

Choice = namedtuple("Choice", "best simplest means errors")


def folds_of(assignment, K):
    """Turn fold numbers into K pairs of (train, dev) indices.

    dev_k = {i : a_i = k},  train_k = {i : a_i ≠ k},  k = 0, ..., K − 1

    Args:
        assignment: a, the fold number of every sample, shape (batch,).
        K: number of folds.
    """
    a = np.asarray(assignment)
    return [(np.flatnonzero(a != k), np.flatnonzero(a == k)) for k in range(K)]


def kfold(n, K, rng=None):
    """Split n samples into K folds whose sizes differ by at most one.

    {1, ..., n} = dev_1 ∪ ... ∪ dev_K, disjoint,  |dev_k| ∈ {⌊n/K⌋, ⌈n/K⌉}

    Args:
        n: number of samples.
        K: number of folds, 2 <= K <= n; K = n is leave-one-out.
        rng: a NumPy generator that shuffles first; ``None`` keeps the order (then the folds are consecutive
            blocks, which is wrong for data sorted by class).

    Returns:
        A list of K pairs ``(train, dev)`` of sorted index arrays.

    Raises:
        ValueError: if K is not between 2 and n.

    Example:
        >>> [dev.tolist() for train, dev in kfold(5, 2)]
        [[0, 1, 2], [3, 4]]
    """
    _check(n, K)
    # The first n mod K folds take one sample more.
    sizes = np.full(K, n // K) + (np.arange(K) < n % K)
    assignment = np.repeat(np.arange(K), sizes)
    if rng is not None:
        assignment = rng.permutation(assignment)
    return folds_of(assignment, K)


def stratified_kfold(y, K, rng=None):
    """Split so that every fold has nearly the class proportions of the whole.

    |#{i ∈ dev_k : y_i = c} − n_c / K| < 1 for every class c and fold k

    The samples are sorted by class; then each goes to the next fold in turn.

    Args:
        y: labels, shape (batch,).
        K: number of folds, at most the size of the smallest class.
        rng: a NumPy generator that shuffles within the classes; ``None`` keeps the order.

    Returns:
        A list of K pairs ``(train, dev)`` of sorted index arrays.

    Raises:
        ValueError: if K is below 2, some class has fewer than K samples, or a label is missing (NaN).

    Example:
        >>> [dev.tolist() for train, dev in stratified_kfold([0, 0, 0, 0, 1, 1], 2)]
        [[0, 2, 4], [1, 3, 5]]
    """
    y = group_labels(y)
    _check(len(y), K)
    classes, counts = np.unique(y, return_counts=True)
    if counts.min() < K:
        raise ValueError(
            f"Class {classes[counts.argmin()]} has {counts.min()} samples, fewer than K={K}: "
            "use fewer folds or kfold."
        )
    order = np.arange(len(y)) if rng is None else rng.permutation(len(y))
    by_class = order[np.argsort(y[order], kind="stable")]
    assignment = np.empty(len(y), int)
    assignment[by_class] = np.arange(len(y)) % K
    return folds_of(assignment, K)


def cross_validate(fit_and_score, folds):
    """Score a learner once on every held-out fold.

    CV = (1/K) ∑_k score(model trained on train_k, dev_k)

    Everything that learns from data (scaling, feature selection, fitting) belongs inside ``fit_and_score``,
    so that it sees the training indices only.

    Args:
        fit_and_score: a function ``(train, dev) -> number`` of two index arrays.
        folds: pairs ``(train, dev)``, as made by ``kfold`` or ``stratified_kfold``.

    Returns:
        The K scores, shape (K,); their mean is the cross-validation estimate.

    Example:
        >>> y = np.array([1.0, 2.0, 3.0, 4.0])
        >>> mean_predictor = lambda train, dev: float(np.mean((y[dev] - y[train].mean()) ** 2))
        >>> cross_validate(mean_predictor, kfold(4, 2))
        array([4.25, 4.25])
    """
    return np.array([float(fit_and_score(train, dev)) for train, dev in folds])


def choose(candidates, losses):
    """Choose a hyper-parameter from its cross-validation losses.

    C̄_j = (1/K) ∑_k C_jk,   se_j = std_k(C_jk) / √K,   best = argmin_j C̄_j,
    simplest = min {j : C̄_j ≤ C̄_best + se_best}   (the one-standard-error rule)

    The se_j treat the folds as independent, which they are not quite: use them as a rough scale, not as a test.

    Args:
        candidates: J hyper-parameters, from the simplest model to the most flexible.
        losses: C_jk of candidate j on fold k, shape (J, K); lower is better.

    Returns:
        ``Choice(best, simplest, means, errors)``: two of the candidates, and the C̄_j and se_j.

    Raises:
        ValueError: if the shapes do not agree, there are fewer than two folds, or a loss is NaN or infinite: then it
            is not known which model is best.

    Example:
        >>> choose([1, 2, 3], [[4.0, 6.0], [2.0, 4.0], [2.1, 3.7]])[:2]
        (3, 2)

    References: §2.5; the rule is in Breiman et al., Classification and Regression Trees, 1984.
    """
    losses = features(losses, name="losses", axes="(candidates, folds)").astype("float64")
    if len(losses) != len(candidates) or losses.shape[1] < 2:
        raise ValueError(f"losses must have shape ({len(candidates)}, K >= 2), got {losses.shape}.")
    # C̄_j = (1/K) ∑_k C_jk
    means = losses.mean(1)
    # se_j = std_k(C_jk) / √K
    errors = losses.std(1, ddof=1) / np.sqrt(losses.shape[1])
    # best = argmin_j C̄_j
    best = int(means.argmin())
    # simplest = min {j : C̄_j ≤ C̄_best + se_best}
    simplest = int(np.flatnonzero(means <= means[best] + errors[best])[0])
    return Choice(candidates[best], candidates[simplest], means, errors)


def _check(n, K):
    if not 2 <= K <= n:
        raise ValueError(f"K-fold cross-validation needs 2 <= K <= n, got K={K} and n={n}.")
