"""The shallow autoencoder: its maps, its step, its PCA solution."""

import keras
import numpy as np
import pytest
from scipy.special import expit

from units.u02_logistic_softmax.autoencoder import ShallowAutoencoder
from units.u02_logistic_softmax.principal_angles import principal_angles


@pytest.fixture
def x():
    rng = np.random.default_rng(7)
    x = rng.normal(size=(80, 5)) * [2.0, 1.5, 0.3, 0.2, 0.1] @ np.linalg.qr(rng.normal(size=(5, 5)))[0]
    return (x - x.mean(0)).astype("float32")


def test_encode_and_decode_are_the_two_formulas(x):
    model = ShallowAutoencoder(features=5, latent=2, encoder="tanh", decoder="sigmoid")
    W1, b1, W2, b2 = model.get_weights()
    b1[:], b2[:] = 0.3, -0.2
    model.set_weights([W1, b1, W2, b2])
    h = np.tanh(x @ W1 + b1)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(model.encode(x)), h, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(model(x)), expit(h @ W2 + b2), rtol=1e-4, atol=1e-5)


def test_one_step_equals_the_gradient_on_paper(x):
    model = ShallowAutoencoder(features=5, latent=2)
    W1, b1, W2, b2 = (w.astype("float64") for w in model.get_weights())
    model.compile(optimizer=keras.optimizers.SGD(0.1))
    history = model.fit(x, batch_size=80, verbose=0).history
    h = x @ W1 + b1
    r = h @ W2 + b2 - x
    assert history["loss"][0] == pytest.approx(np.mean(r**2), rel=1e-4)
    g = 2 * r / r.size
    expected = [
        W1 - 0.1 * x.T @ (g @ W2.T),
        b1 - 0.1 * (g @ W2.T).sum(0),
        W2 - 0.1 * h.T @ g,
        b2 - 0.1 * g.sum(0),
    ]
    for got, want in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)


def test_the_linear_one_finds_the_subspace_of_pca(x):
    V = np.linalg.svd(x, full_matrices=False)[2][:2].T
    best = np.mean((x - x @ V @ V.T) ** 2)
    model = ShallowAutoencoder(features=5, latent=2)
    model.compile(optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.05, 900)))
    model.fit(np.tile(x, (300, 1)), batch_size=80, epochs=3, verbose=0)
    cost = model.evaluate(x, batch_size=80, verbose=0, return_dict=True)["loss"]
    assert best * (1 - 1e-4) < cost < 1.01 * best
    assert np.degrees(principal_angles(model.get_weights()[2].T, V)).max() < 1.5


def test_fit_reports_the_mean_over_samples(x):
    model = ShallowAutoencoder(features=5, latent=2)
    model.compile(optimizer=keras.optimizers.SGD(0.0))
    expected = np.mean((x - keras.ops.convert_to_numpy(model(x))) ** 2)
    assert model.fit(x, batch_size=33, verbose=0).history["loss"][0] == pytest.approx(expected, rel=1e-4)
    assert model.evaluate(x, batch_size=33, verbose=0, return_dict=True)["loss"] == pytest.approx(
        expected, rel=1e-4
    )


def test_saved_and_loaded(x, tmp_path):
    model = ShallowAutoencoder(features=5, latent=3, encoder="tanh", decoder="sigmoid")
    model.compile(optimizer="adam")
    model.fit(x, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-6)
    assert loaded.get_config() == model.get_config()
    codes = keras.ops.convert_to_numpy(loaded.encode(x))
    assert codes.shape == (80, 3)
    assert np.abs(codes).max() <= 1


def test_sizes_may_be_numbers_of_numpy():
    assert ShallowAutoencoder(np.int64(4), np.int64(2)).get_config()["latent"] == 2
