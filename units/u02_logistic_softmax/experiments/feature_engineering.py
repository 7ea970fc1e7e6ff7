"""Logistic regression with polynomial features: the boundary becomes a curve (§3.4)."""

import numpy as np
from keras import ops

from course.figures import decision_regions
from units.u02_logistic_softmax import decide, newton_logistic, polynomial_features, sigmoid_model

DEGREES = (1, 2, 3)


def run(r):
    sets = {"moons": {"n": 300, "noise": 0.2}, "rings": {"n": 300, "noise": 0.2}}
    fig, axes = r.figure("boundaries", len(sets), len(DEGREES), size=(10, 4))
    rows = []
    for (name, options), row in zip(sets.items(), axes, strict=True):
        train = r.data(name, seed=r.seed, **options)
        test = r.data(name, seed=r.seed + 1000, **options)
        for degree, ax in zip(DEGREES, row, strict=True):
            predict, features = classifier(train.features(), train.labels(), degree)
            accuracy = np.mean(predict(test.features()) == test.labels())
            rows.append([name, degree, features, f"{accuracy:.3f}"])
            r.metric(f"{name}_accuracy_degree_{degree}", accuracy)
            decision_regions(ax, predict, train.features(), train.labels(), size=10)
            ax.set_title(f"{name}, degree {degree}: {accuracy:.1%}")
            ax.set(xticks=[], yticks=[])
        row[0].set_ylabel("$x_2$")
    for ax in axes[-1]:
        ax.set_xlabel("$x_1$")
    fig.suptitle("Boundaries on polynomial features, and accuracy on new points")
    r.table(["data", "degree", "features", "accuracy on new points"], rows)


def classifier(x, y, degree, penalty=0.1):
    """Polynomial features, each standardized, then the sigmoid model; returns a function of points and p."""
    phi = ops.convert_to_numpy(polynomial_features(x, degree))
    mean, spread = phi.mean(axis=0), phi.std(axis=0)
    fit = newton_logistic((phi - mean) / spread, y, penalty=penalty)

    def predict(points):
        new = (ops.convert_to_numpy(polynomial_features(points, degree)) - mean) / spread
        return ops.convert_to_numpy(decide(sigmoid_model(new, fit.w, fit.b)))

    return predict, phi.shape[1]
