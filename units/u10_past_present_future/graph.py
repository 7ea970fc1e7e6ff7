"""A graph: nodes 0, …, n − 1 and the pairs of them that are neighbours (§8.5)."""

import numpy as np


class Graph:
    """An undirected graph without self loops.

    A_{ij} = A_{ji} = 1 if i and j are neighbours, otherwise 0;   d_i = ∑_j A_{ij}

    Args:
        nodes: n, the number of nodes.
        pairs: the neighbours, each pair once and in any order, integers of shape (pairs, 2).

    Attributes:
        nodes: n.
        edges: both directions of every pair, int32 of shape (edges, 2) with edges = 2 · pairs. A row (j, i) says that
            node j sends to node i.
        degrees: d, int64 of shape (nodes,).

    Raises:
        ValueError: nodes is no whole number above 0, or the pairs have another shape, name a node that does not exist,
            connect a node with itself, or one pair is there twice.

    Example:
        >>> path = Graph(3, [(0, 1), (1, 2)])
        >>> path.edges.tolist()
        [[0, 1], [1, 2], [1, 0], [2, 1]]
        >>> path.degrees.tolist()
        [1, 2, 1]
    """

    def __init__(self, nodes, pairs):
        if nodes < 1 or nodes != int(nodes):
            raise ValueError(f"A graph has at least one node, and a whole number of them, not {nodes}.")
        pairs = checked_edges(pairs, nodes, "pairs")
        if np.any(pairs[:, 0] == pairs[:, 1]):
            raise ValueError(
                "A pair connects a node with itself; the layers add self loops where they need them."
            )
        ordered = np.unique(np.sort(pairs, axis=1), axis=0)
        if len(ordered) < len(pairs):
            raise ValueError(
                "A pair of neighbours is there twice; give each pair once, in one of its two directions."
            )
        self.nodes = int(nodes)
        self.edges = np.concatenate([pairs, pairs[:, ::-1]]).astype("int32")
        # d_i = ∑_j A_{ij}
        self.degrees = np.bincount(self.edges[:, 1], minlength=self.nodes)

    @classmethod
    def of(cls, graph):
        """A ``Graph``, from one or from what ``config`` returned."""
        return graph if isinstance(graph, cls) else cls(graph["nodes"], graph["pairs"])

    def config(self):
        """The arguments of ``__init__`` as numbers and lists, for saving."""
        return {"nodes": self.nodes, "pairs": self.edges[: len(self.edges) // 2].tolist()}

    def adjacency(self):
        """A, float64 of shape (nodes, nodes)."""
        matrix = np.zeros((self.nodes, self.nodes))
        matrix[self.edges[:, 1], self.edges[:, 0]] = 1
        return matrix

    def neighbours(self, node):
        """The neighbours of a node in ascending order, shape (d_i,)."""
        return np.sort(self.edges[self.edges[:, 1] == node, 0])


def checked_edges(edges, nodes, name="edges"):
    """Edges as int32 of shape (edges, 2), after a look at their values.

    Raises:
        ValueError: another shape, fractions, or a number that is not that of a node.
    """
    edges = np.asarray(edges)
    if edges.size == 0:
        return np.zeros((0, 2), "int32")
    if edges.ndim != 2 or edges.shape[1] != 2:
        raise ValueError(f"{name} has shape {edges.shape}; it must be (edges, 2), one row for each edge.")
    if not np.array_equal(edges, np.round(edges)) or edges.min() < 0 or edges.max() >= nodes:
        raise ValueError(f"{name} must hold whole numbers from 0 to {nodes - 1}, one for each node.")
    return edges.astype("int32")


def union(graphs):
    """Several graphs as one graph without edges between them, so that one pass computes all of them.

    Args:
        graphs: a list of ``Graph``.

    Returns:
        ``(graph, member)``: the union, whose nodes are those of the first graph, then of the second and so on; and for
        each node the number of its graph, int32 of shape (nodes,).

    Raises:
        ValueError: the list is empty.
    """
    if not graphs:
        raise ValueError("A union needs at least one graph.")
    sizes = [graph.nodes for graph in graphs]
    starts = np.cumsum([0, *sizes[:-1]])
    pairs = [g.edges[: len(g.edges) // 2] + start for g, start in zip(graphs, starts, strict=True)]
    return Graph(sum(sizes), np.concatenate(pairs)), np.repeat(np.arange(len(graphs)), sizes).astype("int32")
