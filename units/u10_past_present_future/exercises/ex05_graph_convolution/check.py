"""Checks for the graph convolution: the dense matrix; a difference quotient for the gradient."""

import numpy as np

from course.grading import close, part


def drawn(rng, nodes=6):
    """A weighted graph whose last node has no neighbours: the matrix W, and its edges in random order."""
    W = np.triu(rng.uniform(0.3, 2, size=(nodes, nodes)) * (rng.random((nodes, nodes)) < 0.6), 1)
    W[0, 1], W[:, -1] = 1.7, 0
    W = (W + W.T).round(2)
    edges = np.argwhere(W > 0)[rng.permutation(np.count_nonzero(W))].astype("int32")
    return W, edges, W[edges[:, 0], edges[:, 1]].astype("float32")


def normalized(W):
    full = W + np.eye(len(W))
    return full / np.sqrt(np.outer(full.sum(1), full.sum(1)))


@part("the scales", points=1, hint="the self loop counts as 1, and so no node has a degree of 0")
def degrees(candidate, rng):
    for _ in range(2):
        W, edges, weights = drawn(rng)
        close(
            candidate.scales(edges, weights, 6),
            1 / np.sqrt(1 + W.sum(1)),
            inputs={"edges": edges, "weights": weights, "nodes": 6},
            rtol=1e-5,
        )


@part("the convolution", points=3, hint="scale before the messages are sent and after they have arrived")
def convolution(candidate, rng):
    for nodes in (3, 6, 8):
        W, edges, weights = drawn(rng, nodes)
        x, K = (rng.normal(size=s).astype("float32") for s in ((nodes, 4), (4, 2)))
        close(
            candidate.convolve(x, K, edges, weights),
            normalized(W) @ x @ K,
            inputs={"x": x, "kernel": K, "edges": edges, "weights": weights},
            rtol=1e-4,
            atol=1e-5,
        )


@part(
    "the gradient by the kernel",
    points=2,
    hint="Ŵ is symmetric: D is propagated like X, and then multiplied by Xᵀ",
)
def gradient(candidate, rng):
    W, edges, weights = drawn(rng)
    x, D = (rng.normal(size=s).astype("float32") for s in ((6, 4), (6, 2)))
    expected, h = np.zeros((4, 2)), 1e-5
    for index in np.ndindex(4, 2):
        K = np.zeros((4, 2))
        K[index] = h
        expected[index] = np.sum(D * (normalized(W) @ x @ K)) / h
    close(
        candidate.kernel_gradient(x, edges, weights, D),
        expected,
        inputs={"x": x, "edges": edges, "weights": weights, "D": D},
        rtol=1e-4,
        atol=1e-4,
    )


@part(
    "the rate",
    points=2,
    hint="the largest eigenvalue is 1 and belongs to the vector that stays; which one is next?",
)
def rate(candidate, rng):
    triangle = np.ones((3, 3)) - np.eye(3)
    path = np.diag([1.0, 1.0, 1.0], 1) + np.diag([1.0, 1.0, 1.0], -1)
    apart = np.kron(np.eye(2), triangle)  # two triangles: differences between them stay for ever
    both = np.kron(path[:2, :2], np.ones((3, 3)))  # two sides of three: the eigenvalues 1, 0.25 and −0.5
    W, _, _ = drawn(rng, 7)
    for A in (triangle, path, apart, both, (W > 0).astype(float)):
        size = np.sort(np.abs(np.linalg.eigvalsh(normalized(A))))[-2]
        close(candidate.smoothing_rate(A), size, inputs={"adjacency": A}, rtol=1e-4, atol=1e-5)
