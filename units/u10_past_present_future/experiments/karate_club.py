"""Two labelled members of a karate club are enough for a graph convolutional network (§8.5)."""

import keras
import networkx
import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u10_past_present_future.gcn import GCN
from units.u10_past_present_future.graph import Graph


def run(r):
    d = r.data()
    x, y, graph = d.features(), d.labels(), Graph(34, d.edges())
    known = np.zeros(34, "float32")
    known[[0, 33]] = 1  # the instructor and the president
    model = GCN(graph, 2, units=8, dropout=0.0, decay=1e-2)
    model.compile(keras.optimizers.Adam(0.02))
    with r.model("accuracy_of_the_others", model):
        epochs = r.pick(quick=80, full=300)
        losses = model.fit(x, y, sample_weight=known, epochs=epochs, verbose=0).history["loss"]
    z = model.predict(x)
    p = ops.convert_to_numpy(ops.softmax(z))[:, 1]
    right = (p > 0.5) == y
    r.metric("accuracy_of_the_others", right[known == 0].mean())
    r.metric("last_loss", losses[-1])
    wrong = np.flatnonzero(~right).tolist()
    r.log(
        f"wrong: members {wrong}; edges between the sides: {np.sum(y[d.edges()[:, 0]] != y[d.edges()[:, 1]])} of 78"
    )
    _, ax = r.figure("club", size=(7.5, 4.6))
    place = networkx.spring_layout(networkx.Graph(d.edges().tolist()), seed=5)
    at = np.array([place[i] for i in range(34)])
    for a, b in d.edges():
        ax.plot(*at[[a, b]].T, color=COLOURS["grey"], linewidth=0.7, zorder=1)
    for side, marker in ((0, "o"), (1, "s")):
        shown = y == side
        points = ax.scatter(
            *at[shown].T,
            c=p[shown],
            cmap="cividis",
            vmin=0,
            vmax=1,
            marker=marker,
            s=150,
            zorder=2,
            label=f"went with {d.class_names[side]}",
        )
    ax.scatter(
        *at[known > 0].T, s=420, facecolors="none", edgecolors=COLOURS["red"], linewidths=2, label="labelled"
    )
    ax.figure.colorbar(points, ax=ax, label="predicted probability of Officer")
    ax.set(
        title="A karate club, two labels",
        xlabel="friendships are lines; places have no meaning",
        xticks=[],
        yticks=[],
    )
    ax.grid(False)
    ax.legend(loc="best")
