"""The regret that no good rule can avoid: the lower bound of Lai and Robbins (§8.4)."""

import numpy as np
from scipy.special import rel_entr

from units.u09_reinforcement.bandit import probabilities


def bernoulli_kl(first, second):
    """How hard it is to tell a coin from another one: the Kullback–Leibler divergence of their distributions.

        KL(μ, μ') = μ ln(μ/μ') + (1 − μ) ln((1 − μ)/(1 − μ'))

    Args:
        first, second: means μ and μ' in [0, 1], numbers or arrays.

    Raises:
        ValueError: a mean that is no probability.
    """
    first, second = probabilities(first), probabilities(second)
    return rel_entr(first, second) + rel_entr(1 - first, 1 - second)


def lai_robbins_constant(means):
    """The factor of ln n in the smallest possible regret of a Bernoulli bandit.

        lim inf Regret_n / ln n ≥ c_μ,   c_μ = ∑_{a: Δ_a > 0} Δ_a / KL(μ_a, μ*)

    It holds for every rule whose regret grows more slowly than any power of n on all bandits. To know that arm a is not
    the best takes about ln n / KL(μ_a, μ*) pulls, and each of them costs Δ_a.

    Args:
        means: μ, shape (actions,).

    Raises:
        ValueError: a mean that is no probability.

    References: Lai, Robbins, "Asymptotically efficient adaptive allocation rules" (1985).
    """
    means = probabilities(means)
    worse = means[means < means.max()]
    return float(np.sum((means.max() - worse) / bernoulli_kl(worse, means.max())))
