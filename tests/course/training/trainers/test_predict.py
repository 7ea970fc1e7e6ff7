"""The first ``predict`` builds what ``predict_step`` uses, alike on three backends, and loses no batch."""

import keras
import numpy as np
import pytest
from keras import layers

import course

X = np.arange(36, dtype="float32").reshape(12, 3) / 36
OPTIONS = [{}, {"run_eagerly": True}, {"steps_per_execution": 4}]


class Encoder(course.Model):
    """No ``call``; a layer that only training would use."""

    def __init__(self):
        super().__init__()
        self.dense, self.norm, self.decoder = layers.Dense(2), layers.BatchNormalization(), layers.Dense(3)

    def predict_step(self, data):
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        return self.norm(self.dense(x))


class Source(keras.utils.PyDataset):
    """Five batches of two rows; a last group of four is not whole."""

    epochs = 0

    def __len__(self):
        return 5

    def __getitem__(self, i):
        return X[2 * i : 2 * i + 2], X[2 * i : 2 * i + 2, :1]

    def on_epoch_end(self):
        self.epochs += 1


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_a_model_without_a_call(options):
    model = Encoder()
    model.compile(**options)
    first = model.predict(((X[i : i + 3],) for i in range(0, 12, 3)), steps=4, verbose=0)
    assert first.shape == (12, 2)
    assert not model.decoder.built
    np.testing.assert_allclose(model.predict(X, verbose=0), first, rtol=1e-5)
    np.testing.assert_allclose(model.predict_on_batch(X), first, rtol=1e-5)


def test_a_batch_and_a_source_with_workers():
    model, other = Encoder(), Encoder()
    assert model.predict_on_batch(X[:10]).shape == (10, 2)
    other.predict(Source(workers=2, max_queue_size=2), verbose=0)
    other.set_weights(model.get_weights())
    predicted = other.predict(Source(workers=2, max_queue_size=2), verbose=0)
    np.testing.assert_allclose(predicted, model.predict_on_batch(X[:10]), rtol=1e-5)


class Counter(course.Model):
    """Predicts how many batches it has seen."""

    def __init__(self):
        super().__init__()
        self.count = self.add_weight(shape=(1,), initializer="zeros", trainable=False)

    def call(self, x):
        self.count.assign_add([1.0])
        return self.count


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_predictions_are_values(options):
    model = Counter()
    model.compile(**options)
    assert model.predict(X[:5], batch_size=1, verbose=0).tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_an_epoch_of_a_source_ends_once(options):
    model, source = Encoder(), Source()
    model.compile(**options)
    assert len(model.predict(source, verbose=0)) == 10
    assert source.epochs == 1


class Two(course.Model):
    """Two layers of one shape, of which one is used."""

    def __init__(self):
        super().__init__()
        self.used = layers.Dense(2, kernel_initializer="zeros", bias_initializer="zeros")
        self.spare = layers.Dense(2, kernel_initializer="zeros", bias_initializer="ones")

    def build(self, shape):
        self.used.build(shape)
        self.spare.build(shape)

    def call(self, x):
        return self.used(x)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_layers_that_are_exchanged(options):
    model = Two()
    model.compile(**options)
    assert np.all(model.predict(X, verbose=0) == 0)
    model.used, model.spare = model.spare, model.used
    assert np.all(model.predict(X, verbose=0) == 1)


def test_metrics_of_compile_that_no_step_uses():
    class Alone(Two):
        def train_step(self, data):
            x, _ = data
            return {"mean": keras.ops.mean(self(x))}

    model = Alone()
    model.compile("sgd", "mse", metrics=["mae"])
    assert model.fit(X, X[:, :2], verbose=0).history == {"mean": [0.0]}
