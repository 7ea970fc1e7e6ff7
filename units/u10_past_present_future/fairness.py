"""Group fairness of a classifier: three criteria, and why they exclude one another (epilogue of the book)."""

from typing import NamedTuple

import numpy as np

from course.validation import binary_labels, group_labels, numbers


class GroupRates(NamedTuple):
    """What a binary decision does to one group.

    base: P(y = 1);  selected: P(ŷ = 1);  tpr: P(ŷ = 1 | y = 1);  fpr: P(ŷ = 1 | y = 0);  ppv: P(y = 1 | ŷ = 1).
    A rate of nobody, such as ``ppv`` when nobody is selected, is NaN.
    """

    base: float
    selected: float
    tpr: float
    fpr: float
    ppv: float


def group_rates(y, y_hat, group):
    """The rates of each group.

    Args:
        y: what happened, 0 or 1, shape (batch,).
        y_hat: the decision, 0 or 1, shape (batch,).
        group: the group of each person, numbers or words, shape (batch,).

    Returns:
        ``{group: GroupRates}``, sorted by group.

    Raises:
        ValueError: other labels, or lengths that differ.
    """
    y = binary_labels(y)
    y_hat = binary_labels(y_hat, rows=len(y), name="y_hat")
    group = group_labels(group, rows=len(y), name="group")
    return {g: _rates(y[group == g], y_hat[group == g]) for g in np.unique(group).tolist()}


def fairness_gaps(y, y_hat, group):
    """How far a decision is from three criteria: the largest difference between two groups.

    independence (demographic parity):  ŷ does not depend on the group:             P(ŷ = 1 | group)
    separation (equalized odds):        ŷ does not depend on the group, given y:    P(ŷ = 1 | y, group), y = 0 and 1
    sufficiency (predictive parity):    y does not depend on the group, given ŷ:    P(y = 1 | ŷ = 1, group)

    Args:
        y, y_hat, group: as for ``group_rates``.

    Returns:
        ``{"independence": …, "separation": …, "sufficiency": …}``; separation is the larger of the gaps of tpr and fpr.
        A gap of a rate that some group does not have is NaN.

    Raises:
        ValueError: as for ``group_rates``, or there is only one group.

    References: Barocas, Hardt and Narayanan, "Fairness and machine learning" (2023), chapter 3.
    """
    rates = list(group_rates(y, y_hat, group).values())
    if len(rates) < 2:
        raise ValueError("Fairness compares groups, but all people here are in one group.")
    gap = {name: _gap([getattr(r, name) for r in rates]) for name in ("selected", "tpr", "fpr", "ppv")}
    return {
        "independence": gap["selected"],
        "separation": float(np.maximum(gap["tpr"], gap["fpr"])),
        "sufficiency": gap["ppv"],
    }


def implied_fpr(base, ppv, tpr):
    """The false positive rate that follows from the other three rates of a group.

    fpr = base / (1 − base) · (1 − ppv) / ppv · tpr

    If two groups have different base rates, but the same ppv and tpr, ppv below 1 and tpr above 0, their fpr differs.
    So no decision with true and false positives can satisfy separation and sufficiency at once. A result above 1 says
    that no group has such rates.

    Args:
        base, ppv, tpr: numbers or arrays in (0, 1); ppv and tpr may be 1, tpr may be 0.

    Raises:
        ValueError: a base rate outside (0, 1), a ppv outside (0, 1] or a tpr outside [0, 1].

    References: Chouldechova, "Fair prediction with disparate impact" (2017).
    """
    base, ppv, tpr = (np.asarray(v, "float64") for v in (base, ppv, tpr))
    if not (np.all((base > 0) & (base < 1)) and np.all((ppv > 0) & (ppv <= 1))):
        raise ValueError("base must lie in (0, 1) and ppv in (0, 1].")
    if not np.all((tpr >= 0) & (tpr <= 1)):
        raise ValueError("tpr must lie in [0, 1].")
    # fpr = base / (1 − base) · (1 − ppv) / ppv · tpr
    return base / (1 - base) * (1 - ppv) / ppv * tpr


def group_thresholds(scores, y, group, criterion, level):
    """A threshold for each group, so that one rate is the same in all groups.

    Args:
        scores: the model's scores, larger for likelier repayment, shape (batch,).
        y, group: as for ``group_rates``.
        criterion: ``"selected"`` for demographic parity, ``"tpr"`` for equal opportunity, or ``"fpr"``.
        level: the common value of that rate, in (0, 1).

    Returns:
        ``{group: threshold}``: a person is selected if the score is at least the threshold.

    Raises:
        ValueError: another criterion, a level outside (0, 1), or a group without such people.

    References: Hardt, Price and Srebro, "Equality of opportunity in supervised learning" (2016).
    """
    people = {"selected": lambda y: y >= 0, "tpr": lambda y: y == 1, "fpr": lambda y: y == 0}
    if criterion not in people:
        raise ValueError(f"criterion must be one of {', '.join(people)}, not {criterion!r}.")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}.")
    y = binary_labels(y)
    scores = numbers(scores, rows=len(y), name="scores")
    group = group_labels(group, rows=len(y), name="group")
    thresholds = {}
    for g in np.unique(group).tolist():
        own = np.sort(scores[(group == g) & people[criterion](y)])[::-1]
        if not len(own):
            raise ValueError(f"Group {g} has nobody whose {criterion} could be measured.")
        # the k-th largest score, where k / n is as near to the level as possible
        thresholds[g] = float(own[min(max(round(level * len(own)), 1), len(own)) - 1])
    return thresholds


def _rates(y, y_hat):
    return GroupRates(
        base=_mean(y), selected=_mean(y_hat), tpr=_mean(y_hat[y == 1]), fpr=_mean(y_hat[y == 0]),
        ppv=_mean(y[y_hat == 1]),
    )  # fmt: skip


def _mean(values):
    return float(np.mean(values)) if len(values) else float("nan")


def _gap(values):
    return float(np.max(values) - np.min(values))
