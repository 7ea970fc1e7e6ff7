"""The state that all descent methods share: the point, the path and the counts (§4.1)."""

import functools
import math

import keras
import numpy as np
from keras import ops

import course


class Descent:
    """The state of a method that minimizes C(θ): the point, the path, the counts.

    θ^(t+1) = θ^(t) + α^(t) d^(t)

    A method calls ``along(d)``, chooses a step α on that line, and calls ``take(α)``. The value and the gradient at the
    new point are known from the search and are not computed again: one evaluation, by ``course.vjp``, gives both.

    Args:
        f: C, a function of a tensor of shape (features,) alone that returns a scalar, in ``keras.ops``.
        start: θ^(0), shape (features,).
        tolerance: stop when max_j |∂C/∂θ_j| is at most this.
        max_steps: stop after so many steps.

    Attributes:
        x: θ, a tensor.
        value: C(θ), a float.
        gradient: ∇C(θ), a tensor.
        path: the points so far; ``np.array(descent.path)`` is (steps + 1, features).
        values: C at each of them.
        evaluations: how often a value with its gradient was computed.
        products: how many Hessian-vector products.
        stopped: why it ended: ``"converged"``, ``"max_steps"``, or the reason of the method; "" before.

    Raises:
        ValueError: the start is not a vector.
    """

    def __init__(self, f, start, tolerance=1e-4, max_steps=200):
        self.f, self.tolerance, self.max_steps = f, tolerance, max_steps
        self.x = ops.convert_to_tensor(start, keras.config.floatx())
        if len(self.x.shape) != 1:
            raise ValueError(
                f"a descent starts at a vector of shape (features,), not at {tuple(self.x.shape)}."
            )
        self.path, self.values, self.evaluations, self.products, self.stopped = [], [], 0, 0, ""
        self._seen = {}
        self._look, self._product = _derivatives(f)
        self._arrive(self.x, *self.look(self.x))

    @property
    def steps(self):
        """t: how many steps were taken."""
        return len(self.path) - 1

    @property
    def gradient_size(self):
        """max_j |∂C/∂θ_j| at the point."""
        return float(ops.max(ops.abs(self.gradient)))

    def running(self):
        """Whether the method continues; if not, ``stopped`` says why."""
        if not self.stopped and not math.isfinite(self.value + self.gradient_size):
            self.stopped = "diverged"
        if not self.stopped and self.gradient_size <= self.tolerance:
            self.stopped = "converged"
        if not self.stopped and self.steps >= self.max_steps:
            self.stopped = "max_steps"
        return not self.stopped

    def look(self, x):
        """C and ∇C at a point, from one forward and one reverse sweep."""
        self.evaluations += 1
        return self._look(x)

    def along(self, d):
        """The function on a line, φ(α) = C(θ + α d), as a function α ↦ (φ(α), φ'(α)) of floats."""
        self._seen = {}

        def phi(step):
            # θ + α d
            x = self.x + step * d
            value, gradient = self.look(x)
            self._seen[step] = x, value, gradient
            # φ'(α) = ∇C(θ + α d)ᵀ d
            return float(value), float(ops.sum(gradient * d))

        return phi

    def slope(self, d):
        """φ'(0) = ∇C(θ)ᵀ d, a float: negative for a descent direction."""
        return float(ops.sum(self.gradient * d))

    def take(self, step):
        """Go to θ + α d, for an α at which ``along(d)`` has computed φ; a step of 0 ends the descent."""
        if step == 0.0:
            self.stopped = "no lower point on the line"
            return
        self._arrive(*self._seen[step])

    def product(self, v):
        """H(θ) v, without the Hessian."""
        self.products += 1
        return self._product(self.x, v)

    def hessian(self):
        """H(θ), shape (features, features): its columns are products with the unit vectors."""
        return ops.stack([self.product(e) for e in ops.eye(self.x.shape[0], dtype=self.x.dtype)], axis=1)

    def _arrive(self, x, value, gradient):
        self.x, self.value, self.gradient = x, float(value), gradient
        self.path.append(np.array(ops.convert_to_numpy(x)))
        self.values.append(self.value)


@functools.lru_cache(maxsize=32)
def _derivatives(f):
    """θ ↦ (C(θ), ∇C(θ)) and (θ, v) ↦ H(θ) v, compiled once for all descents on this function."""

    def look(x):
        value, pullback = course.vjp(f, x)
        return value, pullback(ops.ones_like(value))[0]

    return course.compiled(look), course.compiled(lambda x, v: course.hvp(f, x, v)[0])
