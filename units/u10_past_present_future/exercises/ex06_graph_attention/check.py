"""Checks for graph attention: loops over nodes in float64."""

import numpy as np

from course.grading import close, part


def drawn(rng, nodes=6, edges=14):
    """Directed edges in random order; the last node receives nothing."""
    ends = np.stack([rng.integers(0, nodes, size=edges), rng.integers(0, nodes - 1, size=edges)], axis=1)
    ends[:3] = [[1, 0], [2, 0], [nodes - 1, 0]]
    return ends[rng.permutation(edges)].astype("int32")


def attention(e, edges, nodes, null):
    alpha = np.zeros(len(e))
    for i in range(nodes):
        into = edges[:, 1] == i
        top = max([null, *e[into]])
        w = np.exp(e[into].astype("float64") - top)
        alpha[into] = w / (w.sum() + np.exp(null - top))
    return alpha


@part("the scores", points=3, hint="LeakyReLU comes before the product with a, on each of the units")
def edge_scores(candidate, rng):
    for slope in (0.2, 0.05):
        edges = drawn(rng)
        left, right = (rng.normal(size=(6, 4)).astype("float32") for _ in range(2))
        a = rng.normal(size=4).astype("float32")
        s = left[edges[:, 0]] + right[edges[:, 1]]
        close(
            candidate.scores(left, right, edges, a, slope),
            np.maximum(s, slope * s) @ a,
            inputs={"left": left, "right": right, "edges": edges, "a": a, "slope": slope},
            rtol=1e-4,
            atol=1e-5,
        )


@part(
    "the weights", points=2, hint="the sum goes over the edges that end in the same node, and one exp(null)"
)
def weights(candidate, rng):
    for null in (0.0, -1.0, 2.0):
        edges = drawn(rng)
        e = rng.normal(size=len(edges)).astype("float32")
        close(
            candidate.attention(e, edges, 6, null),
            attention(e, edges, 6, null),
            inputs={"e": e, "edges": edges, "nodes": 6, "null": null},
            rtol=1e-4,
            atol=1e-5,
        )


@part("scores of any size", points=2, hint="subtract the largest of the scores into a node and of null")
def stable(candidate, rng):
    edges = np.array([[0, 1], [2, 1], [1, 0], [0, 2], [1, 2], [2, 0]], "int32")
    e = np.array([900.0, 901.0, -900.0, -2.0, 300.0, -901.0], "float32")
    for null in (0.0, 900.0, -950.0):
        close(
            candidate.attention(e, edges, 4, null),
            attention(e, edges, 4, null),
            inputs={"e": e, "edges": edges, "nodes": 4, "null": null},
            rtol=1e-4,
            atol=1e-5,
        )


@part("the null message", points=1, hint="one number for each node, also for those without an edge")
def null_share(candidate, rng):
    edges = drawn(rng)
    alpha = attention(rng.normal(size=len(edges)), edges, 6, 0.5).astype("float32")
    expected = np.array([1 - alpha[edges[:, 1] == i].sum() for i in range(6)])
    close(
        candidate.silence(alpha, edges, 6),
        expected,
        inputs={"alpha": alpha, "edges": edges, "nodes": 6},
        rtol=1e-4,
        atol=1e-5,
    )
