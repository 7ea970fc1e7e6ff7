"""Every case on two logical processors: ``python -m tests.course.distribution.worker_tensorflow DIR``."""

import contextlib
import sys
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops

import course
from tests.course.distribution import cases

N = 2


def synchronized():
    """BatchNorm with the statistics of the whole batch; rows that divide evenly."""
    even = 3 * cases.BATCH
    return cases._compiled(cases.Normed(synchronized=True), "sgd"), (cases.X[:even], cases.Y[:even], None)


def normed(strategy):
    """One step of BatchNorm with each replica's own statistics: its averages, and what went in."""
    with strategy:
        model, _ = cases.prepared(lambda: (cases._compiled(cases.Normed(), "sgd"), (cases.X, cases.Y, None)))
        norm = model.net.get_layer("norm")
        norm.moving_mean.assign(ops.zeros(6))
        norm.moving_variance.assign(ops.zeros(6))
        before = cases.X[:7] @ model.net.layers[0].kernel.numpy()
        model.fit(cases.X[:7], cases.Y[:7], batch_size=7, shuffle=False, verbose=0)
        return {
            "before": before,
            "mean": norm.moving_mean.numpy(),
            "variance": norm.moving_variance.numpy(),
            "copies": np.stack([v.numpy() for v in copies(norm.moving_variance)]),
        }


def copies(variable):
    """The replicas' copies of a variable."""
    return variable.value.values


class Drawing(course.Model):
    """Reports what its replicas draw."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1)
        self.seed = keras.random.SeedGenerator(5)
        self.drawn = self.add_weight(shape=(2, 3), initializer="zeros", trainable=False)

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        x, y = data
        draw = keras.random.normal((3,), seed=self.seed)
        # a row that only this replica fills: the first sample's feature 0 is its number
        mine = ops.one_hot(ops.cast(x[0, 0], "int32"), 2)
        loss, gradients = course.value_and_grad(
            lambda: ops.mean((self(x)[:, 0] - y) ** 2), self.trainable_variables
        )
        self.optimizer.apply(gradients, self.trainable_variables)
        self.drawn.assign(mine[:, None] * draw[None, :])
        return {"loss": loss}


def draws(strategy):
    """What two replicas draw in one step, twice from the same seed."""
    with strategy:
        keras.utils.set_random_seed(0)
        model = Drawing()
        model.compile("sgd")
        x = np.array([[0.0], [0.0], [1.0], [1.0]], "float32")
        model.fit(x, x[:, 0], batch_size=4, shuffle=False, verbose=0)
        return 2 * model.drawn.numpy()  # the step's mean over the rows halved each


class Means(course.Model):
    """Reports the mean of a batch."""

    def train_step(self, data):
        return {"mean": ops.mean(data)}


def orders(strategy=None):
    """The mean of the last batch of each epoch, with the rows in random orders."""
    with strategy or contextlib.nullcontext():
        keras.utils.set_random_seed(0)
        model = Means()
        model.compile()
        x = np.arange(22, dtype="float32")[:, None]
        return {"means": np.array(model.fit(x, batch_size=8, epochs=4, verbose=0).history["mean"])}


def by_hand(strategy=None):
    """A loop without fit: every copy of a weight takes the step that one device takes."""
    with strategy or contextlib.nullcontext():
        w = keras.Variable(np.ones(3, "float32"))
        optimizer = keras.optimizers.Adam(0.1, weight_decay=0.01)
        for _ in range(3):
            loss, gradients = course.value_and_grad(lambda: ops.sum((w - 2.0) ** 2), [w])
            optimizer.apply(gradients, [w])
        w.assign(w + 1.0)
        found = [w.numpy()] if strategy is None else [v.numpy() for v in copies(w)]
        return {"loss": loss, "first": found[0], "last": found[-1]}


def left(strategy):
    """The attributes of an optimizer and the functions of Keras that differ after a step on several replicas."""
    modules = keras.src.backend, keras.src.backend.tensorflow.core, keras.src.backend.tensorflow.numpy
    before = [dict(vars(m)) for m in modules]
    with strategy:
        model, data = cases.prepared(cases.classifier)
        attributes = set(vars(model.optimizer))
        cases.fit(model, data, 1)
    of_keras = [
        n
        for m, old in zip(modules, before, strict=True)
        for n, v in vars(m).items()
        if callable(v) and old.get(n) is not v
    ]
    of_optimizer = [n for n, v in vars(model.optimizer).items() if callable(v) and n not in attributes]
    return {"of_optimizer": of_optimizer, "of_keras": of_keras}


def main(folder):
    """All cases."""
    several = course.strategy("data_parallel", devices=N)
    results = {"describe": {"said": {"two": several.describe()}}}
    for name, case in (cases.CASES | {"synchronized": synchronized}).items():
        results[name] = {"one": cases.trained(case), "several": cases.trained(case, several)}
    results["judged"] = {"one": cases.judged(), "several": cases.judged(several)}
    resumed, alone = cases.resumed(several, folder), results["classifier"]["one"]
    results["resumed"] = {"one": {name: alone[name] for name in resumed}, "several": resumed}
    results["normed"] = {"several": normed(several)}
    results["by_hand"] = {"one": by_hand(), "several": by_hand(several)}
    results["orders"] = {"one": orders(), "several": orders(several)}
    results["draws"] = {"several": {"first": draws(several), "again": draws(several)}}
    results["left"] = {"several": left(several)}
    results["errors"] = cases.errors()
    cases.save_all(folder / "tensorflow.npz", results)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
