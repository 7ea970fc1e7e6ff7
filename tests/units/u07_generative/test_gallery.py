"""The models side by side: each is made with arguments that it takes, and trained with all that belongs to it."""

import inspect
import sys

import keras
import numpy as np
import pytest
from keras import ops

from units import u07_generative as u07
from units.u07_generative.gallery import SMALL

shared_models = sys.modules[u07.trained.__module__]


class Recorder:
    """A model that only notes what it is asked to do."""

    def __init__(self):
        self.calls = []

    def adapt(self, x):
        self.calls.append("adapt")

    def fit(self, x, **options):
        self.calls.append(("fit", options["epochs"], options["batch_size"]))

    def fit_prior(self, x, epochs, batch_size):
        self.calls.append(("fit_prior", epochs, batch_size))

    def sample(self, size, seed):
        return size, seed


@pytest.mark.backend_independent
def test_a_model_is_trained_with_all_that_belongs_to_it():
    entry = u07.Entry("all", Recorder(), 3, {})
    entry.train(np.zeros((4, 8, 8, 1), "float32"), np.zeros(4, "int32"), batch_size=2)
    assert entry.model.calls == ["adapt", ("fit", 3, 2), ("fit_prior", 3, 2)]


@pytest.mark.backend_independent
def test_frames_show_the_same_noise_at_each_epoch():
    film = u07.Frames(size=5)
    film.set_model(Recorder())
    for epoch in range(3):
        film.on_epoch_end(epoch)
    assert film.frames == [(1, (5, 0)), (2, (5, 0)), (3, (5, 0))]


def small_gallery(shape, epochs):
    """The small models; latent diffusion takes the autoencoder."""
    entries = {}
    for name in SMALL:
        entries[name] = u07.small_model(
            name, shape, epochs, entries["VAE"].model if "VAE" in entries else None
        )
    return entries.values()


@pytest.mark.backend_independent
@pytest.mark.parametrize(("gallery", "shape"), [(small_gallery, (8, 8, 1)), (u07.large_gallery, (28, 28, 1))])
def test_each_model_takes_what_it_is_given(gallery, shape):
    names = []
    for entry in gallery(shape, epochs=2):
        names.append(entry.name)
        assert entry.epochs >= 1
        for evaluations, options in entry.ways.values():
            assert evaluations >= 1
            assert set(options) <= set(inspect.signature(entry.model.draw).parameters)
            if "steps" in options:  # what the table calls evaluations is what the sampler does
                steps = options["steps"]
                assert evaluations == (2 * steps - 1 if options.get("method") == "heun" else steps)
    assert len(set(names)) == len(names) >= 6


def uniform():
    """From the global generator, which ``keras.utils.set_random_seed`` seeds."""
    return np.random.uniform()  # noqa: NPY002


class Drawn:
    """A model whose training draws its only variable, and whose samples move the state of its random numbers."""

    def __init__(self):
        self.random = keras.random.SeedGenerator()
        self.w = keras.Variable(np.zeros(3, "float32"))
        self.variables = [self.w, self.random.state]

    def fit(self, x, **options):
        drawn = keras.random.normal((3,), seed=self.random)
        self.w.assign(drawn + uniform() + float(x[0].mean()))
        return keras.callbacks.History()

    def sample(self):
        return ops.convert_to_numpy(self.w + keras.random.normal((3,), seed=self.random))


def test_a_shared_model_does_not_depend_on_what_ran_before(monkeypatch):
    made = []

    def small_model(name, shape, vae=None):
        made.append((name, vae))
        return u07.Entry(name, Drawn(), 1, {})

    monkeypatch.setattr(shared_models, "small_model", small_model)
    monkeypatch.setattr(shared_models, "_kept", {})

    def seen(seed=5):
        return [*u07.trained("VAE", "digits", seed).entry.model.sample(), uniform()]

    alone = seen()
    model = u07.trained("VAE", "digits", 5).entry.model
    model.w.assign(np.ones(3, "float32"))
    np.testing.assert_array_equal(seen(), alone)  # after another caller, which has changed the model
    assert len(made) == 1
    assert np.all(seen(seed=6)[:3] != alone[:3])
    keras.utils.set_random_seed(99)
    np.testing.assert_array_equal(seen(), alone)  # after a model of another seed, which is not kept
    assert len(made) == 3
    u07.trained("latent diffusion", "digits", 5)
    assert made[3:] == [("latent diffusion", u07.trained("VAE", "digits", 5).entry.model)]


@pytest.mark.backend_independent
def test_small_models_have_names_and_latent_diffusion_takes_an_autoencoder():
    with pytest.raises(ValueError, match="not 'PixelCNN'"):
        u07.small_model("PixelCNN", (8, 8, 1))
    with pytest.raises(ValueError, match="pass it as vae"):
        u07.small_model("latent diffusion", (8, 8, 1))
