import keras
import numpy as np
import pytest
import scipy.stats
from keras import layers, ops

from course.testing import assert_close
from units.u05_convolution import grad_cam, randomized, rank_correlation, saliency, weighted_maps


def number(tensor):
    return ops.convert_to_numpy(tensor)


def network(pooling):
    features = keras.Sequential([keras.Input((6, 5, 2)), layers.Conv2D(3, 3, activation="tanh")])
    head = keras.Sequential([keras.Input((4, 3, 3)), pooling, layers.Dense(4)])
    return features, head


def images(n=3):
    return np.random.default_rng(0).normal(size=(n, 6, 5, 2)).astype("float32")


def test_saliency_is_the_largest_slope_of_a_pixel():
    features, head = network(layers.Flatten())
    whole, x, y = keras.Sequential([features, head]), images(1), np.array([2])
    got = number(saliency(whole, x, y))
    assert got.shape == (1, 6, 5)
    h = 1e-2
    slopes = np.zeros((6, 5, 2))
    for place in np.ndindex(6, 5, 2):
        step = np.zeros_like(x)
        step[(0, *place)] = h
        slopes[place] = number(whole(np.concatenate([x + step, x - step])))[:, 2] @ [1, -1] / (2 * h)
    np.testing.assert_allclose(got[0], np.abs(slopes).max(axis=-1), rtol=0.02, atol=1e-3)


def test_saliency_of_an_image_does_not_depend_on_the_others():
    features, head = network(layers.GlobalAveragePooling2D())
    whole, x, y = keras.Sequential([features, head]), images(), np.array([0, 3, 1])
    together = number(saliency(whole, x, y))
    for i in range(3):
        assert_close(saliency(whole, x[i : i + 1], y[i : i + 1])[0], together[i], atol=1e-6)


def test_with_average_pooling_grad_cam_is_the_class_activation_map():
    """ω_c is then the weight of the dense layer over the number of positions (Zhou et al., 2016)."""
    features, head = network(layers.GlobalAveragePooling2D())
    x, y = images(), np.array([0, 3, 1])
    kernel = number(head.layers[-1].kernel)
    maps = number(features(x))
    expected = np.maximum(np.einsum("nijc,cn->nij", maps, kernel[:, y]), 0) / (4 * 3)
    np.testing.assert_allclose(number(grad_cam(features, head, x, y)), expected, rtol=1e-4, atol=1e-6)


def test_weighted_maps_by_hand():
    maps = np.array([[[[1.0, 2.0], [3.0, 0.0]]]], "float32")
    slopes = np.array([[[[2.0, -1.0], [0.0, -3.0]]]], "float32")  # ω = (1, −2)
    np.testing.assert_allclose(number(weighted_maps(maps, slopes)), [[[0, 3]]])
    with pytest.raises(ValueError, match="their gradients"):
        weighted_maps(maps, slopes[:, :, :1])


@pytest.mark.backend_independent
def test_layers_are_randomized_from_the_logits_down():
    rng = np.random.default_rng(0)
    weights = [rng.normal(3, 2, size=s).astype("float32") for s in ((3, 3, 2, 40), (40,), (40, 30), (30,))]
    before = [w.copy() for w in weights]
    new = randomized(weights, 1, np.random.default_rng(1))
    for kept, old in zip(new[:2], weights[:2], strict=True):
        np.testing.assert_array_equal(kept, old)
    assert new[2].std() == pytest.approx(weights[2].std(), rel=0.1)
    assert abs(new[2].mean()) < 0.3
    assert not new[3].any()
    assert [w.dtype for w in new] == [w.dtype for w in weights]
    both = randomized(weights, 2, np.random.default_rng(1))
    assert not np.array_equal(both[0], weights[0])
    for now, then in zip(weights, before, strict=True):
        np.testing.assert_array_equal(now, then)
    np.testing.assert_array_equal(randomized(weights, 0, rng)[2], weights[2])
    with pytest.raises(ValueError, match="no 3 layers"):
        randomized(weights, 3, rng)


@pytest.mark.backend_independent
def test_rank_correlation_is_spearmans():
    rng = np.random.default_rng(0)
    a = np.maximum(rng.normal(size=(4, 5, 6)), 0)  # many ties at 0
    b = np.maximum(a + rng.normal(size=a.shape), 0)
    expected = [scipy.stats.spearmanr(p.ravel(), q.ravel()).statistic for p, q in zip(a, b, strict=True)]
    np.testing.assert_allclose(rank_correlation(a, b), expected, rtol=1e-9)
    np.testing.assert_allclose(rank_correlation(a, np.exp(a)), 1)
    np.testing.assert_array_equal(rank_correlation(a, np.zeros_like(a)), 0)
    with pytest.raises(ValueError, match="shapes"):
        rank_correlation(a, b[:2])
