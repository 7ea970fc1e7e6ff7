"""Weighted rates of groups, Bayes' rule for them, and a decision that selects an exact share."""

import numpy as np


def weighted_rates(y, y_hat, weight, group, groups):
    """Rates of each group, where each person counts as often as the weight says.

    Columns: selected, true positive rate, false positive rate, positive predictive value. A rate of nobody is NaN.

    Args:
        y: what happened, 0 or 1, shape (batch,).
        y_hat: the decision, 0 or 1, shape (batch,).
        weight: how much each person counts, not negative, shape (batch,).
        group: group of each person, 0, …, groups − 1, shape (batch,).
        groups: number of groups.

    Returns:
        Array of shape (groups, 4).
    """
    rates = np.full((groups, 4), np.nan)
    for g in range(groups):
        own = group == g
        events = [(y_hat, own), (y_hat, own & (y == 1)), (y_hat, own & (y == 0)), (y, own & (y_hat == 1))]
        for column, (value, chosen) in enumerate(events):
            total = weight[chosen].sum()
            if total > 0:
                rates[g, column] = (weight[chosen] * value[chosen]).sum() / total
    return rates


def predictive_value(base, tpr, fpr):
    """P(y = 1 given ŷ = 1) from the base rate P(y = 1) and the two error rates, by Bayes' rule.

    Args:
        base, tpr, fpr: arrays of one shape, with entries in (0, 1).

    Returns:
        Array of the same shape.
    """
    # P(y = 1 | ŷ = 1) = P(ŷ = 1 | y = 1) P(y = 1) / P(ŷ = 1)
    return base * tpr / (base * tpr + (1 - base) * fpr)


def exact_share(scores, level):
    """A threshold t and a probability q that select the share ``level`` of the people on average.

    Who has a score above t is selected; who has exactly t is selected with probability q; nobody else is.

    Args:
        scores: shape (batch,); scores can be equal.
        level: the share, in (0, 1).

    Returns:
        Array (t, q), where t is one of the scores and 0 < q ≤ 1.
    """
    wanted = level * len(scores)
    for t in np.sort(np.unique(scores))[::-1]:
        above, equal = np.sum(scores > t), np.sum(scores == t)
        if above + equal >= wanted:
            return np.array([t, (wanted - above) / equal])


def shares_of_groups(scores, group, groups, level):
    """``exact_share`` for each group alone.

    Returns:
        Array of shape (groups, 2).
    """
    return np.stack([exact_share(scores[group == g], level) for g in range(groups)])
