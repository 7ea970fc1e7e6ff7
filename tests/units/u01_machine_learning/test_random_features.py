"""Random ReLU features: the formula, nesting and the kernel that they estimate."""

import numpy as np
import pytest
from keras import ops

from units.u01_machine_learning.random_features import RandomFeatures


def test_the_map_is_its_formula():
    phi = RandomFeatures(5, 12, np.random.default_rng(0))
    x = np.random.default_rng(1).normal(size=(4, 5)).astype("float32")
    W, b = ops.convert_to_numpy(phi.W), ops.convert_to_numpy(phi.b)
    assert np.allclose(ops.convert_to_numpy(phi(x)), np.maximum(x @ W + b, 0) / np.sqrt(12), atol=1e-5)


def test_fewer_features_are_the_first_ones_with_their_own_scale_and_then_zeros():
    phi = RandomFeatures(5, 12, np.random.default_rng(0))
    x = np.ones((2, 5))
    few, all_of_them = ops.convert_to_numpy(phi(x, features=3)), ops.convert_to_numpy(phi(x))
    assert np.allclose(few[:, :3] * np.sqrt(3), all_of_them[:, :3] * np.sqrt(12), atol=1e-5)
    assert few.shape == (2, 12)
    assert np.all(few[:, 3:] == 0)


def test_many_features_estimate_the_arc_cosine_kernel():
    rng = np.random.default_rng(2)
    phi = RandomFeatures(6, 40_000, rng)
    phi.b = ops.zeros_like(phi.b)
    x = rng.normal(size=(2, 6))
    got = ops.convert_to_numpy(ops.matmul(phi(x), ops.transpose(phi(x))))[0, 1]
    norms = np.prod(np.linalg.norm(x, axis=1))
    angle = np.arccos(x[0] @ x[1] / norms)
    expected = norms * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi) * 2 / 6
    assert got == pytest.approx(expected, rel=0.06)


def test_empty_maps_are_refused():
    with pytest.raises(ValueError, match="positive"):
        RandomFeatures(3, 0, np.random.default_rng(0))
