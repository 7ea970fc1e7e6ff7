"""A noisy curve over [-1, 1]: for underfitting, overfitting and the bias–variance decomposition."""

import numpy as np

from course.data.errors import DataError
from course.data.generated.sampling import not_negative, positive


def polynomial(n=30, noise=0.2, degree=3, function="polynomial", seed=0):
    """Draw a regression problem with one feature.

        y = f(x) + ε,    x uniform in [-1, 1],    ε ~ N(0, σ²)
        f = T_d, the Chebyshev polynomial of degree d (T_3 = 4x³ - 3x),  or  f(x) = sin πx

    Every T_d stays within [-1, 1], so that one noise level serves all degrees.

    Args:
        n: number of points.
        noise: σ, the standard deviation of ε.
        degree: d, for the polynomial.
        function: ``"polynomial"`` or ``"sine"``.
        seed: of the random numbers.

    Returns:
        ``x`` float64 (batch, 1), ``y`` float64 (batch,) and ``truth`` float64 (batch,), which is f(x).
    """
    positive(n=n)
    not_negative(noise=noise, degree=degree)
    curves = {
        "polynomial": lambda x: np.polynomial.Chebyshev.basis(int(degree))(x),
        "sine": lambda x: np.sin(np.pi * x),
    }
    if function not in curves:
        raise DataError(f"function must be {' or '.join(map(repr, curves))}, not {function!r}.")
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, size=n)
    truth = curves[function](x)
    return {"x": x[:, np.newaxis], "y": truth + noise * rng.normal(size=n), "truth": truth}
