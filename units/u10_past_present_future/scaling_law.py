"""A scaling law: how the cost falls with parameters and data, and how to spend a budget of operations (§1.1)."""

from itertools import product
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

DELTA = 1e-3
EXACT = {
    "ftol": 1e-14,
    "gtol": 1e-9,
    "maxiter": 3000,
    "maxfun": 6000,
}  # the default tolerance stops too early


class ScalingLaw(NamedTuple):
    """The cost of a trained model as a function of its size and its data.

    C(N, D) = C_∞ + (N_c / N)^{α_N} + (D_c / D)^{α_D}

    The first term is what no model can avoid, the second is missing capacity, the third is missing data.

    Args:
        floor: C_∞.
        N_c, alpha_N: scale and exponent of the parameters.
        D_c, alpha_D: those of the data; without data as a variable D_c is 0.
    """

    floor: float
    N_c: float
    alpha_N: float
    D_c: float = 0.0
    alpha_D: float = 1.0

    def cost(self, N, D=1.0):
        """C(N, D); N and D are numbers or arrays that broadcast."""
        return self.floor + (self.N_c / N) ** self.alpha_N + (self.D_c / D) ** self.alpha_D


def fit_scaling_law(N, C, D=None, start=None):
    """The law with the smallest Huber loss of log C.

    ∑_i h_δ(log C(N_i, D_i) − log C_i),   h_δ(r) = r²/2 if |r| ≤ δ, otherwise δ (|r| − δ/2),   δ = 10⁻³

    A few bad runs count little. The terms are written e^{a − α log N}, so that the sum is a logarithm of a sum of
    exponentials. The loss has several minima: L-BFGS begins at many points, and the best end is kept.

    Args:
        N: numbers of parameters, shape (runs,).
        C: costs on new data, shape (runs,).
        D: numbers of samples or tokens, shape (runs,); None if all runs had so many that only N matters.
        start: a ``ScalingLaw`` to begin at, in place of all the points.

    Returns:
        A ``ScalingLaw``.

    Raises:
        ValueError: arrays of different lengths, values that are not positive, or too few runs for the number of
            constants: 4 without D and 6 with D, of at least three sizes each; or costs that do not fall with a size.

    References: Hoffmann et al., "Training compute-optimal large language models" (2022), approach 3; Besiroglu,
    Erdil, Barnett and You, "Chinchilla scaling: a replication attempt" (2024), on what an early stop does.
    """
    sizes, C = _runs(N, C, D)
    terms = len(sizes)
    logs, log_C = np.log(sizes), np.log(C)

    def loss(constants):
        """The loss and its gradient by log C_∞, a_1, α_1, a_2, α_2."""
        exponents = np.empty((1 + terms, len(C)))
        exponents[0] = constants[0]
        # (N_c / N)^α = e^{a − α log N}
        exponents[1:] = constants[1::2, None] - constants[2::2, None] * logs
        top = exponents.max(axis=0)
        share = np.exp(exponents - top)
        total = share.sum(axis=0)
        r = top + np.log(total) - log_C  # the logarithm of the sum of exponentials, less log C
        share /= total  # of each term in the cost
        # h_δ(r) and its derivative, which is r cut off at ±δ
        cut = np.clip(r, -DELTA, DELTA)
        by_terms = share * cut
        slopes = np.empty(1 + 2 * terms)
        slopes[0] = by_terms[0].sum()
        slopes[1::2] = by_terms[1:].sum(axis=1)
        slopes[2::2] = -(by_terms[1:] * logs).sum(axis=1)
        return np.sum(cut * (r - cut / 2)) / DELTA, slopes / DELTA

    if start is None:
        floors = [[np.log(share * C.min())] for share in (0.1, 0.9)]
        # each term begins as a part of the smallest cost, at a run of middle size
        begin = [
            [
                [np.log(part * C.min()) + alpha * log.mean(), alpha]
                for part in (0.05, 0.5)
                for alpha in (0.25, 0.75)
            ]
            for log in logs
        ]
        points = [[value for part in point for value in part] for point in product(floors, *begin)]
    else:
        scales = [(start.N_c, start.alpha_N), (start.D_c, start.alpha_D)][:terms]
        if not all(value > 0 for scale in scales for value in scale):
            raise ValueError(f"A law to begin at has positive scales and exponents, not {start}.")
        points = [
            [
                np.log(max(start.floor, 1e-9 * C.min())),
                *np.ravel([(alpha * np.log(c), alpha) for c, alpha in scales]),
            ]
        ]
    bounds = [(None, None), *[(None, None), (1e-3, 10)] * terms]
    ends = [
        minimize(loss, point, jac=True, method="L-BFGS-B", bounds=bounds, options=EXACT) for point in points
    ]
    best = min(ends, key=lambda end: end.fun).x
    # a = α log N_c
    with np.errstate(over="ignore"):
        scales = [value for a, alpha in best[1:].reshape(-1, 2) for value in (np.exp(a / alpha), alpha)]
    if start is None and not all(0 < value < np.inf for value in scales):
        raise ValueError("A term of the law is constant: these costs do not fall as a power of all sizes.")
    return ScalingLaw(*map(float, (np.exp(best[0]), *scales)))


def resampled_laws(law, N, C, D=None, samples=100, seed=0):
    """Laws of runs that are drawn again, with replacement: their spread shows how sure the constants are.

    Args:
        law: what ``fit_scaling_law`` returned, where each new fit begins.
        N, C, D: as for ``fit_scaling_law``.
        samples: number of laws.
        seed: of the draws.

    Returns:
        Their constants, shape (samples, 5), in the order of ``ScalingLaw``.

    Raises:
        ValueError: fewer than one law, or too few runs.

    References: Efron, "Bootstrap methods: another look at the jackknife" (1979).
    """
    if samples < 1:
        raise ValueError(f"There is at least one sample, not {samples}.")
    (N, *rest), C = _runs(N, C, D)
    rng, laws = np.random.default_rng(seed), []
    while len(laws) < samples:
        rows = rng.integers(len(C), size=len(C))
        if all(len(np.unique(values[rows])) >= 3 for values in (N, *rest)):
            laws.append(fit_scaling_law(N[rows], C[rows], *(values[rows] for values in rest), start=law))
    return np.array(laws)


def compute_optimal(law, F):
    """The size and the data that make the cost smallest for a budget of operations.

    F = 6 N D,   N* = G (F/6)^{α_D / (α_N + α_D)},   D* = (F/6) / N*,
    G = (α_N N_c^{α_N} / (α_D D_c^{α_D}))^{1 / (α_N + α_D)}

    A training step of a network of N weights takes about 6 operations for each weight and token: 2 forward, 4 backward.
    At the optimum both terms weigh the same: α_N (N_c / N)^{α_N} = α_D (D_c / D)^{α_D}.

    Args:
        law: a ``ScalingLaw`` with data.
        F: number of operations, a number or an array.

    Returns:
        (N*, D*).

    Raises:
        ValueError: the law does not depend on the data, or F is not positive.

    References: Hoffmann et al. (2022), equation 4.
    """
    if law.D_c == 0:
        raise ValueError("This law has no term of the data: the best model is the largest. Fit it with D.")
    F = np.asarray(F, "float64")
    if not np.all(F > 0):
        raise ValueError(f"A budget F is positive, not {F}.")
    both = law.alpha_N + law.alpha_D
    # G = (α_N N_c^{α_N} / (α_D D_c^{α_D}))^{1 / (α_N + α_D)}
    ratio = np.log(law.alpha_N / law.alpha_D)
    ratio += law.alpha_N * np.log(law.N_c) - law.alpha_D * np.log(law.D_c)
    N = np.exp(ratio / both) * (F / 6) ** (law.alpha_D / both)
    return N, F / 6 / N


def _runs(N, C, D):
    """The sizes [N] or [N, D], and C, if there are enough runs for a law."""
    sizes, C = [positive("N", N)] + ([] if D is None else [positive("D", D)]), positive("C", C)
    if len({len(values) for values in (*sizes, C)}) > 1:
        raise ValueError(f"Each run has one value of each, not {[len(v) for v in (*sizes, C)]} values.")
    terms = len(sizes)
    if len(C) < 2 + 2 * terms or min(len(np.unique(values)) for values in sizes) < 3:
        raise ValueError(
            f"A law of {1 + 2 * terms} constants needs {2 + 2 * terms} runs of three sizes or more."
        )
    return sizes, C


def positive(name, values):
    """Positive finite numbers, shape (runs,)."""
    values = np.asarray(values, "float64")
    if values.ndim != 1 or not np.all((values > 0) & np.isfinite(values)):
        raise ValueError(f"{name} holds one positive number for each run, not {values}.")
    return values
