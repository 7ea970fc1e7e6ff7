"""Graphs in arrays: features of the nodes, one label for each node, edges as pairs of nodes."""

import numpy as np


def features(arrays):
    """Return float32 features of shape (nodes, features).

    They are stored as ``x``, or as a sparse matrix in three arrays (compressed rows). A graph without features gets the
    identity matrix: each node has a feature of its own.
    """
    if "x" in arrays:
        return arrays["x"].astype("float32")
    if "features_indptr" not in arrays:
        return np.eye(len(labels(arrays)), dtype="float32")
    rows = np.repeat(np.arange(len(arrays["features_indptr"]) - 1), np.diff(arrays["features_indptr"]))
    x = np.zeros(arrays["features_shape"], "float32")
    x[rows, arrays["features_indices"]] = arrays["features_data"]
    return x


def labels(arrays):
    """Return the class of each node, int32 of shape (nodes,)."""
    return arrays["y" if "y" in arrays else "labels"].astype("int32")


def edges(arrays):
    """Return each edge once, int32 of shape (edges, 2), the smaller number first."""
    pairs = arrays["edges"] if "edges" in arrays else np.argwhere(np.triu(arrays["adjacency"], 1))
    return np.sort(pairs, axis=1).astype("int32")
