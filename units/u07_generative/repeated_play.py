"""Nash equilibria of zero-sum games by repeated play: fictitious play and multiplicative weights (§8.3)."""

import numpy as np

from units.u07_generative.matrix_game import payoffs


def fictitious_play(A, rounds):
    """Each player answers the average of what the other one has played so far.

    i_t = argmax_i (A c̄_{t−1})_i,   j_t = argmin_j (r̄_{t−1}ᵀ A)_j,   r̄_t, c̄_t the frequencies of the choices up to t

    The frequencies tend to a Nash equilibrium of the zero-sum game, though the choices themselves go on to change. In
    the first round both play their first strategy; of equally good answers the first one is played.

    Args:
        A: payoffs of the row player, shape (rows, columns).
        rounds: number of rounds.

    Returns:
        The frequencies after each round, shape (rounds, rows) and (rounds, columns).

    Raises:
        ValueError: there is no round.

    References: §8.3; Robinson, "An iterative method of solving a game" (1951).
    """
    A = payoffs(A)
    _require_rounds(rounds)
    rows, columns = np.eye(A.shape[0]), np.eye(A.shape[1])
    played_rows, played_columns = [rows[0]], [columns[0]]
    # A c and rᵀ A, summed over the rounds: that saves a product with all choices so far
    by_row, by_column = A[:, 0].copy(), A[0].copy()
    for _ in range(rounds - 1):
        i, j = by_row.argmax(), by_column.argmin()
        played_rows.append(rows[i])
        played_columns.append(columns[j])
        by_row += A[:, j]
        by_column += A[i]
    return _averages(played_rows), _averages(played_columns)


def multiplicative_weights(A, rounds, eta=None):
    """Each player multiplies the weight of every strategy by an exponential of what it would have earned.

    r_{t+1,i} ∝ r_{t,i} exp(η (A c_t)_i),   c_{t+1,j} ∝ c_{t,j} exp(−η (r_tᵀ A)_j)

    The strategies circle around the equilibrium and move away from it. Their averages r̄_t and c̄_t tend to it, as
    ``exploitability_bound`` says.

    Args:
        A: payoffs of the row player, shape (rows, columns).
        rounds: number of rounds.
        eta: η; None for the one with the smallest bound after all rounds.

    Returns:
        ``(strategies, averages)``, each a pair of arrays of shape (rounds, rows) and (rounds, columns).

    Raises:
        ValueError: there is no round.

    References: Freund and Schapire, "Adaptive game playing using multiplicative weights" (1999).
    """
    A = payoffs(A)
    _require_rounds(rounds)
    if eta is None:
        eta = np.sqrt(4 * np.log(A.size) / rounds) / max(np.ptp(A), 1e-12)
    # logarithms of the weights: the weights themselves would overflow
    by_row, by_column = np.zeros(A.shape[0]), np.zeros(A.shape[1])
    rows, columns = [], []
    for _ in range(rounds):
        r, c = _shares(by_row), _shares(-by_column)
        rows.append(r)
        columns.append(c)
        by_row += eta * (A @ c)
        by_column += eta * (r @ A)
    return (np.array(rows), np.array(columns)), (_averages(rows), _averages(columns))


def exploitability_bound(A, rounds):
    """A bound for the averages of multiplicative weights with the best η: (max A − min A) √(log(size of A) / rounds).

    For any η it is log(size of A) / (η · rounds) + η (max A − min A)² / 4, the sum of the regrets of both players.
    """
    A = payoffs(A)
    return np.ptp(A) * np.sqrt(np.log(A.size) / rounds)


def _require_rounds(rounds):
    if rounds < 1:
        raise ValueError(f"A game is played for at least one round, not {rounds}.")


def _shares(logarithms):
    weights = np.exp(logarithms - logarithms.max())
    return weights / weights.sum()


def _averages(played):
    """The averages of the first 1, 2, … rows."""
    return np.cumsum(played, axis=0) / np.arange(1, len(played) + 1)[:, None]
