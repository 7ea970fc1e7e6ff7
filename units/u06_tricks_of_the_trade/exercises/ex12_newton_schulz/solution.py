"""Odd polynomials that map singular values to 1, and what Muon does with them."""

import numpy as np
from keras import ops


def flat_coefficients(order):
    """The odd polynomial that is as flat as possible at s = 1.

    P(s) = a_1 s + a_3 s³ + … + a_{2m+1} s^{2m+1},   P(1) = 1,   P'(1) = P''(1) = … = P^(m)(1) = 0

    Args:
        order: m ≥ 1.

    Returns:
        [a_1, a_3, …, a_{2m+1}], a list of m + 1 numbers.
    """
    powers = range(1, 2 * order + 2, 2)
    # row j: the j-th derivative of every power of s, at s = 1
    rows = [[float(np.prod([i - q for q in range(j)])) for i in powers] for j in range(order + 1)]
    return [float(a) for a in np.linalg.solve(np.array(rows), np.eye(order + 1)[0])]


def newton_schulz(G, coefficients, steps):
    """Apply an odd polynomial to the singular values of G / ‖G‖_F, several times, by matrix products.

    Args:
        G: shape (…, rows, columns), not zero.
        coefficients: [a_1, a_3, …, a_{2m+1}].
        steps: how many times.

    Returns:
        U diag(P(… P(s))) Vᵀ, of the shape of ``G``.
    """
    X = G / ops.sqrt(ops.sum(ops.square(G), axis=(-2, -1), keepdims=True))
    for _ in range(steps):
        power, total = X, 0.0
        squares = ops.matmul(X, ops.swapaxes(X, -1, -2))
        for a in coefficients:
            total = total + a * power
            power = ops.matmul(squares, power)
        X = total
    return X


def polar(G, steps):
    """The polar decomposition G = O H, where O has orthonormal columns and H is symmetric.

    Args:
        G: shape (rows, columns), rows ≥ columns, of full rank.
        steps: of ``newton_schulz`` with the cubic polynomial, order 1.

    Returns:
        ``(O, H)``, of the shapes (rows, columns) and (columns, columns): approximations if the steps are few.
    """
    O = newton_schulz(G, flat_coefficients(1), steps)
    H = ops.matmul(ops.transpose(O), G)
    return O, (H + ops.transpose(H)) / 2


def muon_step(kernel, momentum, gradient, learning_rate, beta, kappa, coefficients):
    """One step of Muon with Nesterov's momentum, for the kernel of a convolution, and five Newton–Schulz steps.

    M ← β M + G,   O = NewtonSchulz(G + β M),   W ← W − α κ √max(rows, columns) O

    The matrix of a kernel has one column for each output channel.

    Args:
        kernel: W, shape (height, width, channels, filters).
        momentum: M, of the same shape.
        gradient: G, of the same shape.
        learning_rate: α.
        beta: β.
        kappa: κ.
        coefficients: of ``newton_schulz``.

    Returns:
        ``(W, M)`` after the step, each of the shape of ``kernel``.
    """
    momentum = beta * momentum + gradient
    columns = kernel.shape[-1]
    rows = int(np.prod(kernel.shape[:-1]))
    ahead = ops.reshape(gradient + beta * momentum, (rows, columns))
    O = newton_schulz(ahead, coefficients, 5)
    factor = learning_rate * kappa * max(rows, columns) ** 0.5
    return kernel - factor * ops.reshape(O, kernel.shape), momentum
