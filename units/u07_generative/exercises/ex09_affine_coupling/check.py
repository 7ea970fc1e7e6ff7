"""Checks for ex09: a coupling written with index sets, and determinants of Jacobian matrices by central differences."""

import numpy as np

from course.grading import close, part


def coupled(x, m, S, B):
    stay, change = np.flatnonzero(m == 1), np.flatnonzero(m == 0)
    z = x.copy()
    for j in change:
        z[:, j] = x[:, j] * np.exp(np.tanh(x[:, stay] @ S[stay, j])) + x[:, stay] @ B[stay, j]
    return z


def log_determinants(function, x, h=1e-5):
    found = []
    for row in x:
        moves = h * np.eye(len(row))
        found.append(np.linalg.slogdet((function(row + moves) - function(row - moves)) / (2 * h))[1])
    return np.array(found)


def coupling(rng, features):
    m = rng.permutation(np.arange(features) % 2).astype("float64")
    return {"m": m, "S": rng.normal(size=(features, features)), "B": rng.normal(size=(features, features))}


@part("forward", points=2, hint="which entries may s and b depend on, and which do they change?")
def forward(candidate, rng):
    for features in (2, 3, 5):
        given = {"x": rng.normal(size=(4, features)), **coupling(rng, features)}
        close(candidate.forward(**given)[0], coupled(**given), inputs=given, rtol=1e-4, atol=1e-5)


@part("the logarithm of the determinant", points=2, hint="the Jacobian matrix is triangular")
def determinant(candidate, rng):
    for features in (2, 3, 5):
        given = coupling(rng, features)
        x = rng.normal(size=(4, features))
        expected = log_determinants(lambda rows, given=given: coupled(rows, **given), x)
        close(candidate.forward(x, **given)[1], expected, inputs={"x": x, **given}, rtol=1e-4, atol=1e-5)


@part("backward", points=2, hint="the entries that stay are the same in x and z")
def backward(candidate, rng):
    for features in (2, 3, 5):
        given = coupling(rng, features)
        x = rng.normal(size=(4, features))
        z = coupled(x, **given)
        close(candidate.inverse(z, **given), x, inputs={"z": z, **given}, rtol=1e-4, atol=1e-5)


@part("the likelihood of a chain", points=2, hint="the density of the last z, times all determinants")
def likelihood(candidate, rng):
    for features, length in ((2, 1), (3, 2), (4, 3)):
        chain = [tuple(coupling(rng, features).values()) for _ in range(length)]

        def through(rows, chain=chain):
            for one in chain:
                rows = coupled(rows, *one)
            return rows

        x = rng.normal(size=(4, features))
        log_density = -0.5 * np.sum(through(x) ** 2 + np.log(2 * np.pi), axis=1)
        expected = log_density + log_determinants(through, x)
        given = {"x": x, "couplings": chain}
        close(candidate.log_likelihood(**given), expected, inputs=given, rtol=1e-4, atol=1e-4)
