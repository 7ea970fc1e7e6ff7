"""The settings of a Gaussian process from the data: the largest marginal likelihood, found by L-BFGS in float64."""

import numpy as np

from units.u03_optimization import strong_wolfe
from units.u06_tricks_of_the_trade.gaussian_process import GaussianProcess

# No logarithm of a setting leaves [−12, 12], except that of the noise, which has a lower limit of its own.
LOG_BOUND = 12.0


def fit_settings(
    x,
    y,
    kernel,
    noise=1e-2,
    fixed_noise=False,
    least_noise=1e-8,
    prior=None,
    starts=1,
    rng=None,
    max_steps=100,
):
    """Find k_0, ℓ and σ_y² with the largest log p(y).

    The descent runs in the logarithms, in which every setting is positive. The likelihood may have several maxima, so
    further starts are drawn around the first one and the best result counts.

    Args:
        x: points, shape (batch, features).
        y: values, shape (batch,) or (batch, 1).
        kernel: a ``Kernel``, the first start; its ν stays.
        noise: σ_y², the first start.
        fixed_noise: whether σ_y² stays.
        least_noise: σ_y² does not become smaller.
        prior: means and deviations of normal priors for log k_0, every log ℓ_j and log σ_y², two arrays of shape
            (settings,); then the result has the largest log p(y) + log prior, which few data need.
        starts: number of starts.
        rng: NumPy generator for the further starts.
        max_steps: of each descent; 0 leaves the settings as they are.

    Returns:
        A ``GaussianProcess``, fitted to x and y.

    Raises:
        ValueError: ``noise`` or ``least_noise`` is not positive, so that it has no logarithm.
    """
    if not 0 < noise < np.inf or not 0 < least_noise < np.inf:
        raise ValueError(
            f"noise and least_noise are variances > 0, not {noise!r} and {least_noise!r}; for measurements without "
            "noise take a small noise such as 1e-8 with fixed_noise=True."
        )
    first = np.append(kernel.logarithms, np.log(noise))
    low, high = np.full(len(first), -LOG_BOUND), np.full(len(first), LOG_BOUND)
    low[-1] = np.log(noise if fixed_noise else least_noise)
    high[-1] = np.log(noise) if fixed_noise else LOG_BOUND

    center, width = (first, np.inf) if prior is None else prior

    def model_at(logarithms):
        inside = np.clip(logarithms, low, high)
        return GaussianProcess(kernel.from_logarithms(inside[:-1]), np.exp(inside[-1])).fit(x, y)

    def cost(logarithms):
        """−log p(y) − log prior and its gradient; beyond a bound −log p(y) stays, and a penalty grows."""
        try:
            model = model_at(logarithms)
        except ValueError:  # K_y is singular here: the line search has to shorten its step
            return np.inf, np.zeros_like(first)
        beyond, from_center = logarithms - np.clip(logarithms, low, high), (logarithms - center) / width
        gradient = from_center / width - model.likelihood_gradient()
        outwards = ((logarithms <= low) & (gradient > 0)) | ((logarithms >= high) & (gradient < 0))
        free = (beyond == 0) & ~outwards
        value = -model.log_likelihood() + 0.5 * from_center @ from_center + beyond @ beyond
        return value, np.where(free, gradient, from_center / width + 2 * beyond)

    model_at(first)  # wrong data are an error; a singular matrix is one only here, at the start
    rng = rng or np.random.default_rng(0)
    others = [first + 2 * rng.normal(size=len(first)) for _ in range(starts - 1)]
    ends = [minimize(cost, np.clip(start, low, high), max_steps=max_steps) for start in [first, *others]]
    return model_at(min(ends, key=lambda end: end[1])[0])


def minimize(value_and_gradient, start, memory=8, tolerance=1e-6, max_steps=100):
    """L-BFGS of unit 3 for a function in float64 that brings its own gradient.

    Unit 3's ``lbfgs`` computes in Keras's float type and gets the gradient by automatic differentiation.

    Args:
        value_and_gradient: θ ↦ (C, ∇C), a float and an array of shape (features,).
        start: θ^(0), shape (features,).
        memory: how many steps are remembered.
        tolerance: stop when max_j |∂C/∂θ_j| is at most this.
        max_steps: stop after so many steps.

    Returns:
        ``(θ, C)``, the last point and its value.
    """
    theta, pairs = np.asarray(start, "float64"), []
    value, g = value_and_gradient(theta)
    for _ in range(max_steps):
        if np.abs(g).max() <= tolerance:
            break
        d = -two_loop(g, pairs)
        if not g @ d < 0:  # rounding: no descent direction, so forget the steps
            pairs, d = [], -g
        seen = {}

        def phi(step, theta=theta, d=d, seen=seen):
            seen[step] = theta + step * d, *value_and_gradient(theta + step * d)
            return seen[step][1], float(seen[step][2] @ d)

        step = strong_wolfe(phi, value, float(g @ d), 1.0 if pairs else min(1.0, 1 / np.abs(g).sum()))
        if step == 0.0:
            break
        new, value, new_g = seen[step]
        pair = new - theta, new_g - g
        if pair[0] @ pair[1] > 0:
            pairs = [*pairs[1 - memory :], pair]
        theta, g = new, new_g
    return theta, value


def two_loop(g, pairs):
    """B g from the pairs (s, y) of the last steps, the newest last: unit 3's ``two_loop`` for NumPy arrays."""
    q, a = g, []
    for s, y in reversed(pairs):
        # a_i = s_iᵀ q / y_iᵀ s_i,   q ← q − a_i y_i
        a.append(s @ q / (y @ s))
        q = q - a[-1] * y
    if pairs:
        s, y = pairs[-1]
        # γ = sᵀy / yᵀy of the newest pair
        q = q * (s @ y / (y @ y))
    for s, y in pairs:
        # r ← r + (a_i − b_i) s_i,   b_i = y_iᵀ r / y_iᵀ s_i
        q = q + (a.pop() - y @ q / (y @ s)) * s
    return q
