"""Colour refinement with names that graphs share, and a kernel that counts common colours."""

import numpy as np


def refined(colours, edges):
    """One round: a node's new name is its old one and the sorted names of its neighbours.

    c_i' = "c_i(c_a,c_b,…)" with the names of the neighbours in alphabetical order, separated by commas

    Args:
        colours: the names of the nodes, a list of strings.
        edges: the neighbours, each pair once, a list of pairs [i, j].

    Returns:
        A list of strings.
    """
    around = [[] for _ in colours]
    for i, j in edges:
        around[i].append(colours[j])
        around[j].append(colours[i])
    return [f"{own}({','.join(sorted(near))})" for own, near in zip(colours, around, strict=True)]


def histogram(colours, edges, rounds):
    """How often each name occurs in rounds 0, …, rounds.

    Args:
        colours, edges: as for ``refined``.
        rounds: number of rounds, at least 0.

    Returns:
        A dictionary from name to count.
    """
    counts = {}
    for step in range(rounds + 1):
        for name in colours:
            counts[name] = counts.get(name, 0) + 1
        if step < rounds:
            colours = refined(colours, edges)
    return counts


def kernel(first, second):
    """How similar two histograms are: 1 for equal ones, 0 without a common name.

    k(f, g) = ∑_c f_c g_c / √(∑_c f_c² ∑_c g_c²)

    Args:
        first, second: f and g, dictionaries from name to count.

    Returns:
        A float.
    """
    product = sum(count * second.get(name, 0) for name, count in first.items())
    lengths = [np.sqrt(sum(count**2 for count in h.values())) for h in (first, second)]
    return float(product / (lengths[0] * lengths[1]))


def rounds_to_tell_apart(colours, edges, other_colours, other_edges):
    """The first round in which the two graphs have different multisets of names.

    Args:
        colours, edges: the first graph.
        other_colours, other_edges: the second one.

    Returns:
        0 if they differ without refinement; −1 if n rounds, n the number of nodes of the first graph, show nothing.
    """
    for step in range(len(colours) + 1):
        if sorted(colours) != sorted(other_colours):
            return step
        colours, other_colours = refined(colours, edges), refined(other_colours, other_edges)
    return -1
