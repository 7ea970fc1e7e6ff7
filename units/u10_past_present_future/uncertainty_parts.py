"""Two kinds of uncertainty: what no model could know, and where models disagree (§8.5)."""

from scipy.special import entr

from course.validation import array, numbers
from units.u06_tricks_of_the_trade.calibration import class_probabilities


def uncertainty_parts(p):
    """The entropy of the mean of several predictions, and what it consists of.

    H[p̄] = (1/M) ∑_m H[p_m] + I,   p̄ = (1/M) ∑_m p_m,   H[p] = −∑_k p_k log p_k

    The first part is the mean entropy of the members: noise in the labels. The second one, the mutual information of
    label and member, is 0 if all members say the same: it is large where there were no data.

    Args:
        p: probabilities of M members, shape (members, batch, classes).

    Returns:
        ``(total, noise, disagreement)`` in nats, each of shape (batch,).

    Raises:
        ValueError: another number of axes, or numbers that are no probabilities.

    References: Depeweg et al., "Decomposition of uncertainty in Bayesian deep learning" (2018).
    """
    p = array(p).astype("float64")
    if p.ndim != 3:
        raise ValueError(f"p has shape {p.shape}; it must be (members, batch, classes).")
    numbers(p.ravel(), name="p")
    class_probabilities(p, "p")
    total = entr(p.mean(axis=0)).sum(axis=-1)
    noise = entr(p).sum(axis=-1).mean(axis=0)
    # I = H[p̄] − (1/M) ∑_m H[p_m]
    return total, noise, total - noise
