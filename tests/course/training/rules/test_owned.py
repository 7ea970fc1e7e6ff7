"""State that Keras does not list: metrics that a model's own ``metrics`` leaves out, stateful recurrent layers."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import course

X = np.ones((4, 3, 1), "float32")


class Narrow(course.Model):
    """As in many a tutorial: ``metrics`` is a property, and names only some."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1, kernel_initializer="ones")
        self.named, self.unnamed = keras.metrics.Mean(name="named"), keras.metrics.Mean(name="unnamed")

    @property
    def metrics(self):
        return [self.named]

    def call(self, x):
        return self.dense(x)

    def test_step(self, data):
        self.named.update_state(3.0)
        self.unnamed.update_state(5.0)
        return super().test_step(data)


def test_metrics_as_a_property_with_the_default_step():
    model = Narrow()
    model.compile(keras.optimizers.SGD(0.1), loss="mse")
    x = np.ones((4, 1), "float32")
    history = model.fit(x, 0 * x, batch_size=2, epochs=2, validation_data=(x, x), verbose=0).history
    assert history == {"named": [0.0, 0.0], "val_named": [3.0, 3.0]}
    assert float(model.unnamed.result()) == 5.0
    assert float(model.dense.kernel.numpy()[0, 0]) < 0.8
    assert model.train_on_batch(x, x, return_dict=True) == {"named": 0.0}


class Remembers(course.Model):
    def __init__(self):
        super().__init__()
        self.rnn = layers.SimpleRNN(
            1, stateful=True, activation="linear", kernel_initializer="ones", recurrent_initializer="ones"
        )

    def call(self, x):
        return self.rnn(x)


OTHER = {"predict": "evaluate", "evaluate": "predict"}


@pytest.mark.parametrize("options", [{}, {"run_eagerly": True}, {"steps_per_execution": 2}], ids=str)
@pytest.mark.parametrize("first", ["predict", "evaluate", "fit"])
def test_a_stateful_layer_remembers_in_every_loop(first, options):
    model, targets = Remembers(), np.zeros((4, 1), "float32")
    model.compile(keras.optimizers.SGD(0.0), loss="mse", **options)

    def loop(name):
        if name == "predict":
            outputs = model.predict(X, batch_size=2, verbose=0)
            np.testing.assert_allclose(outputs[:, 0], [3, 3, 6, 6])
        elif name == "evaluate":
            assert model.evaluate(X, targets, batch_size=2, verbose=0) == pytest.approx((9 + 36) / 2)
        else:
            loss = model.fit(X, targets, batch_size=2, shuffle=False, verbose=0).history["loss"]
            assert loss == pytest.approx([(9 + 36) / 2])
        np.testing.assert_allclose(ops.convert_to_numpy(model.rnn.states[0])[:, 0], [6, 6])

    # All loops follow one another where the first is fit; each of the others is followed by another one and itself.
    for name in (
        (first, "predict", "evaluate", "fit", "predict") if first == "fit" else (first, OTHER[first], first)
    ):
        loop(name)
        model.rnn.reset_state()
    np.testing.assert_allclose(ops.convert_to_numpy(model.predict_on_batch(X[:2]))[:, 0], [3, 3])
    np.testing.assert_allclose(ops.convert_to_numpy(model.predict_on_batch(X[:2]))[:, 0], [6, 6])
