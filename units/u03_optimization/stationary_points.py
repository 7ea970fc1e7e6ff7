"""Points where the gradient is 0, classified by the Hessian: minimum, maximum or saddle (§4.1)."""

import numpy as np
from keras import ops

import course
from course.validation import floats


def gradient(f, x):
    """The gradients of a function at many points in one sweep.

    Each term of ∑_k C(θ_k) depends on one point, so the gradient of the sum contains the gradient at each point.

    Args:
        f: a function from (..., features) to (...), such as a ``TestFunction``.
        x: points θ, shape (..., features).

    Returns:
        ∇C(θ), shape (..., features).
    """
    # ∇_θ ∑_k C(θ_k)
    return course.grad(lambda t: ops.sum(f(t)))(floats(x))


def hessian(f, x):
    """The Hessians of a function at many points, by one Hessian-vector product.

    H(θ) e_j = ∇(∇C(θ) · e_j),   j = 1, …, d

    Args:
        f: a function from (..., features) to (...).
        x: points θ, shape (..., features).

    Returns:
        H(θ), shape (..., features, features).
    """
    x = floats(x)
    d = x.shape[-1]
    # d copies of the points, each with its own direction: one product gives all the columns
    copies = ops.broadcast_to(x, (d, *x.shape))
    units = ops.cast(np.eye(d).reshape(d, *[1] * (len(x.shape) - 1), d), x.dtype)
    # H(θ) e_j for all j
    rows = course.hvp(lambda t: ops.sum(f(t)), [copies], [ops.broadcast_to(units, copies.shape)])[0]
    return ops.moveaxis(rows, 0, -2)


def classify(H, tolerance=1e-5, scale=0.0):
    """Name a stationary point by the signs of its Hessian's eigenvalues.

    all λ_i > 0: minimum;   all λ_i < 0: maximum;   both signs: saddle;   otherwise the second derivatives do not decide

    Args:
        H: the Hessian at the point, symmetric, shape (features, features).
        tolerance: an eigenvalue smaller than this times the largest one (in absolute value) counts as zero.
        scale: a curvature that is large for this function, taken as the largest eigenvalue where all are smaller.

    Returns:
        "minimum", "maximum", "saddle" or "degenerate".

    Raises:
        ValueError: H is not a symmetric matrix.

    Example:
    >>> classify([[2.0, 0.0], [0.0, -2.0]])
    'saddle'
    """
    values = eigenvalues(H)
    zero = tolerance * max(scale, np.abs(values).max())
    up, down = values > zero, values < -zero
    if up.any() and down.any():
        return "saddle"
    if up.all():
        return "minimum"
    return "maximum" if down.all() else "degenerate"


def eigenvalues(H):
    """The eigenvalues of a symmetric matrix in ascending order, as a NumPy array; anything else is refused.

    Args:
        H: of shape (features, features).

    Raises:
        ValueError: H is not square, not finite, or not symmetric.
    """
    H = ops.convert_to_numpy(H).astype("float64")
    if H.ndim != 2 or H.shape[0] != H.shape[1] or not H.size:
        raise ValueError(f"a Hessian is a square matrix, not an array of shape {H.shape}.")
    if not np.isfinite(H).all():
        raise ValueError("the Hessian holds NaN or infinity.")
    if np.abs(H - H.T).max() > 1e-4 * max(np.abs(H).max(), 1e-30):
        raise ValueError("a Hessian is symmetric; this matrix is not.")
    return np.linalg.eigvalsh((H + H.T) / 2)


def find_stationary_points(f, starts, steps=15):
    """Search ∇C(θ) = 0 by Newton's method for equations, from many starts at once.

    θ ← θ − H⁻¹ ∇C(θ), eigenvalue by eigenvalue, no step longer than 1

    The signs of the eigenvalues are kept, so the search finds saddles and maxima as well as minima. Here this is
    intended; a method that minimizes must not do it.

    Args:
        f: a function from (..., features) to (...).
        starts: of shape (points, features).
        steps: of Newton's method.

    Returns:
        The different points found, sorted by value, a NumPy array of shape (points, features). There may be more.
    """
    x = ops.convert_to_tensor(np.asarray(starts, "float32"))
    if len(x.shape) != 2:
        raise ValueError(f"starts has shape (points, features), not {tuple(x.shape)}.")

    def step(_, state):
        x, _, _ = state
        values, vectors = ops.linalg.eigh(hessian(f, x))
        floor = 1e-5 * ops.max(ops.abs(values), axis=-1, keepdims=True) + 1e-12
        values = ops.where(values < 0, -1.0, 1.0) * ops.maximum(ops.abs(values), floor)
        g = ops.expand_dims(gradient(f, x), -1)
        along = ops.matmul(ops.swapaxes(vectors, -1, -2), g) / ops.expand_dims(values, -1)
        move = ops.squeeze(ops.matmul(vectors, along), -1)
        length = ops.sqrt(ops.sum(move**2, axis=-1, keepdims=True))
        # θ ← θ − H⁻¹ ∇C(θ), no step longer than 1
        x = x - move / ops.maximum(length, 1.0)
        return x, length, f(x)

    # a loop of tensors: where the backend compiles, it compiles the step once
    state = x, ops.ones((x.shape[0], 1), dtype=x.dtype), ops.zeros(x.shape[:1], dtype=x.dtype)
    x, length, values = map(ops.convert_to_numpy, ops.fori_loop(0, steps, step, state))
    x, length = x.astype("float64"), length[:, 0]
    different = []
    for i in np.flatnonzero(length < 1e-3 * (1 + np.linalg.norm(x, axis=1))):
        if all(np.linalg.norm(x[i] - x[other]) > 1e-2 for other in different):
            different.append(i)
    return x[sorted(different, key=lambda i: values[i])]
