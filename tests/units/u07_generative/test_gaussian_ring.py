"""The ring of Gaussians: its density integrates to 1, and the two numbers judge samples as defined."""

import numpy as np
import pytest

from units.u07_generative import (
    gaussian_ring,
    high_quality_share,
    modes_caught,
    ring_centers,
    ring_log_density,
)

pytestmark = pytest.mark.backend_independent


def test_points_of_the_ring_have_its_density():
    axis = np.linspace(-1.5, 1.5, 401)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    total = np.exp(ring_log_density(grid)).sum() * (axis[1] - axis[0]) ** 2
    assert total == pytest.approx(1, abs=1e-4)
    # the mean log density of its points is that of one Gaussian, −1 − log(2 π σ²), over 8 that do not overlap
    x, y = gaussian_ring(20_000, seed=1)
    assert ring_log_density(x).mean() == pytest.approx(-1 - np.log(2 * np.pi * 0.05**2 * 8), abs=0.03)
    assert (x.dtype, y.dtype) == ("float32", "int32")
    for k, center in enumerate(ring_centers()):
        np.testing.assert_allclose(x[y == k].mean(axis=0), center, atol=0.005)
        np.testing.assert_allclose(x[y == k].std(axis=0), 0.05, rtol=0.05)
    np.testing.assert_array_equal(x, gaussian_ring(20_000, seed=1)[0])


def test_quality_of_the_ring_itself_is_the_closed_form():
    x, _ = gaussian_ring(50_000, seed=2)
    for within in (1, 2, 3):
        expected = 1 - np.exp(-(within**2) / 2)
        assert high_quality_share(x, within=within) == pytest.approx(expected, abs=0.01)
    assert modes_caught(x) == 8


def test_collapsed_samples_are_noticed():
    x, y = gaussian_ring(8000, seed=3)
    assert modes_caught(x[y < 3]) == 3
    assert high_quality_share(x[y < 3]) > 0.98
    # a few points in another mode do not make it caught
    few = np.concatenate([x[y < 3], x[y == 5][:5]])
    assert modes_caught(few) == 3
    # between the modes nothing is caught
    assert high_quality_share(0.5 * x) == 0
    assert modes_caught(0.5 * x) == 0


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="positive deviation"):
        gaussian_ring(0)
    with pytest.raises(ValueError, match=r"shape \(batch, features\)"):
        modes_caught([1.0, 2.0])
