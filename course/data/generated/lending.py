"""Loans of two groups: the chance of repayment is known, and the two groups do not have the same."""

import numpy as np

from course.data.generated.sampling import not_negative, positive


def lending(n=4000, gap=0.8, noise=0.0, seed=0):
    """Draw applicants for a loan, and whether they repaid it.

        income, debt, years ~ N(0, 1);  members of group 1 have a mean income that is lower by ``gap``
        probability of repayment = σ_Sig(0.6 + 1.2 income − 1.0 debt + 0.5 years)

    The probability depends on the group only through income. So it is calibrated in both groups, and no score made of
    these features can be better. The shares of people who repay differ between the groups, as ``gap`` says.

    Args:
        n: number of applicants; 40% of them are in group 1.
        gap: how much lower the mean income of group 1 is, in standard deviations.
        noise: standard deviation of an error in the income that is *recorded* of group 1: the feature says less about
            people of this group.
        seed: of the random numbers.

    Returns:
        ``x`` float64 (batch, 3): income, debt and years; ``y`` int64 (batch,): 1 if the loan was repaid; ``group``
        int64 (batch,); ``probability`` float64 (batch,): the chance of repayment.
    """
    positive(n=n)
    not_negative(gap=gap, noise=noise)
    rng = np.random.default_rng(seed)
    group = (rng.permutation(n) < 0.4 * n).astype("int64")
    x = rng.normal(size=(n, 3))
    x[:, 0] -= gap * group
    probability = 1 / (1 + np.exp(-(0.6 + x @ [1.2, -1.0, 0.5])))
    y = (rng.random(n) < probability).astype("int64")
    x[:, 0] += noise * group * rng.normal(size=n)
    return {"x": x, "y": y, "group": group, "probability": probability}
