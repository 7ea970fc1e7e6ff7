"""Checks for message passing: loops over the edges."""

import numpy as np

from course.grading import close, part


def drawn(rng, nodes=6, edges=9):
    """Directed edges in random order; the last node receives nothing, and it is not the largest number that sends."""
    ends = np.stack([rng.integers(0, nodes, size=edges), rng.integers(0, nodes - 1, size=edges)], axis=1)
    ends[0] = [nodes - 1, 0]
    order = rng.permutation(edges)
    x = rng.normal(size=(nodes, 3)).astype("float32")
    return x, ends[order].astype("int32"), rng.uniform(0.5, 2, size=edges).astype("float32")


def receive(x, edges, weights, nodes):
    h = np.zeros((nodes, x.shape[1]))
    for (j, i), w in zip(edges, weights, strict=True):
        h[i] += w * x[j]
    return h


FIXED = (
    np.array([[1.0, 0.0], [10.0, 1.0], [100.0, 2.0], [1000.0, 3.0]], "float32"),
    np.array([[2, 1], [0, 1], [1, 0]], "int32"),
    np.array([2.0, 0.5, 3.0], "float32"),
)


@part(
    "the weighted sum",
    points=2,
    hint="a row (j, i) goes from j to i: x is taken at column 0 and summed by column 1",
)
def sums(candidate, rng):
    for x, edges, weights in (FIXED, drawn(rng), drawn(rng, 9, 20)):
        close(
            candidate.receive(x, edges, weights, len(x)),
            receive(x, edges, weights, len(x)),
            inputs={"x": x, "edges": edges, "weights": weights, "nodes": len(x)},
            rtol=1e-4,
            atol=1e-5,
        )


@part(
    "the weighted mean",
    points=2,
    hint="divide by the sum of the weights; where it is 0 the node keeps its vector",
)
def means(candidate, rng):
    silent = drawn(rng)
    silent[2][silent[1][:, 1] == 1] = 0  # node 1 receives nothing but weights 0
    for x, edges, weights in (FIXED, silent, drawn(rng, 9, 20)):
        expected = receive(x, edges, weights, len(x))
        for i in range(len(x)):
            total = weights[edges[:, 1] == i].sum()
            expected[i] = expected[i] / total if total > 0 else x[i]
        close(
            candidate.weighted_mean(x, edges, weights, len(x)),
            expected,
            inputs={"x": x, "edges": edges, "weights": weights, "nodes": len(x)},
            rtol=1e-4,
            atol=1e-5,
        )


@part("two steps", points=2, hint="as many walks i → j → i as node i has neighbours begin and end in i")
def walks(candidate, rng):
    path = np.array([[0, 1], [1, 2], [1, 0], [2, 1]], "int32")
    upper = np.argwhere(np.triu(rng.random((6, 6)) < 0.5, 1))
    random = np.concatenate([upper, upper[:, ::-1]])[rng.permutation(2 * len(upper))].astype("int32")
    for nodes, edges in ((4, path), (7, random)):
        x = rng.normal(size=(nodes, 2)).astype("float32")
        A = np.zeros((nodes, nodes))
        A[edges[:, 1], edges[:, 0]] = 1
        two = A @ A
        np.fill_diagonal(two, 0)
        close(
            candidate.two_steps(x, edges, nodes),
            two @ x,
            inputs={"x": x, "edges": edges, "nodes": nodes},
            rtol=1e-4,
            atol=1e-4,
        )
