"""Arrays of every make, and sources whose batches are taken once: no batch is lost when the model is built."""

import importlib.util

import keras
import numpy as np
import pytest
from keras import layers, ops

import course

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = X[:, :1].copy()


class Line(course.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1, kernel_initializer="ones")

    def call(self, x):
        return self.dense(x)


def read_only(x):
    x = x.copy()
    x.flags.writeable = False
    return x


def mapped(path, x):
    np.save(path / "x.npy", x)
    return np.load(path / "x.npy", mmap_mode="r")


MAKES = {
    "backwards": lambda x, path: x[::-1].copy()[::-1],
    "columns backwards": lambda x, path: x[:, ::-1].copy()[:, ::-1],
    "every second": lambda x, path: np.repeat(x, 2, 0)[::2],
    "read-only": lambda x, path: read_only(x),
    "Fortran": lambda x, path: np.asfortranarray(x),
    "float64": lambda x, path: x.astype("float64"),
    "other bytes": lambda x, path: x.astype(">f4"),
    "in a file": lambda x, path: mapped(path, x),
    "in a file, float64": lambda x, path: mapped(path, x.astype("float64")),
}


@pytest.fixture(scope="module")
def model():
    """One model for all arrays, so that its steps are compiled once; the first runs, which also draw, are over."""
    model = Line()
    model.compile(keras.optimizers.SGD(0.1), loss="mse")
    model.prepare((X, Y))
    numbers(model, X, Y)
    return model


def numbers(model, x, y):
    """What each loop reports, from the same first weights and in the same order of rows."""
    model.dense.kernel.assign(np.ones((3, 1)))
    model.dense.bias.assign(np.zeros(1))
    keras.utils.set_random_seed(1)
    history = model.fit(x, y, batch_size=3, epochs=2, validation_data=(x, y), verbose=0).history
    return [
        *history["loss"],
        *history["val_loss"],
        model.evaluate(x, y, verbose=0),
        model.train_on_batch(x, y),
        model.test_on_batch(x, y),
        *model.predict(x, verbose=0)[:, 0],
        *ops.convert_to_numpy(model.predict_on_batch(x))[:, 0],
    ]


@pytest.fixture(scope="module")
def expected(model):
    return numbers(model, X, Y)


@pytest.mark.parametrize("make", MAKES)
def test_arrays_of_every_make(make, model, expected, tmp_path):
    (tmp_path / "y").mkdir()
    x, y = MAKES[make](X, tmp_path), MAKES[make](Y, tmp_path / "y")
    np.testing.assert_allclose(numbers(model, x, y), expected, rtol=1e-4, atol=1e-6)
    assert x.shape == X.shape


class Records(course.Model):
    """Keeps which batches it has seen, in their order; its first layer is built by the first loop."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1)
        self.seen = self.add_weight(shape=(12,), initializer="zeros", name="seen")
        self.count = self.add_weight(shape=(), initializer="zeros", name="count")

    def call(self, x):
        return x + 0 * self.dense(x)

    def train_step(self, data):
        x, _ = data
        self(x)
        place = ops.one_hot(ops.cast(self.count, "int32"), 12)
        self.seen.assign(self.seen + place * ops.max(x))
        self.count.assign_add(1.0)
        return {"loss": ops.sum(x)}

    test_step = train_step


def batch(i):
    return np.full((2, 1), i, "float32"), np.full((2, 1), i, "float32")


def batches(count=5):
    for i in range(count):
        yield batch(i)


class Numbered(keras.utils.PyDataset):
    def __len__(self):
        return 5

    def __getitem__(self, i):
        return batch(i)


def live_dataset():
    """A ``tf.data.Dataset`` over a generator that cannot begin again."""
    tf, once = importlib.import_module("tensorflow"), batches()
    spec = tf.TensorSpec((None, 1))
    return tf.data.Dataset.from_generator(lambda: once, output_signature=(spec, spec))


def live_loader():
    """A ``DataLoader`` over a generator that cannot begin again."""
    data = importlib.import_module("torch").utils.data

    class Live(data.IterableDataset):
        once = batches()

        def __iter__(self):
            return self.once

    return data.DataLoader(Live(), batch_size=None)


SOURCES = {
    "workers": lambda: Numbered(workers=3, max_queue_size=2),
    "PyDataset": Numbered,
    "generator": batches,
    "tf.data": live_dataset,
    "DataLoader": live_loader,
}


@pytest.mark.filterwarnings(
    "ignore:Your input ran out of data"
)  # Keras, of a source that does not say how long it is
@pytest.mark.parametrize("loop", ["fit", "evaluate"])
@pytest.mark.parametrize("source", SOURCES)
def test_no_batch_is_lost_and_none_comes_twice(source, loop, backend):
    needed = {"tf.data": "tensorflow", "DataLoader": "torch"}.get(source)
    if needed and importlib.util.find_spec(needed) is None:
        pytest.skip(f"{needed}: not installed")
    if source == "DataLoader" and backend == "tensorflow":
        pytest.skip(
            "to make a tf.data.Dataset of a DataLoader Keras itself takes its first batch and begins again"
        )
    model = Records()
    model.compile()
    options = {"shuffle": False} if loop == "fit" else {}
    getattr(model, loop)(SOURCES[source](), verbose=0, **options)
    assert int(model.count.numpy()) == 5
    np.testing.assert_array_equal(model.seen.numpy()[:5], range(5))


def test_epochs_from_workers():
    model = Records()
    model.compile()
    model.fit(Numbered(workers=3, max_queue_size=2), epochs=2, shuffle=False, verbose=0)
    np.testing.assert_array_equal(model.seen.numpy()[:10], [*range(5), *range(5)])


def test_predict_from_workers():
    outputs = Records().predict(Numbered(workers=3, max_queue_size=2), verbose=0)
    np.testing.assert_allclose(outputs[::2, 0], range(5))
