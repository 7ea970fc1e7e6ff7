"""Colour refinement, the test of Weisfeiler and Leman: when are two graphs surely different? (§8.5, ☆)"""

import numpy as np

from units.u10_past_present_future.graph import union


def refine(graph, colours):
    """One round: a node's new colour stands for its colour and the multiset of its neighbours' colours.

    c_i' = number of (c_i, {{c_j : j neighbour of i}})

    Equal pairs get the same number, different ones different numbers, in the order in which the pairs are sorted.

    Args:
        graph: a ``Graph``.
        colours: c, whole numbers of shape (nodes,).

    Returns:
        c', int64 of shape (nodes,) with the values 0, 1, ….

    Raises:
        ValueError: not one whole number for each node.
    """
    colours = _whole(graph, colours)
    pairs = [(int(colours[i]), *sorted(colours[graph.neighbours(i)].tolist())) for i in range(graph.nodes)]
    numbers = {pair: number for number, pair in enumerate(sorted(set(pairs)))}
    return np.array([numbers[pair] for pair in pairs])


def stable_colours(graph, colours=None):
    """Refine until no colour splits any more; this takes at most n − 1 rounds.

    Args:
        graph: a ``Graph``.
        colours: the colours to begin with, whole numbers of shape (nodes,); None gives all nodes the same one.

    Returns:
        ``(colours, rounds)``: int64 of shape (nodes,), and how many rounds split a colour.

    Raises:
        ValueError: not one whole number for each node.
    """
    colours = _whole(graph, np.zeros(graph.nodes, "int64") if colours is None else colours)
    for rounds in range(graph.nodes):
        new = refine(graph, colours)
        if len(set(new.tolist())) == len(set(colours.tolist())):
            return colours, rounds
        colours = new
    return colours, graph.nodes - 1


def _whole(graph, colours):
    colours = np.asarray(colours)
    if colours.shape != (graph.nodes,) or not np.issubdtype(colours.dtype, np.integer):
        raise ValueError(f"colours holds one whole number for each of the {graph.nodes} nodes.")
    return colours.astype("int64")


def told_apart(first, second):
    """Whether colour refinement shows that two graphs are not isomorphic.

    The graphs are refined together, so that a colour means the same in both; they differ if some colour is not equally
    frequent. False proves nothing: a hexagon and two triangles get the same colours.

    Args:
        first, second: two ``Graph``.

    References: Weisfeiler and Leman (1968); Morris et al., "Weisfeiler and Leman go neural" (2019).
    """
    both, member = union([first, second])
    colours, _ = stable_colours(both)
    return sorted(colours[member == 0].tolist()) != sorted(colours[member == 1].tolist())
