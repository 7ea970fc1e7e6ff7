"""Verification: is it the same person? Pairs of images, batches of identities, and the equal error rate (§6.6)."""

import numpy as np

from course.validation import group_labels


def split_by_identity(y, share, rng):
    """Divide the images so that no identity is in both parts.

    Args:
        y: the identities, shape (batch,).
        share: of the identities in the second part.
        rng: a ``numpy.random.Generator``.

    Returns:
        Two index arrays: images to train on, and images to test on.

    Raises:
        ValueError: a part would have fewer than two identities.
    """
    y = group_labels(y)
    identities = rng.permutation(np.unique(y))
    number = round(share * len(identities))
    if min(number, len(identities) - number) < 2:
        raise ValueError(
            f"A share of {share!r} of {len(identities)} identities leaves a part with fewer than two."
        )
    held_out = np.isin(y, identities[:number])
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def random_pairs(y, number, rng):
    """Draw pairs of images, as many of one identity as of two.

    Args:
        y: the identities, shape (batch,).
        number: of pairs.
        rng: a ``numpy.random.Generator``.

    Returns:
        ``(first, second, same)``: two index arrays, and 1 for pairs of one identity, 0 for the others, (number,) each.
        The two images of a pair are different. A pair may be drawn twice.

    Raises:
        ValueError: there is only one identity, or none with two images.
    """
    y = group_labels(y)
    _, y, counts = np.unique(y, return_inverse=True, return_counts=True)
    images = np.argsort(y, kind="stable")  # grouped by identity
    start = np.cumsum(counts) - counts
    several = np.flatnonzero(counts >= 2)
    if len(counts) < 2 or len(several) == 0:
        raise ValueError("Pairs need at least two identities, and one of them with two images.")
    same = rng.permutation(np.arange(number) % 2)
    person = np.where(same == 1, rng.choice(several, number), rng.integers(len(counts), size=number))
    place = rng.integers(counts[person])
    first = images[start[person] + place]
    # one of the other images of this person: a step of 1, …, count − 1 around the circle
    step = rng.integers(1, np.maximum(counts[person], 2))
    partner = images[start[person] + (place + step) % counts[person]]
    # an image of one of the other persons
    others = rng.integers(len(counts) - 1, size=number)
    others += others >= person
    stranger = images[start[others] + rng.integers(counts[others])]
    return first, np.where(same == 1, partner, stranger), same


def identity_batches(y, identities, images, batches, rng):
    """Draw batches with several images of each of several identities.

    Args:
        y: the identities, shape (batch,).
        identities: number of identities in a batch.
        images: number of images of each identity in a batch.
        batches: number of batches.
        rng: a ``numpy.random.Generator``.

    Returns:
        An index array (batches · identities · images,), one batch after the other. The identities of a batch are all
        different, and no image occurs in it twice.

    Raises:
        ValueError: there are not so many identities with so many images.
    """
    y = group_labels(y)
    names, counts = np.unique(y, return_counts=True)
    groups = [np.flatnonzero(y == name) for name in names[counts >= images]]
    if len(groups) < identities or images < 2 or identities < 2:
        raise ValueError(
            f"A batch of {identities} identities with {images} images each needs at least two of both; here "
            f"{len(groups)} identities have that many images."
        )
    chosen = [
        rng.choice(groups[k], images, replace=False)
        for _ in range(batches)
        for k in rng.choice(len(groups), identities, replace=False)
    ]
    return np.concatenate(chosen) if chosen else np.empty(0, int)


def equal_error_rate(curve):
    """The error rate at the threshold where both kinds of errors are equally frequent.

    FPR(τ) = 1 − TPR(τ)

    Args:
        curve: a ``Roc`` of unit 1; between its points it is a straight line.

    Returns:
        A number in [0, 1]; ½ is guessing.
    """
    miss = 1 - curve.true_positive
    gap = curve.false_positive - miss  # rises from −1 to 1
    after = int(np.argmax(gap >= 0))
    before = after - 1
    # the zero of the straight line between the two points
    share = -gap[before] / (gap[after] - gap[before])
    return float(curve.false_positive[before] + share * np.diff(curve.false_positive)[before])
