"""Zero-sum matrix games: both players' best mixed strategies and the value of the game by linear programming (§8.3)."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog


class Equilibrium(NamedTuple):
    """A Nash equilibrium of a zero-sum game: its value ν and the two mixed strategies."""

    value: float
    row: np.ndarray
    column: np.ndarray


def nash_equilibrium(A):
    """The minimax solution of a zero-sum game, by two linear programs.

    The row player receives A_ij from the column player if they choose row i and column j. With the mixed strategies
    r and c the expected payoff is rᵀ A c, and von Neumann's theorem says that

    max_r min_j (rᵀ A)_j = ν = min_c max_i (A c)_i

    Each side is a linear program. The one of the row player has the variables r and ν:

    maximize ν   subject to   (rᵀ A)_j ≥ ν for all j,   ∑_i r_i = 1,   r ≥ 0

    Args:
        A: payoffs of the row player, shape (rows, columns).

    Returns:
        An ``Equilibrium``. There can be several optimal strategies; the value is unique.

    Example:
        >>> nash_equilibrium([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]).row  # rock, paper, scissors
        array([0.33333333, 0.33333333, 0.33333333])

    References: §8.3; von Neumann, "Zur Theorie der Gesellschaftsspiele" (1928).
    """
    A = payoffs(A)
    value, r = _best_mixture(A)
    # the column player receives −A_ij, and chooses columns
    _, c = _best_mixture(-A.T)
    return Equilibrium(value, r, c)


def exploitability(A, r, c):
    """How much both players together could gain by a better answer: max_i (A c)_i − min_j (rᵀ A)_j.

    It is 0 for a Nash equilibrium and positive for every other pair of strategies.

    Args:
        A: payoffs of the row player, shape (rows, columns).
        r: strategies of the row player, shape (..., rows).
        c: strategies of the column player, shape (..., columns).

    Returns:
        Numbers of shape (...).
    """
    A = payoffs(A)
    return (np.asarray(c) @ A.T).max(axis=-1) - (np.asarray(r) @ A).min(axis=-1)


def payoffs(A):
    """A as an array of floats, after a check."""
    A = np.asarray(A, "float64")
    if A.ndim != 2 or A.size == 0 or not np.isfinite(A).all():
        raise ValueError(
            f"A must be a matrix of finite numbers, at least one, not an array of shape {A.shape}."
        )
    return A


def _best_mixture(A):
    """max_r min_j (rᵀ A)_j and the r that attains it."""
    rows, columns = A.shape
    solution = linprog(
        c=np.r_[np.zeros(rows), -1.0],  # linprog minimizes: −ν
        A_ub=np.c_[-A.T, np.ones(columns)],  # ν − (rᵀ A)_j ≤ 0
        b_ub=np.zeros(columns),
        A_eq=[np.r_[np.ones(rows), 0.0]],
        b_eq=[1.0],
        bounds=[(0, None)] * rows + [(None, None)],
    )
    if not solution.success:
        raise ValueError(f"linprog found no solution: {solution.message}")
    return float(solution.x[-1]), solution.x[:-1]
