"""Two functions on which searches are compared: Branin in two variables, Hartmann in six."""

import numpy as np

from units.u06_tricks_of_the_trade.search_space import Range, SearchSpace

BRANIN_MINIMUM = 0.39788735772973816  # 10/(8π), at (−π, 12.275), (π, 2.275) and (3π, 2.475)
HARTMANN6_MINIMUM = -3.322368011391339

BRANIN_SPACE = SearchSpace({"x1": Range(-5.0, 10.0), "x2": Range(0.0, 15.0)})
HARTMANN6_SPACE = SearchSpace({f"x{i + 1}": Range(0.0, 1.0) for i in range(6)})

HARTMANN6_ARGMIN = np.array([0.20168952, 0.15001069, 0.47687398, 0.27533243, 0.31165162, 0.65730054])
_WEIGHTS = np.array([1.0, 1.2, 3.0, 3.2])
_RATES = np.array(
    [
        [10, 3, 17, 3.5, 1.7, 8],
        [0.05, 10, 17, 0.1, 8, 14],
        [3, 3.5, 1.7, 10, 17, 8],
        [17, 8, 0.05, 10, 0.1, 14],
    ]
)
_CENTRES = 1e-4 * np.array(
    [
        [1312, 1696, 5569, 124, 8283, 5886],
        [2329, 4135, 8307, 3736, 1004, 9991],
        [2348, 1451, 3522, 2883, 3047, 6650],
        [4047, 8828, 8732, 5743, 1091, 381],
    ]
)


def branin(settings):
    """Branin's function, with three minima of the same value.

    (x₂ − 5.1 x₁²/(4π²) + 5 x₁/π − 6)² + 10 (1 − 1/(8π)) cos x₁ + 10

    Args:
        settings: {"x1": from −5 to 10, "x2": from 0 to 15}.
    """
    x1, x2 = settings["x1"], settings["x2"]
    valley = x2 - 5.1 * x1**2 / (4 * np.pi**2) + 5 * x1 / np.pi - 6
    return valley**2 + 10 * (1 - 1 / (8 * np.pi)) * np.cos(x1) + 10


def hartmann6(settings):
    """Hartmann's function of six variables in [0, 1], with six local minima.

    −∑_i w_i exp(−∑_j R_ij (x_j − P_ij)²)

    Args:
        settings: {"x1": …, …, "x6": …}.
    """
    x = np.array([settings[name] for name in HARTMANN6_SPACE.axes])
    return -float(_WEIGHTS @ np.exp(-(_RATES * (x - _CENTRES) ** 2).sum(axis=1)))
