"""The cases of test_torch.py, which run in each of two processes: ``torchrun … -m …worker_torch DIR``.

A case computes the same thing on one device (``one``) and on all processes (``all``), and returns both; each process
writes what it got to DIR/RANK.npz.
"""

import contextlib
import os
import sys
from pathlib import Path
from unittest import mock

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
from keras import layers, ops
from keras.src.backend import random as backend_random

import course
from course.backend import spare_tensorflow
from course.distribution import torch_peers as peers
from course.testing import portable_random, set_weights
from course.training.fast import torch_graph
from tests.models import Classifier, Noisy, PenaltyGAN, Targeted

RNG = np.random.default_rng(3)
ROWS, BATCH = 49, 16  # the last batch has one row: fewer than there are processes
X = RNG.normal(size=(ROWS, 4)).astype("float32")
Y = ((X[:, 0] > 0).astype("int32") + (X[:, 1] > 0)).astype("int32")
WEIGHT = (0.5 + (Y == 1)).astype("float32")
LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()


@contextlib.contextmanager
def same_draws():
    """Random numbers of the global batch, of which each process takes its rows: as one device would draw them."""

    def of_rows(draw):
        def drawn(shape, *args, **kwargs):
            group = peers.active()
            if group is None or group.rows is None or shape[0] != group.rows[1] - group.rows[0]:
                return draw(shape, *args, **kwargs)
            start, stop, total = group.rows
            return draw((total, *shape[1:]), *args, **kwargs)[start:stop]

        return drawn

    def dropout(inputs, rate, noise_shape=None, seed=None):
        keep = backend_random.uniform(tuple(inputs.shape), seed=seed) >= rate
        return ops.where(keep, inputs / (1 - rate), ops.zeros_like(inputs))

    with portable_random(), contextlib.ExitStack() as stack:
        for name in ("uniform", "normal"):
            original = getattr(backend_random, name)
            stack.enter_context(mock.patch.object(backend_random, name, of_rows(original)))
        stack.enter_context(mock.patch.object(backend_random, "dropout", dropout))
        yield


def numbers(model):
    """All state of a model and its optimizers."""
    found = {f"weight {i} {v.name}": v for i, v in enumerate(model.variables)}
    optimizers = getattr(model, "optimizers", [model.optimizer])
    found |= {f"optimizer {k} {i}": v for k, o in enumerate(optimizers) for i, v in enumerate(o.variables)}
    return {k: ops.convert_to_numpy(v.value) for k, v in found.items()}


def on_one_and_all(make, *data, synchronized=False, **options):
    """Train on one device, then on all; ``make()`` returns a compiled model."""
    options = {"batch_size": BATCH, "shuffle": False, "verbose": 0, "epochs": 2} | options
    results = []
    for strategy in ("none", "data_parallel"):
        keras.utils.clear_session()
        keras.utils.set_random_seed(1)
        with course.strategy(strategy):
            model = make()
            if synchronized and strategy != "none":
                for layer in model._flatten_layers():
                    if isinstance(layer, layers.BatchNormalization):
                        layer.synchronized = True
            if isinstance(model, course.Model):
                batch = tuple(a[:BATCH] for a in data)
                model.prepare(batch if len(batch) > 1 else batch[0])
            set_weights(model)
            x, y, w = (*data, None, None)[:3]
            history = model.fit(x, y, sample_weight=w, **options).history
            logs = {f"history {k}": np.asarray(v, "float64") for k, v in history.items()}
            if "accuracy" in history:
                scores = model.evaluate(x, y, batch_size=BATCH, verbose=0, return_dict=True)
                logs |= {f"evaluate {k}": np.asarray(v, "float64") for k, v in scores.items()}
                logs["predict"] = model.predict(x, batch_size=BATCH, verbose=0)
            results.append(logs | numbers(model))
    return dict(zip(("one", "all"), results, strict=True))


def compiled(model, optimizer="adam", **options):
    model.compile(optimizer, **options)
    return model


def classifier():
    """Default step, regularizer, sample weights, compiled and validation metrics, clipping, unequal batches."""
    return on_one_and_all(
        lambda: compiled(
            Classifier(), keras.optimizers.Adam(1e-2, global_clipnorm=0.5), loss=LOSS, metrics=["accuracy"]
        ),
        X, Y, WEIGHT, validation_data=(X[:21], Y[:21]),
    )  # fmt: skip


def several_steps():
    """steps_per_execution."""
    return on_one_and_all(
        lambda: compiled(Classifier(), "adam", loss=LOSS, metrics=["accuracy"], steps_per_execution=3), X, Y
    )


def shuffled():
    """The data in random order: the order is that of one device."""
    return on_one_and_all(
        lambda: compiled(Classifier(), "sgd", loss=LOSS, metrics=["accuracy"]), X, Y, shuffle=True
    )


def gan():
    """Two optimizers, a gradient penalty, noise, dropout, BatchNorm of the global batch."""
    with same_draws():
        return on_one_and_all(lambda: compiled(PenaltyGAN(), "auto"), X[:, :2], synchronized=True)


def noisy():
    """A loss written by hand with metrics as attributes, dropout, BatchNorm of the global batch."""
    with same_draws():
        return on_one_and_all(
            lambda: compiled(Noisy(), keras.optimizers.RMSprop(1e-3)), X, Y, synchronized=True
        )


def target_network():
    """A frozen second network, a counter."""
    return on_one_and_all(lambda: compiled(Targeted(), keras.optimizers.SGD(0.05, momentum=0.9)), X, X[:, 0])


def plain():
    """A Keras model that is not a course.Model."""

    def make():
        return compiled(
            keras.Sequential([layers.Input((4,)), layers.Dense(6, "tanh"), layers.Dense(3)]),
            keras.optimizers.Adam(1e-2), loss=LOSS, metrics=["accuracy"],
        )  # fmt: skip

    return on_one_and_all(make, X, Y, WEIGHT)


def on_batches():
    """train_on_batch and test_on_batch."""
    results = []
    for strategy in ("none", "data_parallel"):
        with course.strategy(strategy):
            model = compiled(Classifier(), "sgd", loss=LOSS, metrics=["accuracy"])
            model.prepare((X[:BATCH], Y[:BATCH]))
            set_weights(model)
            logs = [model.train_on_batch(X[i : i + 9], Y[i : i + 9]) for i in (0, 9)]
            logs.append(model.test_on_batch(X[:5], Y[:5]))
            results.append({"logs": np.asarray(logs, "float64")} | numbers(model))
    return dict(zip(("one", "all"), results, strict=True))


class SecondOrder(course.Model):
    """A step along the gradient and the curvature: a Hessian product, and a directional derivative, of the loss."""

    def __init__(self):
        super().__init__()
        self.hidden, self.out = layers.Dense(5, activation="tanh"), layers.Dense(1)

    def call(self, x):
        return self.out(self.hidden(x))

    def train_step(self, data):
        x, y = data
        variables = self.trainable_variables

        def loss():
            return ops.mean((self(x)[:, 0] - y) ** 2)

        value, gradients = course.value_and_grad(loss, variables)
        curved = course.hvp(loss, variables, gradients)
        _, slope = course.jvp(loss, variables, gradients)

        def steepness():  # not linear in the gradient: the inner mean must be that of all rows
            return sum(ops.sum(g**2) for g in course.value_and_grad(loss, variables)[1])

        steep, steeper = course.value_and_grad(steepness, variables)
        mixed = [g + 0.3 * h + 0.1 * s for g, h, s in zip(gradients, curved, steeper, strict=True)]
        self.optimizer.apply(mixed, variables)
        return {"loss": value, "slope": slope, "steepness": steep}


def second_order():
    """Derivatives of derivatives, on unequal shards."""
    return on_one_and_all(lambda: compiled(SecondOrder(), "sgd"), X[:46], X[:46, 1], batch_size=15)


def in_buckets():
    """Gradients in many small buckets."""
    with mock.patch.object(peers, "BUCKET", 40):
        return on_one_and_all(lambda: compiled(Classifier(), "sgd", loss=LOSS), X, Y)


def in_and_out():
    """A model that trains in the strategy, outside of it until its step is recorded, and inside again."""
    results = []
    for strategy in ("none", "data_parallel"):
        keras.utils.set_random_seed(1)
        with course.strategy(strategy):
            model = compiled(Classifier(), "sgd", loss=LOSS)
            model.prepare((X[:BATCH], Y[:BATCH]))
            set_weights(model)
        options = {"batch_size": BATCH, "shuffle": False, "verbose": 0}
        with course.strategy(strategy):
            model.fit(X, Y, epochs=1, **options)
        with mock.patch.object(torch_graph, "WARM_UP", 2):
            model.fit(X, Y, epochs=1, **options)
        found = {"captured": np.asarray(len(model._captured.graphs))}
        with course.strategy(strategy):
            model.fit(X, Y, epochs=1, **options)
        results.append(found | numbers(model))
    return dict(zip(("one", "all"), results, strict=True))


class Graph(course.Model):
    """Nodes and edges: a batch without a common first axis."""

    def __init__(self):
        super().__init__()
        self.dense, self.mean = layers.Dense(1), keras.metrics.Mean(name="mean")

    def train_step(self, data):
        nodes, edges = data

        def loss():
            h = self.dense(nodes)
            return ops.mean((ops.take(h, edges[:, 0], axis=0) - ops.take(h, edges[:, 1], axis=0) - 1) ** 2)

        value, gradients = course.value_and_grad(loss, self.trainable_variables, unused="zeros")
        self.optimizer.apply(gradients, self.trainable_variables)
        self.mean.update_state(nodes)
        return {"loss": value, "mean": self.mean.result()}


def graph():
    """What cannot be cut is computed whole by each process and counted once."""
    edges = np.array([[0, 1], [2, 5], [3, 4]])

    def batches():
        while True:
            yield X[:7], edges

    results = []
    for strategy in ("none", "data_parallel"):
        with course.strategy(strategy):
            model = compiled(Graph(), "sgd")
            model.prepare((X[:7], edges))
            set_weights(model)
            history = model.fit(batches(), epochs=1, steps_per_epoch=3, shuffle=False, verbose=0).history
            results.append(numbers(model) | {f"history {k}": np.asarray(v) for k, v in history.items()})
    return dict(zip(("one", "all"), results, strict=True))


def averages():
    """BatchNorm as it is: each process normalizes with its own rows; the moving averages are the mean of theirs."""

    class Normed(course.Model):
        def __init__(self):
            super().__init__()
            self.norm = layers.BatchNormalization(momentum=0.9)

        def call(self, x, training=False):
            return self.norm(x, training=training)

    with course.strategy("data_parallel"):
        model = compiled(Normed(), "sgd", loss="mse")
        model.fit(X[:7], X[:7], batch_size=7, epochs=1, shuffle=False, verbose=0)
    halves = X[:4], X[4:7]
    mean = sum(len(h) / 7 * h.mean(0) for h in halves)
    variance = sum(len(h) / 7 * h.var(0) for h in halves)
    expected = {"mean": 0.1 * mean, "variance": 0.9 + 0.1 * variance}
    found = {"mean": model.norm.moving_mean, "variance": model.norm.moving_variance}
    return {"one": expected, "all": {k: ops.convert_to_numpy(v) for k, v in found.items()}}


class Drawing(course.Model):
    """Shows what each process draws, with seeds and without."""

    def __init__(self):
        super().__init__()
        self.kept, self.free = layers.Dropout(0.5, seed=1), layers.Dropout(0.5)
        self.seeds = keras.random.SeedGenerator(5)
        self.w = self.add_weight(shape=(), name="w")
        self.seen = []

    def call(self, x):
        return x

    def train_step(self, data):
        ones = ops.ones((8, 6))
        loss, gradients = course.value_and_grad(lambda: ops.mean(data * self.w), [self.w])
        self.optimizer.apply(gradients, [self.w])
        logs = {"loss": loss}
        masks = (
            self.kept(ones, training=True),
            self.free(ones, training=True),
            keras.random.normal((3,), seed=self.seeds),
        )
        if course.is_tracing():
            return logs
        self.__dict__["seen"].append(np.concatenate([ops.convert_to_numpy(m).reshape(-1) for m in masks]))
        return logs


def draws():
    """What is drawn twice with one seed, and the state of the generators after it."""
    results = []
    for _ in range(2):
        keras.utils.clear_session()
        keras.utils.set_random_seed(4)
        with course.strategy("data_parallel"):
            model = compiled(Drawing(), "sgd")
            model.fit(X[:8], batch_size=4, epochs=2, verbose=0)
        results.append({"drawn": np.stack(model.seen)} | numbers(model))
    return dict(zip(("one", "all"), results, strict=True))


def initial_weights():
    """Every process seeds differently, as when nobody does; the main one's weights and order of the data count."""
    rank, _ = peers.processes()
    keras.utils.set_random_seed(100 + rank)
    with course.strategy("data_parallel"):
        model = compiled(Classifier(), "sgd", loss=LOSS)
        model.fit(X, Y, batch_size=BATCH, epochs=2, verbose=0)
        loss = model.evaluate(X, Y, verbose=0)
    return {"all": numbers(model) | {"loss": np.asarray(loss)}}


def checkpoint():
    """Written on all, read on one: an epoch on all and one on one are two on one. Only the main process writes."""
    rank, _ = peers.processes()
    kept, own = FOLDER / "kept.weights.h5", FOLDER / f"log{rank}.csv"

    def make():
        model = compiled(Classifier(), keras.optimizers.Adam(1e-2), loss=LOSS)
        model.prepare((X[:BATCH], Y[:BATCH]))
        set_weights(model)
        return model

    options = {"batch_size": BATCH, "shuffle": False, "verbose": 0}
    alone = make()
    alone.fit(X, Y, epochs=2, **options)
    with course.strategy("data_parallel"):
        model = make()
        callbacks = [
            keras.callbacks.ModelCheckpoint(str(kept), save_weights_only=True),
            keras.callbacks.CSVLogger(str(own)),
        ]
        model.fit(X, Y, epochs=1, callbacks=callbacks, **options)
    after = make()
    after.load_weights(kept)
    after.fit(X, Y, epochs=1, **options)
    wrote = np.asarray(own.exists() == (rank == 0))
    return {"one": numbers(alone) | {"wrote": np.asarray(True)}, "all": numbers(after) | {"wrote": wrote}}


def stops_together():
    """A wish to stop that only one process has stops all; a callback for the main process alone may predict."""
    rank, _ = peers.processes()

    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1 and rank == 1

    class Draw(keras.callbacks.Callback):
        main_only = True
        drawn = 0

        def on_epoch_end(self, epoch, logs=None):
            Draw.drawn += len(self.model.predict(X[:3], verbose=0))

    with course.strategy("data_parallel"):
        model = compiled(Classifier(), "sgd", loss=LOSS)
        history = model.fit(X, Y, epochs=5, verbose=0, callbacks=[Draw(), Stop()])
    return {"all": {"epochs": np.asarray(len(history.epoch)), "drawn": np.asarray(Draw.drawn)}}


def refusals():
    """What is said when it cannot be done: one sentence each, the same on every process, and the run goes on."""
    rank, _ = peers.processes()

    def said(f):
        try:
            f()
        except course.CourseError as e:
            return str(e)
        return ""

    def make(model=None, optimizer="sgd", **options):
        return compiled(model or Classifier(), optimizer, **({"loss": LOSS} | options))

    class Wide(Classifier):
        def train_step(self, data):
            course.vjp(lambda: self(data[0])[:, 0], self.trainable_variables)
            return {"loss": 0.0}

    class Old(keras.Sequential):
        def train_step(self, data):
            return {"loss": ops.mean(data[0])}

    found = {}
    with course.strategy("data_parallel"):
        found["data"] = said(lambda: make().fit(X + rank, Y, verbose=0))
        found["vjp"] = said(lambda: make(Wide()).fit(X, Y, verbose=0))
        found["own step"] = said(
            lambda: make(Old([layers.Input((4,)), layers.Dense(3)])).fit(X, Y, verbose=0)
        )
    found["devices"] = said(lambda: course.strategy("data_parallel", devices=3))
    found["model_parallel"] = said(
        lambda: course.strategy("model_parallel", layout={".*kernel": (None, "model")})
    )
    return {"all": {k: np.asarray(v) for k, v in found.items()}}


CASES = (
    classifier, several_steps, shuffled, gan, noisy, target_network, plain, on_batches, second_order, in_buckets,
    in_and_out, graph, averages, draws, initial_weights, checkpoint, stops_together, refusals,
)  # fmt: skip


def main():
    """Run the cases and write their numbers."""
    spare_tensorflow()
    found = {}
    rank, _ = peers.processes()
    for case in CASES:
        if len(sys.argv) > 2 and case.__name__ not in sys.argv[2:]:
            continue
        result = case()
        for kind, values in result.items():
            found |= {f"{case.__name__}/{kind}/{k}": v for k, v in values.items()}
    np.savez(FOLDER / f"{rank}.npz", **found)


if __name__ == "__main__":
    main()
