"""Thompson sampling: the arm that is the best in one draw from what is known (§8.4)."""


def thompson_sampling(known, rng):
    """Draw a mean for each arm from its posterior distribution and choose the largest.

        u_a ~ Beta(1 + sums_a, 1 + N_a − sums_a),   a_t = argmax_a u_a

    Beta is the posterior of a Bernoulli mean after a uniform prior. So an arm is chosen with the probability that it
    is the best one, as far as is known.

    Args:
        known: ``Statistics`` of shape (runs, actions), of rewards 0 and 1.
        rng: a NumPy generator.

    Returns:
        The arms, shape (runs,).

    References: Thompson (1933); Agrawal, Goyal, "Analysis of Thompson sampling for the multi-armed bandit problem"
    (2012); Kaufmann, Korda, Munos, "Thompson sampling: an asymptotically optimal finite-time analysis" (2012).
    """
    counts, sums = known
    return rng.beta(1 + sums, 1 + counts - sums).argmax(axis=-1)
