"""The same softmax layer on polynomial features has curved boundaries (§3.4)."""

import keras
import numpy as np
from keras import ops

from course import figures
from units.u02_logistic_softmax.polynomial_features import polynomial_count, polynomial_features
from units.u02_logistic_softmax.softmax_regression import SoftmaxRegression

DEGREES = (1, 2, 4, 8)
SETS = {"rings": {"classes": 3}, "spirals": {"classes": 3}}


def run(r):
    fig, axes = r.figure("boundaries", len(SETS), len(DEGREES), size=(10, 4))
    rows = []
    for name, row in zip(SETS, axes, strict=True):
        train, test = (r.data(name, n=360, seed=r.seed + shift, **SETS[name]) for shift in (0, 1000))
        scale = np.abs(train.features()).max()
        accuracies = []
        for degree, ax in zip(DEGREES, row, strict=True):
            predict, model = fitted(train.features() / scale, train.labels(), train.classes, degree)
            accuracy = np.mean(predict(test.features() / scale) == test.labels())
            accuracies.append(accuracy)
            figures.decision_regions(
                ax, predict, train.features() / scale, train.labels(), resolution=120, size=12
            )
            ax.set(title=f"degree {degree}: {accuracy:.2f}", xticks=[], yticks=[])
            rows.append((name, degree, polynomial_count(2, degree), model.count_params(), f"{accuracy:.3f}"))
        row[0].set_ylabel(f"{name}\n$x_2$")
        r.metric(f"{name}_linear", accuracies[0])
        r.metric(f"{name}_quadratic", accuracies[1])
        r.metric(f"{name}_degree_8", accuracies[-1])
    for ax in axes[-1]:
        ax.set_xlabel("$x_1$")
    fig.suptitle("Regions of the same layer on features of rising degree; test accuracy")
    r.table(["data", "degree", "features", "parameters", "test accuracy"], rows)


def fitted(x, y, classes, degree):
    """Train a softmax layer on φ(x), standardized; return the classifier x ↦ class and the model."""
    phi = ops.convert_to_numpy(polynomial_features(x, degree))
    mean, std = phi.mean(0), phi.std(0)
    model = SoftmaxRegression(classes)
    model.compile(optimizer=keras.optimizers.Adam(0.2))
    # 120 steps on the full batch, as one epoch over 120 copies, which is faster than 120 epochs.
    model.fit(
        np.tile((phi - mean) / std, (120, 1)), np.tile(y, 120), batch_size=len(x), shuffle=False, verbose=0
    )

    def predict(points):
        features = (ops.convert_to_numpy(polynomial_features(points.astype("float32"), degree)) - mean) / std
        return ops.convert_to_numpy(ops.argmax(model(features), axis=-1))

    return predict, model
