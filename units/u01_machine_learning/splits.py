"""Train, dev and test sets: fit on the first, choose on the second, use the third once (§2.5)."""

import numpy as np

from course.validation import group_labels


def train_dev_test(n, dev=0.2, test=0.2, rng=None, y=None):
    """Draw three disjoint sets of indices that cover all n samples.

    {1, ..., n} = train ∪ dev ∪ test,   |dev| = round(n · dev),   |test| = round(n · test)

    With labels the draw is stratified: the sizes above hold within each class.

    Args:
        n: number of samples.
        dev: share of the dev (validation) set; 0 for none.
        test: share of the test set; 0 for none.
        rng: a NumPy generator; ``None`` keeps the order (train first, test last), as one must for time
            series.
        y: optional labels, shape (batch,).

    Returns:
        Three sorted index arrays ``(train, dev, test)``.

    Raises:
        ValueError: if the shares are negative or leave no training sample, y has another length, or a label is
            missing (NaN): its sample would be in none of the sets.

    Example:
        >>> [part.tolist() for part in train_dev_test(5, dev=0.2, test=0.4)]
        [[0, 1], [2], [3, 4]]
    """
    if not (dev >= 0 and test >= 0 and dev + test < 1):
        raise ValueError(f"dev and test are shares with dev + test < 1, got {dev} and {test}.")
    y = None if y is None else group_labels(y, rows=n)
    order = np.arange(n) if rng is None else rng.permutation(n)
    groups = [order] if y is None else [order[y[order] == c] for c in np.unique(y)]
    parts = ([], [], [])
    for group in groups:
        n_dev, n_test = round(len(group) * dev), round(len(group) * test)
        n_train = len(group) - n_dev - n_test
        for part, piece in zip(parts, np.split(group, [n_train, n_train + n_dev]), strict=True):
            part.append(piece)
    train, dev_set, test_set = (np.sort(np.concatenate(part)) for part in parts)
    if len(train) == 0:
        raise ValueError(f"No training sample is left of {n}: ask for smaller dev and test sets.")
    return train, dev_set, test_set
