"""L-BFGS through fit: against SciPy's minimum, against Adam, compiled, saved, and what it refuses."""

import keras
import numpy as np
import pytest
from scipy import optimize
from scipy.special import logsumexp, softmax

from units.u03_optimization.lbfgs_model import LBFGSModel
from units.u03_optimization.lbfgs_optimizer import LBFGS

PENALTY = 0.01


def cross_entropy():
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def softmax_regression(**options):
    layer = keras.layers.Dense(
        3, kernel_initializer="zeros", kernel_regularizer=keras.regularizers.L2(PENALTY)
    )
    model = LBFGSModel(keras.Sequential([layer]))
    model.compile(optimizer=LBFGS(**{"memory": 5, **options}), loss=cross_entropy(), metrics=["accuracy"])
    return model


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(5)
    y = rng.integers(3, size=60).astype("int32")
    x = (np.eye(3)[y] + 0.6 * rng.normal(size=(60, 3))).astype("float32")
    return x, y


def scipy_minimum(x, y):
    x = x.astype("float64")

    def f(theta):
        W, b = theta[:9].reshape(3, 3), theta[9:]
        z = x @ W + b
        delta = (softmax(z, axis=1) - np.eye(3)[y]) / len(y)
        value = np.mean(logsumexp(z, axis=1) - z[np.arange(len(y)), y]) + PENALTY * np.sum(W**2)
        return value, np.concatenate([(x.T @ delta + 2 * PENALTY * W).ravel(), delta.sum(0)])

    return optimize.minimize(f, np.zeros(12), jac=True, method="L-BFGS-B", options={"gtol": 1e-5})


def fit(model, data, epochs=1, **options):
    return model.fit(*data, batch_size=len(data[0]), epochs=epochs, verbose=0, **options).history


def test_fit_finds_scipys_minimum_with_about_as_many_gradients(data):
    x, y = data
    model = softmax_regression(tolerance=1e-5)
    history = fit(model, data, epochs=3, validation_data=data, validation_batch_size=16)
    expected = scipy_minimum(*data)
    assert history["loss"][-1] == pytest.approx(expected.fun, rel=1e-5)
    np.testing.assert_allclose(model.get_weights()[0].ravel(), expected.x[:9], atol=2e-3)
    assert history["gradient_size"][-1] <= 3e-5
    assert history["gradient_evaluations"][-1] <= 1.5 * expected.nfev + 10
    logits = x @ model.get_weights()[0] + model.get_weights()[1]
    assert history["accuracy"][-1] == pytest.approx(np.mean(logits.argmax(1) == y))
    # what is reported is the loss after the epoch; validation may come in mini-batches
    assert history["val_loss"] == pytest.approx(history["loss"], rel=1e-4)

    # other data: the memory of another function does no lasting harm, the loss is looked at anew in every epoch
    turned = x[:, ::-1].copy(), y
    assert fit(model, turned, epochs=4)["loss"][-1] == pytest.approx(scipy_minimum(*turned).fun, rel=1e-4)


def test_every_gradient_is_counted(data, backend):
    if backend == "jax":
        pytest.skip("JAX traces the loop once: the calls of Python say nothing about the loop's rounds")
    model = softmax_regression(iterations=3)
    model.prepare(data)
    calls = []

    def loss():
        calls.append(1)
        return keras.ops.mean(cross_entropy()(data[1], model(data[0])))

    model.optimizer.minimize(loss, model.trainable_variables)
    assert len(calls) == int(model.optimizer.gradient_evaluations) >= 4
    assert int(model.optimizer.steps_taken) == 3


def test_a_network_with_a_hidden_layer_gets_lower_than_with_adam_at_equal_gradients():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(100, 2)).astype("float32")
    y = (x[:, 0] * x[:, 1] > 0).astype("int32")

    def network():
        start = keras.initializers.GlorotUniform(seed=3)
        layers = [
            keras.layers.Dense(8, "tanh", kernel_initializer=start),
            keras.layers.Dense(2, kernel_initializer=start),
        ]
        return keras.Sequential([keras.Input((2,)), *layers])

    model = LBFGSModel(network())
    model.compile(optimizer=LBFGS(memory=5, iterations=20), loss=cross_entropy())
    history = fit(model, (x, y), epochs=2)
    evaluations = int(history["gradient_evaluations"][-1])
    other = network()
    other.compile(optimizer=keras.optimizers.Adam(0.1), loss=cross_entropy())
    # one epoch of many batches, each the full one
    repeated = np.tile(x, (evaluations, 1)), np.tile(y, evaluations)
    other.fit(*repeated, batch_size=100, shuffle=False, verbose=0)
    assert history["loss"][-1] < other.evaluate(x, y, batch_size=100, verbose=0)


def test_saved_and_loaded_goes_on_as_if_nothing_had_happened(data, tmp_path):
    model = softmax_regression(iterations=3, tolerance=0.0)
    fit(model, data)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert isinstance(loaded, LBFGSModel)
    assert loaded.optimizer.get_config() == model.optimizer.get_config()
    np.testing.assert_array_equal(np.asarray(loaded.optimizer.S), np.asarray(model.optimizer.S))
    assert np.any(np.asarray(model.optimizer.S) != 0)

    def full_batches():  # a generator is taken at its word
        while True:
            yield data

    histories = [
        fit(model, data),
        loaded.fit(full_batches(), steps_per_epoch=1, shuffle=False, verbose=0).history,
    ]
    assert histories[0]["gradient_evaluations"] == histories[1]["gradient_evaluations"]
    for a, b in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_mini_batches_are_refused(data):
    model = softmax_regression()
    with pytest.raises(ValueError, match=r"2 batches.*batch_size=len\(x\)"):
        model.fit(*data, verbose=0)  # Keras's default of 32

    def batches():
        while True:
            yield data

    with pytest.raises(ValueError, match="unknown number of batches"):
        model.fit(batches(), shuffle=False, verbose=0)


@pytest.mark.parametrize(
    "layer",
    [
        lambda: keras.layers.Dropout(0.5),
        lambda: keras.layers.GaussianNoise(0.1, seed=1),
        keras.layers.BatchNormalization,
    ],
)
def test_losses_that_are_no_function_of_the_parameters_are_refused(data, layer):
    model = LBFGSModel(keras.Sequential([layer(), keras.layers.Dense(3)]))
    model.compile(loss=cross_entropy())
    with pytest.raises(ValueError, match="dropout"):
        fit(model, data)


def test_mistakes_are_said_in_words():
    model = LBFGSModel(keras.Sequential([keras.layers.Dense(3)]))
    with pytest.raises(ValueError, match="not by Adam"):
        model.compile(optimizer="adam", loss=cross_entropy())
    for options in ({"memory": 0}, {"iterations": 2.5}, {"max_trials": 0}):
        with pytest.raises(ValueError, match="whole number"):
            LBFGS(**options)
    with pytest.raises(ValueError, match="tolerance"):
        LBFGS(tolerance=-1.0)
    with pytest.raises(ValueError, match="cannot apply gradients"):
        LBFGS().apply([], [])
