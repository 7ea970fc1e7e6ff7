"""Models whose arguments are networks are made again from their configuration."""

import keras
import numpy as np
import pytest

import course
from course.training.rules.saved_parts import SavedParts


class Chain(SavedParts, course.Model):
    parts, settings = ("first", "second"), ("scale",)

    def __init__(self, first, second=None, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.first, self.second, self.scale = first, second, scale

    def call(self, x):
        x = self.first(x)
        return self.scale * (x if self.second is None else self.second(x))


def network(units):
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(units)])


@pytest.mark.parametrize("second", [None, network(3)])
def test_parts_and_settings_come_back(second):
    model = Chain(network(2), second, scale=3.0, name="chain")
    config = model.get_config()
    again = Chain.from_config(config)
    assert (again.name, again.scale) == ("chain", 3.0)
    assert (again.second is None) == (second is None)
    assert again.get_config() == config
    x = np.ones((4, 2), "float32")
    model(x)
    again(x)
    again.set_weights(model.get_weights())
    np.testing.assert_allclose(again.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-6)
