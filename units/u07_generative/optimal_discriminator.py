"""The best discriminator between two densities, and the divergence that a perfect one would measure (§8.3)."""

import numpy as np


def optimal_discriminator(p_data, p_generator):
    """The D that maximizes V(G, D) = E_data log D(x) + E_G log(1 − D(x)):

    D*(x) = p_data(x) / (p_data(x) + p_G(x))

    For each x the sum p_data log D + p_G log(1 − D) is concave in D, and its derivative is 0 there. Where both
    densities are 0 there is no x, and D* is 1/2.

    Args:
        p_data: values of the density of the data, shape (...).
        p_generator: values of p_G at the same x, shape (...).
    """
    p_data, p_generator = np.asarray(p_data, "float64"), np.asarray(p_generator, "float64")
    both = p_data + p_generator
    return np.divide(p_data, both, out=np.full(both.shape, 0.5), where=both > 0)


def jensen_shannon(p, q, x):
    """The Jensen–Shannon divergence of two densities on a grid, in nats; between 0 and log 2.

    JS(p, q) = ½ ∫ p log(p / m) + ½ ∫ q log(q / m),   m = (p + q) / 2

    With the best discriminator V(G, D*) = 2 JS(p_data, p_G) − log 4, so a generator that minimizes V against it
    minimizes JS.

    Args:
        p: the density at the points of x, shape (points,).
        q: the other density there, shape (points,).
        x: the grid, shape (points,); the integrals are sums by the trapezoidal rule.
    """
    p, q = np.asarray(p, "float64"), np.asarray(q, "float64")
    middle = (p + q) / 2
    # where p = 0, p log(p / m) is 0
    terms = [d * np.log(np.divide(d, middle, out=np.ones_like(d), where=d > 0)) for d in (p, q)]
    return float(np.trapezoid(terms[0] + terms[1], x) / 2)


def game_value(logits_data, logits_generator):
    """V(G, D) from samples: the mean of log D on data plus the mean of log(1 − D) on what G draws.

    Args:
        logits_data: log(D / (1 − D)) at samples of the data, shape (batch,).
        logits_generator: the same at samples of the generator, shape (batch,).
    """
    # log σ_Sig(u) = −log(1 + exp(−u)), without overflow
    return -np.mean(np.logaddexp(0, -logits_data)) - np.mean(np.logaddexp(0, logits_generator))


def jensen_shannon_of_uniforms(shift):
    """JS of two uniform densities on intervals of length 1, one of them shifted.

    JS = min(|shift|, 1) log 2

    From a shift of 1 on it is constant, so its derivative says nothing about the direction to the data. The Wasserstein
    distance is |shift| for every shift.
    """
    return np.minimum(np.abs(shift), 1) * np.log(2)
