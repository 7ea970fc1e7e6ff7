"""Divergences: how far a distribution q is from p (§B)."""

from units.u00_mathematics.entropies import cross_entropy, distribution, entropy


def kullback_leibler(p, q):
    """The Kullback–Leibler divergence: what the cross-entropy has more than the entropy.

    D(p‖q) = ∑_k p_k log(p_k / q_k) = H(p, q) − H(p) ≥ 0,   with equality only for p = q

    It is not symmetric: D(p‖q) and D(q‖p) differ.

    Args:
        p: probabilities, shape (classes,).
        q: probabilities, shape (classes,).

    Returns:
        A scalar; infinite if a class with p_k > 0 has q_k = 0.

    Raises:
        ValueError: if p or q is no distribution, or their lengths differ.

    Example:
        >>> round(float(kullback_leibler([0.5, 0.5], [0.25, 0.75])), 4)
        0.1438

    References: §B; Kullback and Leibler, On information and sufficiency, 1951.
    """
    # H(p, q) − H(p)
    return cross_entropy(p, q) - entropy(p)


def jensen_shannon(p, q):
    """The Jensen–Shannon divergence: symmetric, and never larger than log 2.

    JS(p, q) = ½ D(p‖m) + ½ D(q‖m) = H(m) − ½ H(p) − ½ H(q),   m = ½ (p + q)

    Args:
        p: probabilities, shape (classes,).
        q: probabilities, shape (classes,).

    Returns:
        A scalar between 0 and log 2.

    Raises:
        ValueError: if p or q is no distribution, or their lengths differ.

    Example:
        >>> round(float(jensen_shannon([1.0, 0.0], [0.0, 1.0])), 4)
        0.6931

    References: §B; Lin, Divergence measures based on the Shannon entropy, 1991.
    """
    p, q = distribution(p), distribution(q)
    if p.shape != q.shape:
        raise ValueError(
            f"Both distributions need the same classes, and have {p.shape[0]} and {q.shape[0]} of them."
        )
    m = (p + q) / 2
    # ½ D(p‖m) + ½ D(q‖m)
    return (kullback_leibler(p, m) + kullback_leibler(q, m)) / 2
