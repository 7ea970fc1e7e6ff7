"""Autoencoders of any two networks: cost, penalty, noise, saving."""

import keras
import numpy as np
import pytest
from keras import ops

from course.testing import check_layer, one_program
from units.u06_tricks_of_the_trade import (
    Autoencoder,
    DenoisingAutoencoder,
    SparseAutoencoder,
    convolutional_coder,
    dense_coder,
)

X = np.random.default_rng(0).uniform(size=(12, 6)).astype("float32")
W = np.linspace(0, 2, 12).astype("float32")


def numpy(tensor):
    return ops.convert_to_numpy(tensor)


def sparse(penalty="kl", **settings):
    return SparseAutoencoder(*dense_coder(6, (), 8, code="sigmoid"), penalty, weight=0.1, **settings)


def test_the_networks_mirror_each_other():
    encoder, decoder = dense_coder(6, (5, 4), 2)
    assert [layer.units for layer in (*encoder.layers, *decoder.layers)] == [5, 4, 2, 4, 5, 6]
    encoder, decoder = convolutional_coder((8, 12, 1), (3, 5), 2)
    images = np.zeros((2, 8, 12, 1), "float32")
    codes, decoded = one_program(lambda x: (z := encoder(x), decoder(z)))(images)
    assert codes.shape == (2, 2)
    assert decoded.shape == images.shape
    with pytest.raises(ValueError, match=r"multiples of 4, not \(8, 10\)"):
        convolutional_coder((8, 10, 1), (3, 5), 2)


def test_images_are_weighted_and_saved(tmp_path):
    """One step of a convolutional autoencoder with weights, and the loaded model continues in the same way."""
    x = np.random.default_rng(1).uniform(size=(12, 4, 4, 1)).astype("float32")
    model = Autoencoder(*convolutional_coder((4, 4, 1), (3,), 2))
    model.compile(optimizer=keras.optimizers.SGD(0.0))
    expected = np.mean(W * np.mean((x - numpy(model(x))) ** 2, axis=(1, 2, 3)))
    history = model.fit(x, sample_weight=W, batch_size=12, verbose=0).history
    assert history["loss"][0] == pytest.approx(expected, rel=1e-5)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(numpy(loaded(x)), numpy(model(x)), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(numpy(loaded.encode(x)), numpy(model.encode(x)), rtol=1e-5, atol=1e-6)


def test_a_sparse_one_passes_the_harness_of_layers():
    check_layer(sparse, (4, 6))


@pytest.mark.backend_independent
def test_a_denoising_one_is_made_from_its_config():
    model = DenoisingAutoencoder(*dense_coder(6, (), 3), keras.layers.GaussianNoise(0.5))
    again = DenoisingAutoencoder.from_config(model.get_config())
    assert again.get_config() == model.get_config()
    assert again.corruption.stddev == 0.5


def test_the_penalties_are_the_formulas():
    z = np.random.default_rng(2).uniform(0.05, 0.9, size=(12, 4)).astype("float32")
    active, rho = z.mean(axis=0), 0.2
    divergence = rho * np.log(rho / active) + (1 - rho) * np.log((1 - rho) / (1 - active))
    model, absolute = sparse(share=rho), sparse("l1")
    kl, l1 = one_program(model.sparsity), one_program(absolute.sparsity)
    assert float(kl(z)) == pytest.approx(divergence.sum(), rel=1e-4)
    assert float(kl(np.full(z.shape, rho, "float32"))) == pytest.approx(0, abs=1e-5)
    assert np.isfinite(float(kl(np.zeros_like(z))))
    assert float(l1(-z)) == pytest.approx(z.sum(axis=1).mean(), rel=1e-5)
    # a weight of 2 counts a sample twice: the samples with the weight 0 are not there
    twice = np.repeat([2.0, 0.0], 6).astype("float32")
    for each in (kl, l1):
        assert float(each(z, twice)) == pytest.approx(float(each(z[:6])), rel=1e-4)
    # ρ̂ is a mean whatever the size of the weights
    assert float(kl(z, 5 * twice)) == pytest.approx(float(kl(z[:6])), rel=1e-4)
    assert np.isfinite(float(kl(z, 0 * twice)))

    def parts(x):
        z = model.encode(x)
        return model(x), model.sparsity(z), model.cost(x)

    x_hat, penalty, cost = (numpy(part) for part in one_program(parts)(X))
    assert cost == pytest.approx(np.mean((X - x_hat) ** 2) + 0.1 * penalty, rel=1e-4)


def test_what_a_sparse_autoencoder_refuses():
    with pytest.raises(ValueError, match=r'"kl" or "l1", not .l2'):
        sparse("l2")
    with pytest.raises(ValueError, match="share is the part of the samples"):
        sparse(share=1.0)


def test_noise_is_new_in_every_step_of_training_only():
    encoder, decoder = dense_coder(6, (), 3)
    model = DenoisingAutoencoder(encoder, decoder, keras.layers.GaussianNoise(0.5, seed=1))
    model.compile(optimizer=keras.optimizers.SGD(0.0))
    clean = np.mean((X - numpy(model(X))) ** 2)
    assert model.evaluate(X, verbose=0, return_dict=True)["loss"] == pytest.approx(clean, rel=1e-5)
    costs = model.fit(X, epochs=3, verbose=0).history["loss"]
    assert len({round(cost, 7) for cost in costs}) == 3
    assert all(cost != pytest.approx(clean, rel=1e-4) for cost in costs)


def test_training_makes_the_code_sparse():
    """All units start half active; the penalty alone brings them to the share that it asks for."""
    model = sparse(share=0.1)
    model.weight = 10.0
    model.compile(keras.optimizers.Adam(0.05))
    before = numpy(model.encode(X)).mean()
    model.fit(np.tile(X, (40, 1)), batch_size=12, epochs=2, verbose=0)
    after = numpy(model.encode(X)).mean(axis=0)
    assert before > 0.3
    np.testing.assert_allclose(after, 0.1, atol=0.03)
