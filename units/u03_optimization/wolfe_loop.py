"""The strong Wolfe search of ``line_search`` as a loop of tensors: the form that can be compiled (§4.5).

In a compiled training step Python cannot decide by the value of a tensor. So every decision is a choice between two
tensors, and the loop is an ``ops.while_loop``. The steps that it accepts are those of ``strong_wolfe``.
"""

from keras import ops

from units.u03_optimization.line_search import ROUNDING


def strong_wolfe_loop(look, theta, d, value, gradient, step, c1=1e-4, c2=0.9, max_trials=25):
    """Search from θ along d, as ``strong_wolfe`` does.

    φ(α) = C(θ + α d):   φ(α) ≤ φ(0) + c₁ α φ'(0)   and   |φ'(α)| ≤ c₂ |φ'(0)|

    Args:
        look: θ ↦ (C(θ), ∇C(θ)), of tensors.
        theta: θ, shape (features,).
        d: a descent direction, shape (features,).
        value: C(θ), a tensor of shape ().
        gradient: ∇C(θ), shape (features,).
        step: the first trial α, a tensor of shape ().
        c1: c₁.
        c2: c₂.
        max_trials: how often ``look`` may be called.

    Returns:
        ``(α, C(θ + α d), ∇C(θ + α d), trials)``, all tensors. α is 0 if nothing was low enough: then value and
        gradient are those at θ.
    """
    slope0 = ops.sum(gradient * d)
    zero, slack = ops.zeros_like(value), ROUNDING * ops.abs(value)

    def search(trial, step, done, low, high, bounded, best):
        here_value, here_gradient = look(theta + step * d)
        slope = ops.sum(here_gradient * d)
        here = ops.stack([step, here_value, slope])
        # φ(α) ≤ φ(0) + c₁ α φ'(0)
        enough = here_value <= value + slack + c1 * step * slope0
        # |φ'(α)| ≤ c₂ |φ'(0)|
        done = ops.logical_and(enough, ops.abs(slope) <= c2 * ops.abs(slope0))
        falls = ops.logical_and(enough, slope < 0)
        keep = ops.logical_or(done, falls)
        best = tuple(
            ops.where(keep, a, b) for a, b in zip((step, here_value, here_gradient), best, strict=True)
        )
        low, high = ops.where(falls, here, low), ops.where(falls, high, here)
        bounded = ops.logical_or(bounded, ops.logical_not(falls))
        step = ops.where(bounded, _between(low, high, ops.equal(trial % 3, 2)), 2 * step)
        return trial + 1, step, done, low, high, bounded, best

    never = ops.zeros_like(value, dtype="bool")
    start = ops.stack([zero, value, slope0])
    trials, *_, best = ops.while_loop(
        lambda trial, step, done, *_: ops.logical_and(ops.logical_not(done), trial < max_trials),
        search,
        (ops.cast(zero, "int32"), step, never, start, start, never, (zero, value, gradient)),
    )
    return *best, trials


def _between(low, high, bisect):
    """``line_search.between`` for tensors of shape (3,): step, value, slope."""
    (a, phi_a, slope_a), (b, phi_b, slope_b) = (ops.unstack(end) for end in (low, high))
    width, middle, one = b - a, (a + b) / 2, ops.ones_like(a)
    gap = ops.where(width > 0, a - b, -one)
    # d₁ = φ'_l + φ'_h − 3 (φ_l − φ_h)/(α_l − α_h)
    d1 = slope_a + slope_b - 3 * (phi_a - phi_b) / gap
    # d₂ = (d₁² − φ'_l φ'_h)^½
    square = d1 * d1 - slope_a * slope_b
    curved = ops.logical_and(square >= 0, ops.isfinite(square))
    d2 = ops.sqrt(ops.where(curved, square, one))
    below = slope_b - slope_a + 2 * d2
    # α = α_h − (α_h − α_l) (φ'_h + d₂ − d₁) / (φ'_h − φ'_l + 2 d₂)
    trial = b - width * (slope_b + d2 - d1) / ops.where(below != 0, below, one)
    trial = ops.minimum(ops.maximum(trial, a + 0.1 * width), b - 0.1 * width)
    cubic = ops.logical_and(ops.logical_and(curved, below != 0), ops.logical_not(bisect))
    return ops.where(cubic, trial, middle)
