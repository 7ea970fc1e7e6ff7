"""The truncated SVD against NumPy, and Eckart–Young's theorem."""

import numpy as np
import pytest
from keras import ops

from units.u01_machine_learning.truncated_svd import (
    compress_image,
    low_rank,
    relative_error,
    stored_numbers,
    truncated_svd,
)


def reference(A, r):
    U, s, Vh = np.linalg.svd(A, full_matrices=False)
    return (U[:, :r] * s[:r]) @ Vh[:r]


@pytest.mark.parametrize("shape", [(9, 6), (4, 7), (1, 4)])
def test_the_low_rank_matrix_is_numpys(shape):
    A = np.random.default_rng(0).normal(size=shape)
    for r in {1, min(shape) - 1, min(shape)} - {0}:
        factors = truncated_svd(A, r)
        assert [tuple(f.shape) for f in factors] == [(shape[0], r), (r,), (r, shape[1])]
        assert np.allclose(ops.convert_to_numpy(low_rank(*factors)), reference(A, r), atol=1e-5)


def test_the_error_follows_from_the_singular_values():
    A = np.random.default_rng(1).normal(size=(12, 8))
    _, s, _ = truncated_svd(A, 8)
    for r in (1, 3, 7):
        got = ops.convert_to_numpy(low_rank(*truncated_svd(A, r)))
        assert relative_error(s, r) == pytest.approx(np.linalg.norm(A - got) / np.linalg.norm(A), rel=1e-4)
    assert relative_error(s, 8) == 0.0
    assert relative_error(s, 0) == 1.0


def test_no_random_matrix_of_the_same_rank_does_better():
    rng = np.random.default_rng(2)
    A = rng.normal(size=(10, 7))
    best = np.linalg.norm(A - ops.convert_to_numpy(low_rank(*truncated_svd(A, 2))))
    for _ in range(20):
        # The best fit to A within a random two-dimensional column space.
        Q, _ = np.linalg.qr(rng.normal(size=(10, 2)))
        assert best < np.linalg.norm(A - Q @ (Q.T @ A))


def test_images_are_cut_channel_by_channel():
    image = np.random.default_rng(3).uniform(0.3, 0.7, (8, 6, 3))
    got = ops.convert_to_numpy(compress_image(image, 2))
    assert got.shape == (8, 6, 3)
    for channel in range(3):
        expected = np.clip(reference(image[..., channel], 2), 0, 1)
        assert np.allclose(got[..., channel], expected, atol=1e-5)
    assert np.allclose(ops.convert_to_numpy(compress_image(image[..., 0], 2)), got[..., 0], atol=1e-6)


def test_images_stay_in_range():
    image = (np.random.default_rng(4).uniform(size=(20, 20)) > 0.5).astype("float32")
    got = ops.convert_to_numpy(compress_image(image, 3))
    assert got.min() >= 0.0
    assert got.max() <= 1.0


def test_storage_counts_both_bases_and_the_values():
    U, s, Vh = truncated_svd(np.random.default_rng(5).normal(size=(7, 4)), 3)
    assert stored_numbers(7, 4, 3) == sum(int(np.prod(f.shape)) for f in (U, s, Vh))


@pytest.mark.parametrize(("shape", "r"), [((4, 3), 0), ((4, 3), 4)])
def test_impossible_ranks_are_refused(shape, r):
    with pytest.raises(ValueError, match="rank between 1"):
        truncated_svd(np.zeros(shape), r)


def test_an_image_of_0_to_255_is_refused():
    """It was clipped to white."""
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        compress_image(np.array([[10, 200], [30, 40]], "uint8"), 1)
