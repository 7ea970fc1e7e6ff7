"""Which field is a paper from? Words and citations, 20 labels a field, mean over ten seeds (§8.5)."""

import keras
import numpy as np

from course.figures import COLOURS
from units.u06_tricks_of_the_trade import in_percent, mean_and_interval, of_seeds
from units.u10_past_present_future.appnp import APPNP
from units.u10_past_present_future.gat import GAT
from units.u10_past_present_future.gcn import GCN
from units.u10_past_present_future.graph import Graph
from units.u10_past_present_future.linear_map import words_of
from units.u10_past_present_future.node_classifier import NodeMLP

# name → network, learning rate
NETWORKS = {
    "MLP": (lambda g, k, v: NodeMLP(g, k, vocabulary=v), 0.01),
    "GCN": (lambda g, k, v: GCN(g, k, vocabulary=v), 0.01),
    "GAT": (lambda g, k, v: GAT(g, k, vocabulary=v), 0.005),
    "APPNP": (lambda g, k, v: APPNP(g, k, vocabulary=v, decay=5e-3), 0.01),
}
EPOCHS, PATIENCE = 1000, 100  # of the full run, as in the paper on GAT


def parts(r):
    """Inputs, labels, edges, number of words or None, and 0/1 weights of the nodes to train, to stop and to test on."""
    if r.data_name == "cora":
        d = r.data()
        x, vocabulary, chosen = words_of(d.features()), 1433, [d.train, d.val, d.test]
    else:
        d = r.data(n=210, classes=7, within=8.0, between=2.0, seed=r.seed)
        order = r.rng.permutation(210)
        x, vocabulary, chosen = d.features(), None, [order[:70], [], order[70:]]
    weights = [np.isin(np.arange(len(x)), nodes).astype("float32") for nodes in chosen]
    return x, d.labels(), Graph(len(x), d.edges()), vocabulary, weights


def fit(model, r, x, y, known, held_out):
    """Train; in the full run keep the weights with the smallest loss on the held-out nodes."""
    if not r.full:
        return model.fit(x, y, sample_weight=known, epochs=60, verbose=0)
    stop = keras.callbacks.EarlyStopping("val_loss", patience=PATIENCE, restore_best_weights=True)
    held_out = (x, y, held_out)
    return model.fit(
        x, y, sample_weight=known, validation_data=held_out, callbacks=[stop], epochs=EPOCHS, verbose=0
    )


def run(r):
    x, y, graph, vocabulary, (known, held_out, tested) = parts(r)
    names = r.pick(quick=["MLP", "APPNP"], full=list(NETWORKS))
    found = {}
    for name in names:
        make, rate = NETWORKS[name]
        found[name] = []
        for seed in range(r.pick(quick=1, full=10)):
            keras.utils.set_random_seed(1000 * r.seed + seed)
            model = make(graph, 7, vocabulary)
            model.compile(keras.optimizers.Adam(rate))
            with r.model(f"accuracy_{name.lower()}", model):
                fit(model, r, x, y, known, held_out)
            found[name].append(model.evaluate(x, y, sample_weight=tested, return_dict=True)["accuracy"])
            r.log(f"{name}, seed {seed}: {found[name][-1]:.4f}")
        r.metric(f"accuracy_{name.lower()}", np.mean(found[name]))
    half = [mean_and_interval(values)[1] for values in found.values()]
    rows = [
        [name, in_percent(values), f"{100 * min(values):.1f}–{100 * max(values):.1f}"]
        for name, values in found.items()
    ]
    r.table(["network", "accuracy, %", "from–to"], rows, f"New papers, {of_seeds(r.pick(quick=1, full=10))}")
    _, ax = r.figure("accuracy", size=(6, 4))
    ax.barh(
        names,
        [np.mean(v) for v in found.values()],
        xerr=None if np.isnan(half[0]) else half,
        color=COLOURS["blue"],
    )
    ax.invert_yaxis()
    ax.set(title="Nodes without a label that are classified right", xlabel="accuracy", xlim=(0, 1))
