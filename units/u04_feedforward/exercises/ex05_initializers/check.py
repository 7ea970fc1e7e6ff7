"""Checks for ex05: the noise is known, so the kernels are; orthogonal matrices by Gram–Schmidt in float64."""

import numpy as np

from course.grading import close, equal, part


def gram_schmidt(A):
    """The Q whose R has a positive diagonal: every column minus its projections, normalized."""
    columns = []
    for a in A.astype("float64").T:
        for q in columns:
            a = a - (q @ a) * q
        columns.append(a / np.linalg.norm(a))
    return np.array(columns).T


def compare(candidate, name, noise, expected, **options):
    close(getattr(candidate, name)(noise), expected, inputs={"noise": noise}, **options)


@part("the fans of a matrix and of a convolution", points=2, hint="how many numbers are added up for one z?")
def count(candidate, rng):
    for shape in ((5, 3), (2, 9), (3, 3, 16, 32), (5, 2, 4)):
        window = int(np.prod(shape[:-2]))
        equal(list(candidate.fans(shape)), [window * shape[-2], window * shape[-1]], inputs={"shape": shape})


@part("He: the variance is 2 / n_in", points=2, hint="Var(c · noise) = c² Var(noise)")
def he(candidate, rng):
    for shape in ((6, 3), (50, 4), (3, 3, 2, 7)):
        noise = rng.normal(size=shape).astype("float32")
        compare(candidate, "he_normal", noise, noise * np.sqrt(2 / np.prod(shape[:-1])))


@part(
    "Xavier: uniform around 0",
    points=2,
    hint="transform the noise from (0, 1) to (−1, 1); U(−a, a) has the variance a²/3",
)
def xavier(candidate, rng):
    for shape in ((6, 3), (50, 4), (3, 3, 2, 7)):
        noise = rng.uniform(size=shape).astype("float32")
        fans = np.prod(shape[:-2]) * (shape[-2] + shape[-1])
        compare(candidate, "xavier_uniform", noise, np.sqrt(6 / fans) * (2 * noise - 1))


@part(
    "orthogonal, square and tall",
    points=2,
    hint="multiply every column of Q by the sign of R's diagonal entry",
)
def tall(candidate, rng):
    for shape in ((4, 4), (7, 3), (5, 1)):
        for _ in range(3):
            noise = rng.normal(size=shape).astype("float32")
            compare(candidate, "orthogonal", noise, gram_schmidt(noise), rtol=1e-3, atol=1e-4)


@part("orthogonal, wide", points=1, hint="transpose before the factorization and after it")
def wide(candidate, rng):
    noise = rng.normal(size=(3, 7)).astype("float32")
    compare(candidate, "orthogonal", noise, gram_schmidt(noise.T).T, rtol=1e-3, atol=1e-4)
