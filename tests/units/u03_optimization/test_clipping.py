"""Gradient clipping against NumPy, and against what Keras's optimizers do with their clip arguments."""

import keras
import numpy as np
import pytest
from keras import ops

from course.testing import assert_close
from units.u03_optimization.clipping import clip_by_global_norm, clip_by_norm, clip_by_value

SHAPES = ((3, 2), (4,), ())


@pytest.fixture
def gradients():
    rng = np.random.default_rng(5)
    return [np.asarray(3 * rng.normal(size=s), "float32") for s in SHAPES]


def as_keras_clips(gradients, **options):
    """One step of plain descent with α = 1 from 0: what is left of the gradient, with the sign turned."""
    variables = [keras.Variable(np.zeros_like(g)) for g in gradients]
    optimizer = keras.optimizers.SGD(1.0, **options)
    optimizer.apply([ops.convert_to_tensor(g) for g in gradients], variables)
    return [-v.numpy() for v in variables]


@pytest.mark.parametrize("limit", [0.5, 2.0, 100.0])
def test_equals_keras(gradients, limit):
    for mine, options in (
        (clip_by_value(gradients, limit), {"clipvalue": limit}),
        (clip_by_norm(gradients, limit), {"clipnorm": limit}),
        (clip_by_global_norm(gradients, limit)[0], {"global_clipnorm": limit}),
    ):
        for a, b in zip(mine, as_keras_clips(gradients, **options), strict=True):
            assert_close(a, b, rtol=1e-6, atol=1e-7, name=str(options))


def test_norm_and_direction(gradients):
    flat = np.concatenate([g.ravel() for g in gradients])
    clipped, norm = clip_by_global_norm(gradients, 1.5)
    got = np.concatenate([np.ravel(ops.convert_to_numpy(g)) for g in clipped])
    assert_close(norm, np.linalg.norm(flat))
    np.testing.assert_allclose(got, 1.5 * flat / np.linalg.norm(flat), rtol=1e-5)
    np.testing.assert_allclose(
        ops.convert_to_numpy(clip_by_norm(gradients[0], 1.5)),
        1.5 * gradients[0] / np.linalg.norm(gradients[0]),
        rtol=1e-5,
    )


def test_short_and_zero_gradients_stay(gradients):
    for g in clip_by_norm([0 * x for x in gradients], 1.0) + clip_by_global_norm([np.zeros(3)], 1.0)[0]:
        assert not np.any(ops.convert_to_numpy(g))
    assert_close(clip_by_norm(np.float32([0.3, 0.4]), 1.0), np.float32([0.3, 0.4]))
    assert_close(clip_by_value(np.float32([-3, 0.5]), 1.0), np.float32([-1, 0.5]))


@pytest.mark.parametrize("clip", [clip_by_value, clip_by_norm, clip_by_global_norm])
@pytest.mark.parametrize("limit", [0, -1.0, None])
def test_impossible_limits(clip, limit):
    with pytest.raises(ValueError, match="limit must be a number > 0"):
        clip([np.ones(2, "float32")], limit)


def test_nothing_to_clip():
    with pytest.raises(ValueError, match="no gradients"):
        clip_by_global_norm([], 1.0)
