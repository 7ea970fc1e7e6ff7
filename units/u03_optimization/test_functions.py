"""Functions of two variables as test problems for the methods of this unit (§4.1)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from keras import ops

from course.validation import binary_labels, numbers
from units.u02_logistic_softmax import softplus
from units.u03_optimization.hyperparameters import check_positive


@dataclass(frozen=True, eq=False)
class TestFunction:
    """A loss C(θ) of θ = (θ₁, θ₂), with its minima, a start and a domain to draw.

    Calling it takes a tensor or array of shape (2,), or (..., 2) for many points at once, and gives a tensor
    of shape () or (...). It is written in ``keras.ops``: ``course.grad(f)(x)`` differentiates it.

    Attributes:
        name: for titles and tables.
        formula: a function (θ₁, θ₂) ↦ C in ``keras.ops``; works entry by entry.
        minima: all the local minima, a float64 array of shape (k, 2), global ones first.
        domain: the part of the plane to draw, ((low, high) of θ₁, (low, high) of θ₂).
        start: where descents begin, a float64 array of shape (2,).
        levels: "linear" or "log": how the values of the contour lines are spaced.

    Example:
    >>> float(ROSENBROCK([1.0, 2.0]))
    100.0
    >>> print(ops.convert_to_numpy(course.grad(ROSENBROCK)(ROSENBROCK.start)).round(1))
    [-215.6  -88. ]
    """

    __test__ = False  # otherwise pytest takes it for a test because of its name

    name: str
    formula: Callable
    minima: np.ndarray
    domain: tuple
    start: np.ndarray
    levels: str = "linear"

    def __post_init__(self):
        if self.levels not in ("linear", "log"):
            raise ValueError(f'the levels of {self.name} must be "linear" or "log", not {self.levels!r}.')
        object.__setattr__(self, "minima", np.asarray(self.minima, "float64").reshape(-1, 2))
        object.__setattr__(self, "start", np.asarray(self.start, "float64").reshape(2))

    def __call__(self, x):
        """C at one point or at many: (..., 2) gives (...)."""
        x = _floats(x)
        if len(x.shape) == 0 or x.shape[-1] != 2:
            raise ValueError(
                f"{self.name} is a function of two variables: x has shape (..., 2), not {tuple(x.shape)}."
            )
        return self.formula(x[..., 0], x[..., 1])


def quadratic_bowl(condition_number, angle=0.0):
    """A quadratic whose Hessian has the eigenvalues m = 1 and L = κ.

    C(θ) = (u₁² + κ u₂²)/2,   u = θ turned by −angle

    Args:
        condition_number: κ ≥ 1; 1 gives circles, 100 a narrow valley along the first axis.
        angle: angle between the valley and the first axis, in radians. It has no influence on methods with one
            learning rate, but on methods with one per coordinate (Adagrad, Adam).

    Returns:
        A ``TestFunction`` with its minimum 0 in the origin.

    Raises:
        ValueError: κ < 1.
    """
    kappa = float(condition_number)
    if not 1 <= kappa < np.inf:
        raise ValueError(f"a condition number is L/m ≥ 1 and finite, not {condition_number}.")
    c, s = float(np.cos(angle)), float(np.sin(angle))

    def formula(a, b):
        # (u₁² + κ u₂²)/2,   u = (c θ₁ + s θ₂, c θ₂ − s θ₁)
        return ((c * a + s * b) ** 2 + kappa * (c * b - s * a) ** 2) / 2

    return TestFunction(
        f"quadratic bowl, κ = {kappa:g}",
        formula,
        minima=[[0, 0]],
        domain=((-2.5, 2.5), (-1.75, 1.75)),
        start=[2 * c - s, 2 * s + c],  # u = (2, 1)
    )


def logistic_loss(x=None, y=None, penalty=0.0):
    """The mean cross-entropy of the sigmoid model with one feature, as a function of θ = (w, b).

    C(w, b) = (1/n) ∑_i (log(1 + e^{z_i}) − y_i z_i) + (δ/2) w²,   z_i = w x_i + b

    Convex. Without a penalty it has a minimum only if no threshold separates the two classes.

    Args:
        x: the feature, shape (batch,); by default 12 points of two classes that overlap.
        y: labels 0 or 1, shape (batch,).
        penalty: δ ≥ 0.

    Returns:
        A ``TestFunction``.

    Raises:
        ValueError: ``x`` and ``y`` do not fit together, the penalty is negative, or there is no minimum.
    """
    if (x is None) != (y is None):
        raise ValueError("logistic_loss takes both x and y, or neither.")
    penalty = check_positive("penalty", penalty, zero=True)
    x = numbers(FEATURE if x is None else x, name="x").astype("float64")
    y = binary_labels(LABELS if y is None else y, rows=len(x)).astype("float64")
    minimum = _logistic_minimum(np.stack([x, np.ones_like(x)], 1), y, penalty)

    def formula(w, b):
        w, b = ops.expand_dims(w, -1), ops.expand_dims(b, -1)
        z = w * ops.cast(x, w.dtype) + b
        loss = ops.mean(softplus(z) - ops.cast(y, z.dtype) * z, axis=-1)
        # C(w, b) = (1/n) ∑_i (log(1 + e^{z_i}) − y_i z_i) + (δ/2) w²
        return loss + 0.5 * penalty * ops.square(w[..., 0])

    w, b = minimum
    reach = 1.6 * max(abs(w), abs(b), 1.0)
    return TestFunction(
        "logistic loss",
        formula,
        minima=[minimum],
        domain=((w - reach, w + reach), (b - reach, b + reach)),
        start=[w - 1.3 * reach / 1.6, b + 1.3 * reach / 1.6],
    )


def _logistic_minimum(X, y, penalty):
    """Newton's method with halved steps, in float64: where the minimum is, for drawings and tests."""
    ridge, theta = np.array([penalty, 0.0]), np.zeros(2)

    def loss(t):
        return np.mean(np.logaddexp(0, X @ t) - y * (X @ t)) + 0.5 * t @ (ridge * t)

    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(X @ theta, -500, 500)))
        g = X.T @ (p - y) / len(y) + ridge * theta
        H = (X.T * (p * (1 - p))) @ X / len(y) + np.diag(ridge)
        if np.linalg.cond(H) > 1e12:
            break
        step = np.linalg.solve(H, g)
        if np.linalg.norm(step) <= 1e-12 * (1 + np.linalg.norm(theta)):
            return theta
        t = 1.0
        while loss(theta - t * step) > loss(theta) and t > 1e-10:
            t /= 2
        theta = theta - t * step
    raise ValueError("this logistic loss has no minimum: a threshold separates the classes (use a penalty).")


def _floats(x):
    x = ops.convert_to_tensor(x)
    return x if "float" in str(x.dtype) else ops.cast(x, "float32")


FEATURE = (-2.2, -1.7, -1.1, -0.8, -0.3, 0.1, 0.4, 0.6, 1.0, 1.3, 1.9, 2.4)
LABELS = (0, 0, 0, 1, 0, 0, 1, 0, 1, 1, 1, 1)

BOWL = quadratic_bowl(10)

# (1 − θ₁)² + 100 (θ₂ − θ₁²)²: a curved valley with an almost flat bottom
ROSENBROCK = TestFunction(
    "Rosenbrock",
    lambda a, b: (1 - a) ** 2 + 100 * (b - a**2) ** 2,
    minima=[[1, 1]],
    domain=((-1.9, 1.9), (-0.7, 2.7)),
    start=[-1.2, 1],
    levels="log",
)

# (θ₁² + θ₂ − 11)² + (θ₁ + θ₂² − 7)²: four minima of value 0
HIMMELBLAU = TestFunction(
    "Himmelblau",
    lambda a, b: (a**2 + b - 11) ** 2 + (a + b**2 - 7) ** 2,
    minima=[
        [3, 2],
        [-2.805118086952745, 3.131312518250573],
        [-3.779310253377747, -3.283185991286170],
        [3.584428340330492, -1.848126526964404],
    ],
    domain=((-5.5, 5.5), (-5.5, 5.5)),
    start=[0, 0],
    levels="log",
)

# (1.5 − θ₁ + θ₁θ₂)² + (2.25 − θ₁ + θ₁θ₂²)² + (2.625 − θ₁ + θ₁θ₂³)²: plateaus between steep walls
BEALE = TestFunction(
    "Beale",
    lambda a, b: (1.5 - a + a * b) ** 2 + (2.25 - a + a * b**2) ** 2 + (2.625 - a + a * b**3) ** 2,
    minima=[[3, 0.5]],
    domain=((-1, 4.5), (-2.5, 1.9)),
    start=[1, 1],
    levels="log",
)

# θ₁² − θ₂² + θ₂⁴/2: a saddle in the origin between two minima of value −1/2
SADDLE = TestFunction(
    "saddle",
    lambda a, b: a**2 - b**2 + b**4 / 2,
    minima=[[0, 1], [0, -1]],
    domain=((-1.8, 1.8), (-1.6, 1.6)),
    start=[1.5, 0.01],
)

LOGISTIC = logistic_loss()

TEST_FUNCTIONS = {
    "bowl": BOWL,
    "rosenbrock": ROSENBROCK,
    "himmelblau": HIMMELBLAU,
    "beale": BEALE,
    "saddle": SADDLE,
    "logistic": LOGISTIC,
}
