"""The largest eigenvalue of a Hessian that is never formed: power iteration on products (§4.6)."""

import keras
import numpy as np
from keras import ops

import course
from course.validation import floats
from units.u03_optimization.hyperparameters import check_size

# vᵀH v / ‖H v‖ is the cosine of the angle between v and H v: 1 for an eigenvector of an eigenvalue > 0
MIXED = 0.9


def top_eigenvalue(f, primals, steps=100, tolerance=1e-4, seed=0):
    """The largest eigenvalue λ_max of the Hessian of a loss, and its direction.

    v ← H v / ‖H v‖,   λ ≈ vᵀH v

    One product H v is two reverse sweeps, whatever the number n of parameters: the Hessian itself would take n of them
    and n² numbers. Gradient descent with a learning rate α shrinks the error along v by 1 − α λ_max in a step, so that
    it is stable only for α < 2/λ_max.

    The iteration finds the eigenvalue that is largest in absolute value. If that one is negative, λ_min < 0, a second
    iteration with H − λ_min I finds λ_max. If −λ is an eigenvalue as well, as at a saddle x₁x₂, the iteration jumps
    between two vectors, and |vᵀH v| stays below ‖H v‖: then the second one takes −‖H v‖ for λ_min.

    Args:
        f: a loss: a function that returns a scalar, of tensors, or without arguments and reading variables.
        primals: the point, as for ``course.hvp``: Keras variables or tensors, in a list.
        steps: at most so many products in each iteration.
        tolerance: stop when λ changes by less than this, relative.
        seed: of the random start.

    Returns:
        ``(eigenvalue, vectors, products)``: λ_max, a float; its eigenvector v, ‖v‖ = 1, as a list of tensors of the
        shapes of the primals; how many products were made.

    Raises:
        ValueError: the Hessian gave no number, or no vector: the loss is not finite, or linear. Or no step.
    """
    steps = check_size("steps", steps)
    primals = [p if isinstance(p, keras.Variable) else floats(p) for p in primals]
    value, size, v, products = _power(f, primals, 0.0, steps, tolerance, seed)
    if value < MIXED * size:
        least = -max(size, -value)
        value, _, v, more = _power(f, primals, least, steps, tolerance, seed)
        value, products = value + least, products + more
    return value, v, products


def _power(f, primals, shift, steps, tolerance, seed):
    """Power iteration for H − shift·I: the eigenvalue, ‖(H − shift·I) v‖, which is the same or larger, and v."""
    rng, value, products = np.random.default_rng(seed), 0.0, 0
    v = _unit([ops.convert_to_tensor(rng.normal(size=p.shape), keras.config.floatx()) for p in primals])
    for _ in range(steps):
        products += 1
        # (H − shift·I) v
        Hv = [h - shift * u for h, u in zip(course.hvp(f, primals, v), v, strict=True)]
        # λ ≈ vᵀH v, Rayleigh's quotient
        before, value = value, float(sum(ops.sum(u * h) for u, h in zip(v, Hv, strict=True)))
        size = _norm(Hv)
        if shift and size <= 1e-6 * abs(shift):  # H v = λ_min v for a random v: all the eigenvalues are λ_min
            return 0.0, 0.0, v, products
        # v ← H v / ‖H v‖
        v = _unit(Hv)
        if abs(value - before) <= tolerance * abs(value):
            break
    return value, size, v, products


def _norm(v):
    return float(ops.sqrt(sum(ops.sum(u * u) for u in v)))


def _unit(v):
    norm = _norm(v)
    if not (np.isfinite(norm) and norm > 0):
        raise ValueError(f"top_eigenvalue: ‖H v‖ is {norm}; the loss is linear here, or not finite.")
    return [u / norm for u in v]
