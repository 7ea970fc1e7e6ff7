"""What all generative models of the unit share: the check of the size, the seed, and NumPy arrays as samples."""

import keras
import numpy as np
import pytest

from units import u07_generative as u07


class Scaled(u07.GenerativeModel):
    """Draws noise times a trained number, as a tensor that depends on a variable."""

    def __init__(self):
        super().__init__()
        self.scale = self.add_weight(shape=(), initializer="ones", name="scale")

    def draw(self, size, rng, shift=0.0):
        return self.scale * rng.normal(size=(size, 2)).astype("float32") + shift


def test_samples_are_numpy_arrays_that_the_seed_decides():
    model = Scaled()
    x = model.sample(5, seed=3)
    assert isinstance(x, np.ndarray)
    assert x.dtype == "float32"
    np.testing.assert_array_equal(x, model.sample(5, seed=3))
    assert np.abs(x - model.sample(5, seed=4)).max() > 0.1
    np.testing.assert_allclose(model.sample(5, seed=3, shift=2.0), x + 2, rtol=1e-6)
    assert model.sample(np.int64(2)).shape == (2, 2)


@pytest.mark.parametrize("size", [0, -1, 2.0, True, "3"])
def test_a_size_is_a_whole_number(size):
    with pytest.raises(ValueError, match="size must be a whole number of samples"):
        Scaled().sample(size)


def test_a_model_without_draw_says_so():
    class Nothing(u07.GenerativeModel):
        pass

    assert issubclass(Nothing, keras.Model)
    with pytest.raises(NotImplementedError, match="Nothing needs a method draw"):
        Nothing().sample(1)
