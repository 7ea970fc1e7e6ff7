"""Models with a latent variable: the VAE against the closed form, two levels, a codebook and its prior."""

import itertools

import keras
import numpy as np
import pytest
from keras import layers, ops

import course
from units.u07_generative import (
    VAE,
    VQVAE,
    CodePrior,
    HierarchicalVAE,
    LinearGaussian,
    VectorQuantizer,
    grid_coders,
    image_coders,
    perplexity,
)

RNG = np.random.default_rng(0)
LINEAR = LinearGaussian(RNG.normal(size=(4, 2)), RNG.normal(size=4), 0.7)
IMAGES = RNG.choice([-1.0, 1.0], size=(16, 4, 4, 1)).astype("float32")


def numpy(tensor):
    return ops.convert_to_numpy(tensor)


@pytest.mark.backend_independent
def test_the_bound_is_the_evidence_minus_a_divergence():
    """With orthogonal columns the posterior has a diagonal covariance, and the bound is reached."""
    Q, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(4, 2)))
    model = LinearGaussian(Q * [2.0, 0.5], LINEAR.offset, 0.7)
    x = model.sample(5, np.random.default_rng(2))
    mean, covariance = model.posterior(x)
    np.testing.assert_allclose(covariance, np.diag(np.diag(covariance)), atol=1e-12)
    log_s = np.broadcast_to(0.5 * np.log(np.diag(covariance)), mean.shape)
    np.testing.assert_allclose(model.elbo(x, mean, log_s), model.log_evidence(x), rtol=1e-10)
    # another mean: KL = ½ ∑ (change / s)²
    gap = model.log_evidence(x) - model.elbo(x, mean + 0.3, log_s)
    np.testing.assert_allclose(gap, 0.5 * np.sum((0.3 / np.exp(log_s)) ** 2, axis=1), rtol=1e-8)


@pytest.mark.backend_independent
def test_the_fitted_model_has_the_covariance_of_the_data():
    x = LINEAR.sample(20000, np.random.default_rng(3))
    fitted = LinearGaussian.fit(x, 2)
    assert fitted.deviation == pytest.approx(0.7, rel=0.03)
    assert fitted.log_evidence(x).mean() >= LINEAR.log_evidence(x).mean()
    with pytest.raises(ValueError, match="latent is between 1 and 3"):
        LinearGaussian.fit(x, 4)


def test_the_elbo_of_linear_networks_is_the_closed_form():
    rng = np.random.default_rng(4)
    encoder = keras.Sequential([keras.Input((4,)), layers.Dense(4)])
    decoder = keras.Sequential([keras.Input((2,)), layers.Dense(4)])
    model = VAE(encoder, decoder, seed=1)
    encoder.layers[0].set_weights([0.3 * rng.normal(size=(4, 4)), 0.3 * rng.normal(size=4)])
    decoder.layers[0].set_weights([LINEAR.weights.T, LINEAR.offset])
    model.log_deviation.assign(np.log(0.7))
    x = LINEAR.sample(3, rng).astype("float32")
    mean, log_s = (numpy(v) for v in model.encode(x))
    fit, kl = (numpy(v).reshape(4000, 3) for v in model.terms(np.tile(x, (4000, 1))))
    bound = fit - kl
    error = bound.std(axis=0) / np.sqrt(4000)
    assert (np.abs(bound.mean(axis=0) - LINEAR.elbo(x, mean, log_s)) < 4 * error).all()
    assert (bound.mean(axis=0) < LINEAR.log_evidence(x)).all()
    # the step reports λ KL, and the samples are the means of p(x given z)
    model.weight = 3.0
    model.compile(keras.optimizers.SGD(0.0))
    seen = model.evaluate(x, verbose=0, return_dict=True)
    assert seen["loss"] == pytest.approx(3 * seen["divergence"] - seen["fit"], rel=1e-5)
    z = np.random.default_rng(5).normal(size=(6, 2))
    np.testing.assert_allclose(
        model.sample(6, seed=5), z @ LINEAR.weights.T + LINEAR.offset, rtol=1e-4, atol=1e-5
    )
    with pytest.raises(ValueError, match="must not be negative"):
        VAE(encoder, decoder, weight=-1)


def test_two_levels_learn_and_draw():
    keras.utils.set_random_seed(0)
    model = HierarchicalVAE((4, 4, 1), latents=(3, 2), width=8, seed=0)
    model.compile(keras.optimizers.Adam(0.05))
    losses = model.fit(np.tile(IMAGES[:4], (4, 1, 1, 1)), batch_size=16, epochs=25, verbose=0).history["loss"]
    assert np.mean(losses[-3:]) < 0.8 * np.mean(losses[:3])
    images = model.sample(5, seed=1)
    assert images.shape == (5, 4, 4, 1)
    np.testing.assert_array_equal(images, model.sample(5, seed=1))


def test_the_codebook_follows_by_a_moving_average():
    quantizer = VectorQuantizer(3, gamma=0.5, threshold=0.6, seed=0)
    quantizer.build((None, 2))
    e = np.array([[0.0, 0.0], [4.0, 0.0], [50.0, 50.0]], "float32")
    quantizer.codebook.assign(e)
    quantizer.sums.assign(e)
    z = np.array([[1.0, 0.0], [3.0, 1.0], [5.0, 1.0]], "float32")
    np.testing.assert_array_equal(numpy(quantizer.nearest(z)), [0, 1, 1])
    np.testing.assert_allclose(numpy(quantizer(z)), e[[0, 1, 1]])
    slope = course.grad(lambda z: ops.sum(quantizer(z) * ops.array([[1.0, 2.0]])))(z)
    np.testing.assert_allclose(numpy(slope), np.tile([1.0, 2.0], (3, 1)))
    assert float(quantizer.update(z)) == 2
    # n = ½ + ½ · (1, 2), m = ½ e + ½ (sum of what is assigned)
    np.testing.assert_allclose(numpy(quantizer.codebook)[:2], [[0.5, 0.0], [4.0, 2 / 3]], rtol=1e-6)
    assert numpy(quantizer.codebook)[2].tolist() in z.tolist()  # nothing was assigned: it starts again
    assert perplexity([[0, 0], [3, 3]]) == pytest.approx(2)


def test_a_vq_vae_learns_and_draws_by_its_prior():
    keras.utils.set_random_seed(0)
    with pytest.raises(ValueError, match="w ≥ 0"):
        VQVAE(*grid_coders((4, 4, 1), (8,), 2), VectorQuantizer(4), commitment=-1)
    model = VQVAE(*grid_coders((4, 4, 1), (8,), 2), VectorQuantizer(4, seed=0))
    model.compile(keras.optimizers.Adam(0.01))
    with pytest.raises(ValueError, match="call fit_prior"):
        model.sample(2)
    losses = model.fit(IMAGES, batch_size=16, epochs=25, verbose=0).history["error"]
    assert losses[-1] < 0.9 * losses[0]
    model.fit_prior(IMAGES, epochs=1, width=4)
    prior = ops.convert_to_numpy(model.prior.rows)
    model.fit(IMAGES, batch_size=16, epochs=1, verbose=0)  # goes on without the weights of the prior
    np.testing.assert_array_equal(ops.convert_to_numpy(model.prior.rows), prior)
    assert model.numbers(IMAGES).shape == (16, 2, 2)
    assert model.sample(3, seed=2).shape == (3, 4, 4, 1)


def test_the_prior_is_a_distribution_and_draws_from_it():
    prior = CodePrior(places=3, size=2, width=4)
    rng = np.random.default_rng(6)
    prior.set_weights([rng.normal(size=v.shape) for v in prior.weights])
    sequences = np.array(list(itertools.product(range(2), repeat=3)))
    logits = numpy(prior(sequences)).astype("float64")
    log_p = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    p = np.exp(np.take_along_axis(log_p, sequences[:, :, None], axis=-1).sum(axis=(1, 2)))
    assert p.sum() == pytest.approx(1, abs=1e-5)
    drawn = prior.sample(4000, seed=0).astype(int) @ [4, 2, 1]
    np.testing.assert_allclose(np.bincount(drawn, minlength=8) / 4000, p, atol=0.035)


@pytest.mark.backend_independent
def test_models_are_made_again_from_their_configuration():
    coders = grid_coders((8, 8, 1), filters=(4,), features=2)
    for model in (
        VAE(*image_coders((8, 8, 1), filters=(4,), latent=2), weight=0.5),
        VQVAE(*coders, VectorQuantizer(3), commitment=0.5),
        CodePrior(places=2, size=3, width=4),
    ):
        config = model.get_config()
        assert type(model).from_config(config).get_config() == config
