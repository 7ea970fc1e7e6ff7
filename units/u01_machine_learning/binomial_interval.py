"""How far a test accuracy may lie from the truth: binomial confidence intervals (§2.2)."""

import math

from scipy import stats


def wald_interval(correct, n, level=0.95):
    """The textbook interval, from the normal approximation at p̂.

    p̂ ± z √(p̂ (1 − p̂) / n),   p̂ = correct / n,   z the (1 + level) / 2 quantile of N(0, 1)

    Simple and too narrow for small n or p̂ near 0 or 1, where it can shrink to a point.

    Args:
        correct: number of correct predictions.
        n: number of test samples.
        level: wanted coverage, such as 0.95.

    Returns:
        ``(low, high)``.

    Raises:
        ValueError: if the counts or the level make no sense.

    Example:
        >>> [round(end, 4) for end in wald_interval(9_200, 10_000)]
        [0.9147, 0.9253]
    """
    p, z = _check(correct, n, level)
    # z √(p̂ (1 − p̂) / n)
    half = z * math.sqrt(p * (1 - p) / n)
    return p - half, p + half


def wilson_interval(correct, n, level=0.95):
    """All p that a two-sided normal test would not reject: good for every n and p̂.

    { p : |p̂ − p| ≤ z √(p (1 − p) / n) } = (p̂ + z²/2n ± z √(p̂ (1 − p̂)/n + z²/4n²)) / (1 + z²/n)

    Args:
        correct: number of correct predictions.
        n: number of test samples.
        level: wanted coverage.

    Returns:
        ``(low, high)`` within [0, 1].

    Raises:
        ValueError: if the counts or the level make no sense.

    Example:
        >>> [round(end, 4) for end in wilson_interval(10, 10)]
        [0.7225, 1.0]

    References: Brown, Cai and DasGupta, Interval estimation for a binomial proportion, 2001.
    """
    p, z = _check(correct, n, level)
    # p̂ + z²/2n,   z √(p̂ (1 − p̂)/n + z²/4n²)
    centre, half = p + z**2 / (2 * n), z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    # (centre ± half) / (1 + z²/n)
    low, high = (centre - half) / (1 + z**2 / n), (centre + half) / (1 + z**2 / n)
    return max(low, 0.0), min(high, 1.0)


def exact_interval(correct, n, level=0.95):
    """Clopper and Pearson's interval from the binomial distribution itself: never too narrow, often too wide.

    P(Bin(n, low) ≥ correct) = (1 − level)/2,   P(Bin(n, high) ≤ correct) = (1 − level)/2

    Args:
        correct: number of correct predictions.
        n: number of test samples.
        level: wanted coverage.

    Returns:
        ``(low, high)`` within [0, 1].

    Raises:
        ValueError: if the counts or the level make no sense.

    Example:
        >>> [round(end, 4) for end in exact_interval(10, 10)]
        [0.6915, 1.0]
    """
    _check(correct, n, level)
    tail = (1 - level) / 2
    # P(Bin(n, p) ≥ k) = P(Beta(k, n − k + 1) ≤ p): the ends are quantiles of beta distributions
    low = 0.0 if correct == 0 else float(stats.beta.ppf(tail, correct, n - correct + 1))
    high = 1.0 if correct == n else float(stats.beta.ppf(1 - tail, correct + 1, n - correct))
    return low, high


def check_level(level):
    """Raise a ``ValueError`` if the level of an interval is no probability, such as 95."""
    if not 0 < level < 1:
        raise ValueError(f"level is a probability such as 0.95, got {level}.")


def _check(correct, n, level):
    if not 0 <= correct <= n or n < 1:
        raise ValueError(f"{correct} correct of {n} is not possible.")
    check_level(level)
    # p̂ = correct / n,   z the (1 + level) / 2 quantile of N(0, 1)
    return correct / n, float(stats.norm.ppf((1 + level) / 2))
