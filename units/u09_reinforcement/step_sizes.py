"""How far a new sample moves an estimate: constant and decaying step sizes (§8.4)."""


def decaying(exponent=1.0):
    """The step size α_n = n^(−exponent) of the n-th visit.

    With an exponent in (½, 1] it satisfies the conditions of Robbins and Monro, ∑ α_n = ∞ and ∑ α_n² < ∞, under which
    the estimates converge. With exponent 1 an estimate is the mean of its samples.

    Returns:
        A function of n = 1, 2, ….

    Raises:
        ValueError: an exponent outside (½, 1].

    References: Robbins, Monro, "A stochastic approximation method" (1951).
    """
    if not 0.5 < exponent <= 1:
        raise ValueError(
            f"The exponent must lie in (0.5, 1], not {exponent}: otherwise the estimates need not converge."
        )
    return lambda n: n**-exponent


def step_size(alpha):
    """α as a function of the number of visits: a number in (0, 1] is the same at every visit.

    Raises:
        ValueError: a number outside (0, 1].
    """
    if callable(alpha):
        return alpha
    if not 0 < alpha <= 1:
        raise ValueError(f"alpha must lie in (0, 1], not {alpha}.")
    return lambda n: alpha
