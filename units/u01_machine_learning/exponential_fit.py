"""Fit of exponential growth, with its uncertainty (§1.4).

Statistics of a dozen numbers: float64 NumPy, no backend.
"""

from collections import namedtuple

import numpy as np
from scipy import stats

from course.validation import numbers
from units.u01_machine_learning.binomial_interval import check_level

Growth = namedtuple("Growth", "a b se_a se_b sigma df origin")
Interval = namedtuple("Interval", "value low high")


def fit_exponential(t, y):
    """Fit y = e^{a + b (t − t̄)} by least squares on the logarithm.

    log y_i = a + b (t_i − t̄) + ξ_i,   b̂ = ∑(t_i − t̄) log y_i / S,   â = mean of log y_i
    S = ∑(t_i − t̄)²,   σ̂² = ∑ξ̂_i² / (n − 2),   se(b̂) = σ̂ / √S,   se(â) = σ̂ / √n

    On the log scale an error of 10% counts the same in every year. Counting years from their mean t̄ makes â
    and b̂ uncorrelated. The standard errors are those of independent errors of equal size.

    Args:
        t: times, shape (batch,), not all equal.
        y: positive amounts, shape (batch,).

    Returns:
        ``Growth(a, b, se_a, se_b, sigma, df, origin)``; df = n − 2, origin = t̄.

    Raises:
        ValueError: if there are fewer than three points, an amount is not positive or all times are equal.

    Example:
        >>> growth = fit_exponential([0, 1, 2], [1.0, 2.0, 4.0])
        >>> round(float(np.exp(growth.b)), 6)
        2.0
    """
    t, y = numbers(t, name="t").astype("float64"), numbers(y).astype("float64")
    if t.ndim != 1 or t.shape != y.shape or len(t) < 3 or np.ptp(t) == 0:
        raise ValueError(
            "An exponential fit needs t and y of the same length, at least 3, at different times."
        )
    if np.any(y <= 0):
        raise ValueError("An exponential fit needs positive amounts: it works on their logarithms.")
    log_y, n, origin = np.log(y), len(t), t.mean()
    # S = ∑(t_i − t̄)²
    S = np.sum((t - origin) ** 2)
    # â = (1/n) ∑ log y_i,   b̂ = ∑(t_i − t̄) log y_i / S
    a, b = log_y.mean(), np.sum((t - origin) * log_y) / S
    # ξ̂_i = log y_i − â − b̂ (t_i − t̄)
    residuals = log_y - a - b * (t - origin)
    # σ̂² = ∑ξ̂_i² / (n − 2)
    sigma = np.sqrt(np.sum(residuals**2) / (n - 2))
    # se(â) = σ̂ / √n,   se(b̂) = σ̂ / √S
    return Growth(a, b, sigma / np.sqrt(n), sigma / np.sqrt(S), sigma, n - 2, origin)


def curve(growth, t):
    """Evaluate the fitted curve.

    ŷ(t) = e^{a + b (t − t̄)}

    Args:
        growth: a ``Growth``.
        t: times, any shape.
    """
    return np.exp(growth.a + growth.b * (np.asarray(t, dtype="float64") - growth.origin))


def growth_rate(growth, level=0.95):
    """Confidence interval of the rate b per unit of time.

    b̂ ± t_{n−2, (1+level)/2} se(b̂)

    Args:
        growth: a ``Growth``.
        level: of confidence, such as 0.95.

    Returns:
        ``Interval(value, low, high)``; e^b − 1 of each is the growth per unit of time as a share.

    Raises:
        ValueError: if the level is no probability.
    """
    check_level(level)
    # t_{n−2, (1+level)/2} se(b̂)
    reach = stats.t.ppf((1 + level) / 2, growth.df) * growth.se_b
    return Interval(growth.b, growth.b - reach, growth.b + reach)


def doubling_time(growth, level=0.95):
    """Doubling time and its confidence interval.

    T = log 2 / b;   T falls as b rises, so the interval's ends change places

    The ends are those of b's interval put through the formula. They are not symmetric about T, and T's
    interval has no upper end (infinity) when b's reaches 0.

    Args:
        growth: a ``Growth``.
        level: of confidence, such as 0.95.

    Returns:
        ``Interval(value, low, high)`` in the unit of t.

    Raises:
        ValueError: if the amounts do not grow, or the level is no probability.
    """
    b = growth_rate(growth, level)
    if b.value <= 0:
        raise ValueError(f"The amounts do not grow (b = {b.value:.3g}): there is no doubling time.")
    # T = log 2 / b
    return Interval(np.log(2) / b.value, np.log(2) / b.high, np.log(2) / b.low if b.low > 0 else np.inf)


def bootstrap(t, y, draws, rng):
    """Refit to resampled residuals, which shows how much a and b vary with the noise.

    log y*_i = â + b̂ (t_i − t̄) + ξ*_i,   ξ*_i drawn with replacement from h ξ̂_1, ..., h ξ̂_n
    h = √(n / (n − 2))

    Residuals are a little smaller than the errors, since the line is fitted to the points; the factor h corrects this.

    Args:
        t: times, shape (batch,).
        y: positive amounts, shape (batch,).
        draws: number of refits.
        rng: a NumPy generator.

    Returns:
        ``(a, b)`` of the refits, each of shape (draws,).

    References: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, §9.
    """
    growth = fit_exponential(t, y)
    t, y = numbers(t).astype("float64"), numbers(y).astype("float64")
    n = len(t)
    fitted = np.log(curve(growth, t))
    # h ξ̂_i,   h = √(n / (n − 2))
    residuals = (np.log(y) - fitted) * np.sqrt(n / (n - 2))
    # log y*_i = â + b̂ (t_i − t̄) + ξ*_i
    log_y = fitted + rng.choice(residuals, size=(draws, n))
    centred = t - growth.origin
    return log_y.mean(axis=1), log_y @ centred / np.sum(centred**2)
