"""Checks for colour refinement: numbers shared by all graphs instead of names."""

import numpy as np

from course.grading import close, equal, part

HEXAGON = [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 0]]
TRIANGLES = [[0, 1], [1, 2], [2, 0], [3, 4], [4, 5], [5, 3]]
PATH = [[0, 1], [1, 2], [2, 3], [3, 4]]
LONG = [[i, i + 1] for i in range(8)]  # 9 nodes: its middle is known after 4 rounds
STARS = [[0, 1], [0, 2], [0, 3], [4, 5]]


def neighbours(n, edges):
    near = [[] for _ in range(n)]
    for i, j in edges:
        near[i].append(j)
        near[j].append(i)
    return near


def refine(colours, edges):
    return [
        f"{colours[i]}(" + ",".join(sorted(colours[j] for j in near)) + ")"
        for i, near in enumerate(neighbours(len(colours), edges))
    ]


def rounds_of(colours, edges, rounds):
    every = [list(colours)]
    for _ in range(rounds):
        every.append(refine(every[-1], edges))
    return every


def drawn(rng, n=5):
    """A random graph with two initial colours."""
    pairs = [[i, j] for i in range(n) for j in range(i + 1, n)]
    edges = [pairs[k] for k in rng.permutation(len(pairs))[: int(rng.integers(3, 7))]]
    return [str(c) for c in rng.choice(["a", "b"], size=n)], edges


@part(
    "one round",
    points=2,
    hint="the neighbours' names are sorted, and each neighbour counts, also if its name is not new",
)
def one_round(candidate, rng):
    for colours, edges in (
        (list("aab"), [[0, 1], [1, 2]]),
        (list("bbcaa"), [[4, 0], *PATH]),
        drawn(rng),
        drawn(rng),
    ):
        equal(
            candidate.refined(colours, edges),
            refine(colours, edges),
            inputs={"colours": colours, "edges": edges},
        )
    alone = list("ab")
    equal(candidate.refined(alone, []), ["a()", "b()"], inputs={"colours": alone, "edges": []})


@part("the histogram", points=2, hint="round 0 counts too, and the counts of all rounds are added up")
def histograms(candidate, rng):
    for (colours, edges), rounds in (
        ((["x"] * 5, PATH), 2),
        ((list("aab"), [[0, 1]]), 0),
        (drawn(rng), 1),
        (drawn(rng), 3),
    ):
        expected = {}
        for names in rounds_of(colours, edges, rounds):
            for name in names:
                expected[name] = expected.get(name, 0) + 1
        got = candidate.histogram(colours, edges, rounds)
        inputs = {"colours": colours, "edges": edges, "rounds": rounds}
        equal(got, expected, inputs=inputs)


@part("the kernel", points=2, hint="a cosine: the product over common names, divided by both lengths")
def kernels(candidate, rng):
    f, g = {"a": 3, "b": 4}, {"b": 2, "c": 1}
    pairs = [(f, g), (g, f), (f, f), ({"a": 1}, {"b": 1})]
    for _ in range(2):
        f, g = (
            {str(c): int(rng.integers(1, 9)) for c in rng.permutation(list("abcdef"))[:4]} for _ in range(2)
        )
        pairs.append((f, g))
    for f, g in pairs:
        vectors = np.array([[h.get(c, 0) for c in "abcdef"] for h in (f, g)], "float64")
        expected = vectors[0] @ vectors[1] / np.prod(np.linalg.norm(vectors, axis=1))
        close(candidate.kernel(f, g), expected, inputs={"first": f, "second": g}, rtol=1e-5, atol=1e-6)


@part(
    "the first round that differs",
    points=2,
    hint="compare before the first refinement; the order of the nodes does not count",
)
def first_round(candidate, rng):
    same = ["x"] * 6
    moved = [[5, 4], [4, 3], [3, 2], [2, 1], [1, 0], [0, 5]]
    late = [*LONG[:7], [8, 0]]  # the same path with another numbering: never apart
    ring = [[i, (i + 1) % 9] for i in range(9)]
    two = [[0, 1], [1, 2], [2, 3], [4, 5], [5, 6], [6, 7], [7, 8], [8, 4]]
    chain7, broom = (
        [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [2, 6]],
        [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [1, 6]],
    )
    path12 = [[i, i + 1] for i in range(11)]
    path9_and_triangle = [*LONG, [9, 10], [10, 11], [11, 9]]
    cases = [
        (same, HEXAGON, same, TRIANGLES, -1),
        (same, HEXAGON, same, moved, -1),
        (list("xxxxxy"), HEXAGON, same, HEXAGON, 0),
        (list("xyxxxx"), HEXAGON, list("yxxxxx"), HEXAGON, -1),
        (list("yxxxxx"), HEXAGON, list("yxxxxx"), TRIANGLES, 2),
        (same, STARS, same, [[0, 1], [1, 2], [2, 3], [4, 5]], 1),
        (["x"] * 9, LONG, ["x"] * 9, late, -1),
        (["x"] * 9, ring, ["x"] * 9, two, 1),
        (["x"] * 7, chain7, ["x"] * 7, broom, 2),
        (["x"] * 12, path12, ["x"] * 12, path9_and_triangle, 5),
    ]
    for colours, edges, others, other_edges, expected in cases:
        equal(
            candidate.rounds_to_tell_apart(colours, edges, others, other_edges),
            expected,
            inputs={"colours": colours, "edges": edges, "other_colours": others, "other_edges": other_edges},
        )
