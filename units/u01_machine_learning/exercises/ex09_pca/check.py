"""Check of ex09_pca: eigenvectors of the covariance and NumPy's float64 SVD as references."""

import numpy as np

from course.grading import close, part, shape, true


def reference(x, k):
    x = x.astype("float64")
    values, vectors = np.linalg.eigh(np.cov(x, rowvar=False))
    order = np.argsort(-values)
    return x.mean(0), vectors[:, order[:k]].T, values[order[:k]] / values.sum()


def samples(rng, n=40, p=5):
    Q, _ = np.linalg.qr(rng.normal(size=(p, p)))
    z = rng.normal(size=(n, p))
    z = (z - z.mean(0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(z, rowvar=False))).T  # exactly white
    return (z * (5.0, 3.0, 2.0, 1.0, 0.5)[:p] @ Q + rng.uniform(4, 9, p)).astype("float32")


@part("the mean and the shapes", points=1, hint="the mean runs over the batch: one number per feature")
def mean(candidate, rng):
    x = samples(rng)
    got = candidate.pca(x, 2)
    true(len(got) == 3, "pca returns (mean, components, share)", inputs={"k": 2})
    close(got[0], x.mean(0), rtol=1e-4, inputs={"x": x})
    shape(got[1], (2, 5), inputs={"x": x, "k": 2}, message="components")
    shape(got[2], (2,), inputs={"x": x, "k": 2}, message="share")


@part(
    "the principal directions",
    points=3,
    hint="centre first; the directions are the rows of ops.svd's third result",
)
def directions(candidate, rng):
    for k in (1, 3, 5):
        x = samples(rng)
        _, expected, _ = reference(x, k)
        _, got, _ = candidate.pca(x, k)
        shape(got, (k, 5), inputs={"x": x, "k": k})
        got = np.asarray(got, dtype="float64")
        sign = np.where(np.sum(got * expected, axis=1, keepdims=True) < 0, -1.0, 1.0)
        close(sign * got, expected, rtol=0, atol=2e-3, inputs={"x": x, "k": k}, message="up to their signs")


@part(
    "the explained share",
    points=2,
    hint="variances are squares of singular values; the total has all of them",
)
def share(candidate, rng):
    for k in (1, 3):
        x = samples(rng)
        close(candidate.pca(x, k)[2], reference(x, k)[2], rtol=2e-3, inputs={"x": x, "k": k})


@part(
    "projection and back",
    points=2,
    hint="(x − mean) times V_k, whose columns are the directions, times its transpose; then add the mean",
)
def back(candidate, rng):
    for k in (1, 3, 5):
        x = samples(rng)
        centre, V, _ = reference(x, k)
        expected = (x - centre) @ V.T @ V + centre
        close(candidate.reconstruct(x, k), expected, rtol=1e-3, atol=1e-2, inputs={"x": x, "k": k})


@part("the error of rank r", points=2, hint="add the squares of all discarded singular values")
def error(candidate, rng):
    A = np.array([[4.0, 0], [0, 3]], "float32")
    close(candidate.relative_error(A, 1), 0.6, rtol=1e-4, inputs={"A": A, "r": 1})
    for shape_of_A in ((6, 9), (9, 6)):
        A = (rng.normal(size=shape_of_A) + 1).astype("float32")
        s = np.linalg.svd(A.astype("float64"), compute_uv=False)
        for r in (0, 1, 4):
            expected = np.linalg.norm(s[r:]) / np.linalg.norm(s)
            close(candidate.relative_error(A, r), expected, rtol=1e-3, inputs={"A": A, "r": r})
