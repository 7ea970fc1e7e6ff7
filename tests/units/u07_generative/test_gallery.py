"""The models side by side: each is made with arguments that it takes, and trained with all that belongs to it."""

import inspect

import numpy as np
import pytest

from units import u07_generative as u07


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


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("gallery", "shape"), [(u07.small_gallery, (8, 8, 1)), (u07.large_gallery, (28, 28, 1))]
)
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
