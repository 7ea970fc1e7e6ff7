"""Batches of arrays without ``tf.data``: the same rows in the same order as with it."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import course
from course import fast

if keras.backend.backend() != "tensorflow":
    pytest.skip("only TensorFlow has tf.data around arrays", allow_module_level=True)

from course.training.fast import tensorflow_batches
from course.training.trainers import tensorflow_arrays
from course.training.trainers import tensorflow_batches as trainer_batches

N = 22  # two batches of 8 and a rest of 6
X = np.arange(N, dtype="int32")
FEATURES = np.random.default_rng(0).normal(size=(N, 3))  # float64: Keras makes it float32
Y = (FEATURES.sum(-1) > 0).astype("int32")
WEIGHTS = np.linspace(0.5, 1.5, N).astype("float32")


class Witness(course.Model):
    """Reports what it was given: exact integers that depend on every row and on its place."""

    def __init__(self):
        super().__init__()
        self.seen = self.add_weight(shape=(), dtype="int32", initializer="zeros", trainable=False)

    def train_step(self, data):
        parts = [p for p in keras.tree.flatten(data) if p is not None]
        rows = ops.shape(parts[0])[0]
        for p in parts:
            p = ops.cast(ops.round(1000 * ops.cast(p, "float32")), "int32")
            places = ops.reshape(ops.arange(1, rows + 1), (-1,) + (1,) * (len(p.shape) - 1))
            self.seen.assign(self.seen * 31 + ops.sum(p * places))
        return {"seen": self.seen, "rows": rows}

    test_step = train_step


class Classifier(course.Model):
    """The default step, with a metric."""

    def __init__(self):
        super().__init__()
        self.hidden = layers.Dense(
            5, activation="tanh", kernel_initializer=keras.initializers.GlorotUniform(1)
        )
        self.drop = layers.Dropout(0.2, seed=3)
        self.logits = layers.Dense(2, kernel_initializer=keras.initializers.GlorotUniform(2))

    def call(self, x, training=False):
        return self.logits(self.drop(self.hidden(x), training=training))


class Diary(keras.callbacks.Callback):
    """What the callbacks were told."""

    def __init__(self):
        super().__init__()
        self.pages = []

    def on_train_batch_begin(self, batch, logs=None):
        self.pages.append(("begin", batch))

    def on_train_batch_end(self, batch, logs=None):
        self.pages.append(("end", batch, {k: float(v) for k, v in logs.items()}))

    def on_test_batch_end(self, batch, logs=None):
        self.pages.append(("test", batch, {k: float(v) for k, v in logs.items()}))


@pytest.fixture(scope="module")
def compiled():
    """Function of a kind and a number of steps in one execution: the model, with the values it had when it was new.

    There is one such model for each way, so that its steps are traced once in this file.
    """
    made = {}

    def of(kind, group):
        key = kind, group, fast.on()
        if key not in made:
            model = kind()
            model.compile(**(COMPILED if kind is Classifier else {}), steps_per_execution=group)
            model.prepare((FEATURES[:8].astype("float32"), Y[:8]))
            made[key] = model, [ops.convert_to_numpy(v) for v in _all_variables(model)]
        model, new = made[key]
        for variable, value in zip(_all_variables(model), new, strict=True):
            variable.assign(value)
        return model

    return of


def _all_variables(model):
    return [*model.variables, *(v for optimizer in model.optimizers for v in optimizer.variables)]


@pytest.fixture
def ways(monkeypatch):
    """Call something twice: without any ``tf.data`` around the arrays, and without fast paths."""

    def both(run):
        def refuse(self):
            raise AssertionError("tf.data was used")

        with monkeypatch.context() as patch:
            patch.setattr(tensorflow_arrays.Arrays, "get_tf_dataset", refuse)
            keras.utils.set_random_seed(5)
            ours = run()
        with monkeypatch.context() as patch:
            patch.setattr(fast, "on", lambda: False)
            keras.utils.set_random_seed(5)
            return ours, run()

    return both


COMPILED = {
    "optimizer": "sgd",
    "loss": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    "weighted_metrics": ["accuracy"],
}
FITS = {
    "shuffled": {},
    "in order": {"shuffle": False},
    "shuffled batches": {"shuffle": "batch"},
    "no remainder": {"batch_size": 11},
    "one batch": {"batch_size": 64},
    "default size": {"batch_size": None},
    "weights": {"sample_weight": WEIGHTS},
    "classes": {"class_weight": {0: 1.0, 1: 3.0}},
    "split": {"validation_split": 0.3},
    "split with weights": {"validation_split": 0.3, "sample_weight": WEIGHTS},
    "validation": {"validation_data": (FEATURES[:9], Y[:9]), "validation_batch_size": 4},
    "validation with weights": {"validation_data": (FEATURES[:9], Y[:9], WEIGHTS[:9]), "validation_steps": 1},
    "few steps": {"steps_per_epoch": 2},
    "steps, no size": {"steps_per_epoch": 2, "batch_size": None},
    "from epoch 1": {"initial_epoch": 1},
}


TRAINED = ("shuffled", "weights", "classes", "split with weights", "validation with weights")


@pytest.mark.filterwarnings("ignore:Your input ran out of data")  # both say so, of "few steps"
@pytest.mark.parametrize(
    ("kind", "group", "options"),
    [
        pytest.param(Witness, group, FITS[name], id=f"{name}, groups of {group}")
        for name in FITS
        for group in (1, 2)
    ]
    + [pytest.param(Classifier, 1, FITS[name], id=f"{name}, trained") for name in TRAINED],
)
def test_fit_as_without_fast_paths(ways, compiled, kind, group, options):
    def run():
        model = compiled(kind, group)
        diary = Diary()
        arguments = {"batch_size": 8, "epochs": 3, "verbose": 0, "callbacks": [diary]} | options
        history = model.fit(FEATURES, Y, **arguments).history
        return diary.pages, history, model.get_weights()

    (pages, history, weights), (wanted, wanted_history, wanted_weights) = ways(run)
    exact = kind is Witness
    assert len(pages) == len(wanted)
    for got, expected in zip(pages, wanted, strict=True):
        assert got[:2] == expected[:2]
        for name in expected[2] if len(expected) > 2 else ():
            assert got[2][name] == (
                expected[2][name] if exact else pytest.approx(expected[2][name], rel=1e-5)
            )
    assert history.keys() == wanted_history.keys()
    for name, values in wanted_history.items():
        assert history[name] == (values if exact else pytest.approx(values, rel=1e-5))
    for got, expected in zip(weights, wanted_weights, strict=True):
        np.testing.assert_allclose(got, expected, rtol=0 if exact else 1e-5, atol=0 if exact else 1e-6)


def test_a_group_of_batches_is_one_call(monkeypatch):
    """Of five batches two groups of two are loops in a graph, and the last batch is a call of the step."""
    loop, groups = trainer_batches._loop, []

    def noted(*args):
        run = loop(*args)
        return lambda *leaves: groups.append(len(leaves[0])) or run(*leaves)

    monkeypatch.setattr(trainer_batches, "_loop", noted)
    model = Witness()
    model.compile(steps_per_execution=2)
    model.fit(FEATURES, Y, batch_size=5, epochs=2, verbose=0)
    assert groups == [2, 2, 2, 2]


@pytest.mark.parametrize("eager", [False, True])
def test_trees_of_arrays(ways, eager):
    inputs = {"a": X, "b": [FEATURES, np.arange(N, dtype="uint8")], "c": (FEATURES > 0)}

    def run():
        model = Witness()
        model.compile(run_eagerly=eager)
        first = model.fit(inputs, batch_size=8, epochs=2, verbose=0).history
        second = model.fit(inputs, None, 8, 1, 0).history  # by position
        return first, second, model.evaluate(inputs, batch_size=8, verbose=0, return_dict=True)

    ours, wanted = ways(run)
    assert ours == wanted
    assert ours[0]["seen"][0] != 0


def test_evaluate_as_without_fast_paths(ways):
    def run():
        model = Classifier()
        model.compile(**COMPILED)
        whole = model.evaluate(FEATURES, Y, batch_size=8, verbose=0)
        part = model.evaluate(FEATURES, Y, 8, 0, sample_weight=WEIGHTS, steps=2, return_dict=True)
        return [*whole, *part.values()]

    ours, wanted = ways(run)
    assert ours == pytest.approx(wanted, rel=1e-6)


def test_the_order_follows_the_seed():
    """No seed of TensorFlow's is skipped or shared: another one gives another order."""

    def seen(seed):
        keras.utils.set_random_seed(seed)
        model = Witness()
        model.compile()
        return model.fit(X, batch_size=8, epochs=2, verbose=0).history["seen"]

    assert seen(1) == seen(1)
    assert seen(1) != seen(2)


def _generator():
    while True:
        yield FEATURES[:8].astype("float32"), Y[:8]


@pytest.mark.parametrize(
    ("x", "options"),
    [
        (ops.convert_to_tensor(X), {}),
        (_generator, {"steps_per_epoch": 2, "shuffle": False}),
    ],
    ids=["tensors", "generator"],
)
def test_everything_else_goes_as_keras_does(monkeypatch, x, options):
    class Unwanted(tensorflow_batches.Batches):
        def __init__(self, *arguments):
            raise AssertionError("these data are not sliced in NumPy")

    monkeypatch.setattr(tensorflow_batches, "Batches", Unwanted)
    model = Witness()
    model.compile()
    assert model.fit(x() if callable(x) else x, epochs=2, verbose=0, **options).history["seen"][-1] != 0


def test_stopped_in_an_epoch():
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 1

    model = Witness()
    model.compile()
    history = model.fit(X, batch_size=8, epochs=3, shuffle=False, verbose=0, callbacks=[Stop()]).history
    assert history["rows"] == [8]


def test_each_size_of_batch_has_its_step():
    """The looked-up step is that of these batches, also when other data or another compile() came between."""
    model = Witness()
    model.compile()
    for size, last in ((11, 11), (8, 6), (22, 22)):
        assert model.fit(X, batch_size=size, verbose=0).history["rows"] == [last]
    assert model.fit(np.stack([X, X], -1), batch_size=8, verbose=0).history["rows"] == [6]


def test_mistakes_are_told_as_keras_tells_them():
    model = Witness()
    model.compile()
    with pytest.raises(TypeError, match="unexpected keyword argument 'epoch'"):
        model.fit(X, epoch=3)
    with pytest.raises(ValueError, match=r"cardinality|same number of samples|sizes"):
        model.fit(X, X[:3], verbose=0)
