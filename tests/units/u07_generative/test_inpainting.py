"""Inpainting against the conditional distribution of a Gaussian, for which the noise is known exactly."""

import numpy as np
import pytest

from units.u07_generative.inpainting import holes, inpaint

pytestmark = pytest.mark.backend_independent
COVARIANCE = np.array([[1.0, 0.8], [0.8, 1.0]])
ALPHA_BARS = np.cumprod(1 - np.linspace(1e-4, 0.12, 120))
SIZE = 4000


def noise_of_a_gaussian(x, t):
    """−√(1 − ᾱ) ∇ log p_t(x) with p_t = N(0, ᾱ Σ + (1 − ᾱ) I)."""
    alpha_bar = ALPHA_BARS[t[0]]
    spread = alpha_bar * COVARIANCE + (1 - alpha_bar) * np.eye(2)
    return np.sqrt(1 - alpha_bar) * x @ np.linalg.inv(spread)


def drawn(repeats):
    x = np.tile([1.5, np.nan], (SIZE, 1))
    return inpaint(x, [True, False], noise_of_a_gaussian, ALPHA_BARS, np.random.default_rng(0), repeats)


def test_what_is_drawn_has_the_conditional_distribution():
    # x_2 given x_1 = 1.5 is N(0.8 · 1.5, 1 − 0.8²)
    x = drawn(10)
    np.testing.assert_allclose(x[:, 0], 1.5, rtol=1e-6)
    assert abs(x[:, 1].mean() - 1.2) < 0.08
    assert abs(x[:, 1].var() - 0.36) < 0.08


def test_without_going_back_the_parts_agree_less():
    gaps = [abs(drawn(repeats)[:, 1].mean() - 1.2) for repeats in (1, 10)]
    assert gaps[0] > 3 * gaps[1]


def test_the_seed_decides_and_repeats_are_checked():
    x, known = np.zeros((3, 2)), [1, 0]

    def again():
        return inpaint(x, known, noise_of_a_gaussian, ALPHA_BARS, np.random.default_rng(1), 2)

    np.testing.assert_array_equal(again(), again())
    with pytest.raises(ValueError, match="repeats must be at least 1"):
        inpaint(x, known, noise_of_a_gaussian, ALPHA_BARS, np.random.default_rng(1), 0)


def test_holes_are_rectangles_of_one_size():
    with pytest.raises(ValueError, match="share is a part"):
        holes((2, 8, 10, 1), np.random.default_rng(0), share=1.5)
    known = holes((500, 8, 10, 1), np.random.default_rng(0))
    assert known.shape == (500, 8, 10, 1)
    assert ((known == 0).sum(axis=(1, 2, 3)) == 4 * 5).all()
    assert (known == 0).any(axis=0).all()  # every pixel is hidden in some image
    for image in known[:, :, :, 0]:
        rows, columns = np.where(image == 0)
        assert np.ptp(rows) == 3
        assert np.ptp(columns) == 4
