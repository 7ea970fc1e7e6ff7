"""What the edges add: networks with and without them, against the best possible accuracy (§8.5)."""

import keras
import numpy as np

from course.figures import COLOURS
from units.u10_past_present_future.gat import GAT
from units.u10_past_present_future.gcn import GCN
from units.u10_past_present_future.graph import Graph
from units.u10_past_present_future.node_classifier import NodeMLP


def best_possible(d, graph, with_edges):
    """The accuracy of the true posterior: from a node's features, and from the true classes of all other nodes too.

    log P(y_i = k | …) = distance · x_{ik} + ∑_j [A_{ij} log p_{k y_j} + (1 − A_{ij}) log(1 − p_{k y_j})] + constant
    """
    y, o = d.labels(), d.options
    p = np.full((d.classes, d.classes), o["between"] * d.classes / ((d.classes - 1) * len(y)))
    np.fill_diagonal(p, o["within"] * d.classes / len(y))
    score = o["distance"] * d.x[:, : d.classes]
    if with_edges:
        A, others = graph.adjacency(), 1 - np.eye(len(y))
        score = score + A @ np.log(p)[y] + (others - A) @ np.log1p(-p)[y]
    return np.mean(score.argmax(axis=1) == y)


def run(r):
    makers = {
        "features only (MLP)": lambda g: NodeMLP(g, 3, units=16),
        "GCN": lambda g: GCN(g, 3, units=16),
        "GAT": lambda g: GAT(g, 3, units=4, heads=2, dropout=0.4),
    }
    betweens = r.pick(quick=[2.0], full=[0.5, 2.0, 4.0, 6.0, 8.0, 10.0])
    found = {name: [] for name in [*makers, "best with features", "best with edges"]}
    for between in betweens:
        d = r.data(n=r.pick(quick=210, full=900), within=10.0 - between, between=between, seed=r.seed)
        x, y = d.features(), d.labels()
        graph, order = Graph(len(y), d.edges()), r.rng.permutation(len(y))
        known, tested = (
            np.isin(np.arange(len(y)), part).astype("float32") for part in (order[:60], order[60:])
        )
        for (name, make), key in zip(makers.items(), ("mlp", "gcn", "gat"), strict=True):
            model = make(graph)
            model.compile(keras.optimizers.Adam(r.pick(quick=0.05, full=0.01)))
            with r.model(f"accuracy_{key}", model):
                model.fit(x, y, sample_weight=known, epochs=r.pick(quick=40, full=200), verbose=0)
            found[name].append(model.evaluate(x, y, sample_weight=tested, return_dict=True)["accuracy"])
        found["best with features"].append(best_possible(d, graph, False))
        found["best with edges"].append(best_possible(d, graph, True))
    shown = betweens.index(2.0)
    for name, metric in zip(found, ("mlp", "gcn", "gat", "best_features", "best_edges"), strict=True):
        r.metric(f"accuracy_{metric}", found[name][shown])
    r.table(
        ["neighbours of other classes, of 10", *found],
        [[f"{b:g}", *(f"{v[i]:.3f}" for v in found.values())] for i, b in enumerate(betweens)],
        "Accuracy on nodes without a label",
    )
    _, ax = r.figure("accuracy", size=(6, 4))
    colours = [COLOURS[c] for c in ("grey", "blue", "orange", "black", "green")]
    if r.full:
        for (name, values), colour in zip(found.items(), colours, strict=True):
            ax.plot(betweens, values, "--" if "best" in name else "o-", color=colour, label=name)
        ax.set(xlabel="neighbours of other classes, of 10", ylabel="accuracy")
        ax.legend()
    else:
        ax.barh(list(found), [v[0] for v in found.values()], color=colours)
        ax.invert_yaxis()
        ax.set(xlabel="accuracy on nodes without a label", xlim=(0, 1))
    ax.set_title("60 labels: what the edges add")
