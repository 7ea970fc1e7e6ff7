"""Five basic classifiers on two problems: what their decision regions can and cannot look like (§2.2)."""

import numpy as np
from keras import ops

from course import figures
from units.u01_machine_learning.decision_tree import DecisionTree
from units.u01_machine_learning.logistic_classifier import LogisticClassifier
from units.u01_machine_learning.nearest_neighbours import NearestNeighbours
from units.u01_machine_learning.one_vs_one import OneVsOne
from units.u01_machine_learning.one_vs_rest import OneVsRest


def run(r):
    makers = {
        "one_vs_rest": ("one-vs-rest", OneVsRest),
        "one_vs_one": ("one-vs-one", OneVsOne),
        "logistic": ("logistic", LogisticClassifier),
        "neighbours": ("15 neighbours", lambda classes: NearestNeighbours(classes, k=15)),
        "tree": ("tree, depth 4", lambda classes: DecisionTree(classes, depth=4)),
    }
    fig, axes = r.figure("decision_regions", 2, 5, size=(12, 4.3), sharex="row", sharey="row")
    rows = []
    problems = {"middle": ("four_classes", {"noise": 0.7}), "moons": ("moons", {"noise": 0.2})}
    for row, (problem, (name, options)) in zip(axes, problems.items(), strict=True):
        d = r.data(name, n=400, seed=r.seed, **options)
        new = r.data(name, n=2000, seed=r.seed + 1000, **options)
        x, y = d.features(), d.labels()
        for ax, (key, (title, make)) in zip(row, makers.items(), strict=True):
            model = make(d.classes).fit(x, y)

            def predict(points, model=model):
                return ops.convert_to_numpy(model.predict(points))

            # training samples and new ones at once: JAX compiles a prediction for every number of samples
            right = predict(np.concatenate([x, new.features()])) == np.concatenate([y, new.labels()])
            train, test = np.mean(right[: len(y)]), np.mean(right[len(y) :])
            r.metric(f"{problem}_{key}", test)
            rows.append([name, title, f"{train:.3f}", f"{test:.3f}"])
            figures.decision_regions(ax, predict, x, y, resolution=120, size=9)
            ax.set_title(f"{title}: {test:.3f}")
        row[0].set_ylabel(f"{name}\n$x_2$")
    for ax in axes[-1]:
        ax.set_xlabel("$x_1$")
    fig.suptitle("Regions of five classifiers, and their accuracy on new points")
    r.table(["data", "classifier", "train accuracy", "test accuracy"], rows)
    r.log("One-vs-rest gives the class in the middle no region: its score is nowhere the largest.")
