"""Flow matching before any training: the last layer starts at 0, so the velocity is 0 and the noise stays as it is."""

import numpy as np
import pytest

from units.u07_generative import FlowMatching, dense_denoiser
from units.u07_generative.flow_matching import evaluations


@pytest.mark.parametrize("method", ["euler", "heun"])
def test_samples_are_the_noise(method):
    model = FlowMatching(dense_denoiser(2, units=4, blocks=1), (2,))
    drawn = model.sample(3, seed=5, steps=2, method=method)
    np.testing.assert_array_equal(drawn, np.random.default_rng(5).normal(size=(3, 2)).astype("float32"))
    for steps in (0, 2.5, True):
        with pytest.raises(ValueError, match="steps must be at least 1 and a whole number"):
            model.sample(3, steps=steps)


@pytest.mark.backend_independent
def test_evaluations():
    assert [evaluations(4, "euler"), evaluations(4, "heun"), evaluations(1, "heun")] == [4, 7, 1]
    with pytest.raises(ValueError, match='"euler" or "heun", not \'Heun\''):
        evaluations(4, "Heun")
