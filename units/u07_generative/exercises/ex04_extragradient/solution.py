"""Extragradient steps in a quadratic game: field, steps with two step sizes, their growth, and the largest step."""

import numpy as np


def field(game, w):
    """The direction of both players: −∇ of V in θ, +∇ of V in φ.

    Args:
        game: ``[P, A, Q, b, c]`` of V = ½ θᵀPθ + θᵀAφ − ½ φᵀQφ + bᵀθ + cᵀφ; P and Q are symmetric.
        w: θ and φ one after the other, shape (features,).

    Returns:
        An array of shape (features,).
    """
    P, A, Q, b, c = map(np.asarray, game)
    theta, phi = np.split(np.asarray(w), [len(b)])
    return np.concatenate([-(P @ theta + A @ phi + b), A.T @ theta - Q @ phi + c])


def extragradient(game, w, ahead, step, steps):
    """Extragradient steps with a step size of its own for the look ahead.

    Args:
        game: as in ``field``.
        w: θ and φ at the start, shape (features,).
        ahead: step size of the look ahead.
        step: step size of the step itself.
        steps: number of steps.

    Returns:
        All places from the start on, shape (steps + 1, features).
    """
    path = [np.asarray(w, "float64")]
    for _ in range(steps):
        w = path[-1]
        path.append(w + step * field(game, w + ahead * field(game, w)))
    return np.array(path)


def resting_point(game):
    """The place where neither player moves.

    Args:
        game: as in ``field``.

    Returns:
        θ and φ one after the other, shape (features,).
    """
    # BEGIN SOLUTION
    P, A, Q, b, c = map(np.asarray, game)
    return np.linalg.solve(np.block([[P, A], [A.T, -Q]]), -np.concatenate([b, c]))
    # END SOLUTION


def growth(game, ahead, step):
    """By how much a step multiplies the distance to the solution in the long run.

    Args:
        game: as in ``field``.
        ahead: step size of the look ahead.
        step: step size of the step itself.

    Returns:
        The largest absolute value of the eigenvalues of the linear map of one step.
    """
    P, A, Q, _, _ = map(np.asarray, game)
    J = np.block([[-P, -A], [A.T, -Q]])
    one = np.eye(len(J))
    return float(np.abs(np.linalg.eigvals(one + step * J @ (one + ahead * J))).max())


def largest_step(singular_values, ahead):
    """The step size below which extragradient converges on V = θᵀAφ, whatever the start.

    Args:
        singular_values: of the square matrix A, all positive, shape (features,).
        ahead: step size of the look ahead, positive.

    Returns:
        A number.
    """
    sigma = np.asarray(singular_values)
    return float((2 * ahead / (1 + (ahead * sigma) ** 2)).min())
