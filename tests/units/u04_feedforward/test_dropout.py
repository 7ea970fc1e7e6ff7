import keras
import numpy as np
import pytest
import scipy.special
from keras import ops

from course.testing import check_layer
from units.u04_feedforward import Dropout, FeedForward, all_masks, geometric_mean, mask_probabilities


def number(tensor):
    return ops.convert_to_numpy(tensor)


def test_the_layer_keeps_its_promises():
    check_layer(
        Dropout,
        (4, 5, 3),
        init_kwargs={"rate": 0.4, "seed": 1},
        supports_mask="propagates",
        random_in_training=True,
        expected_output_shape=(4, 5, 3),
    )


def test_inference_is_the_identity_as_in_keras():
    a = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    np.testing.assert_array_equal(number(Dropout(0.7)(a)), a)
    np.testing.assert_array_equal(
        number(Dropout(0.7)(a, training=False)), number(keras.layers.Dropout(0.7)(a))
    )
    np.testing.assert_array_equal(number(Dropout(0.0)(a, training=True)), a)


@pytest.mark.parametrize("rate", [0.2, 0.75])
def test_in_training_an_entry_is_0_or_scaled_up_and_right_on_average(rate):
    a = np.full((300, 200), 2.0, "float32")
    for layer in (Dropout(rate, seed=1), keras.layers.Dropout(rate, seed=1)):
        out = number(layer(a, training=True))
        np.testing.assert_allclose(out[out != 0], 2 / (1 - rate), rtol=1e-6)
        assert abs(np.mean(out == 0) - rate) < 4 * np.sqrt(rate * (1 - rate) / a.size)
        assert abs(out.mean() - 2) < 4 * 2 * np.sqrt(rate / (1 - rate) / a.size)


def test_entries_are_dropped_independently():
    out = number(Dropout(0.75, seed=1)(np.ones((300, 200), "float32"), training=True))
    for axis in (0, 1):
        kept = (out != 0).mean(axis=axis)  # binomial: its variance over the columns is known
        assert kept.var() == pytest.approx(0.75 * 0.25 / out.shape[axis], rel=0.4)


def test_noise_shape_drops_whole_axes():
    a = np.ones((50, 6, 40), "float32")
    out = number(Dropout(0.5, noise_shape=(None, 1, None), seed=2)(a, training=True))
    assert (out == out[:, :1]).all()
    assert 0.45 < (out[:, 0] == 0).mean() < 0.55
    with pytest.raises(ValueError, match="does not fit"):
        Dropout(0.5, noise_shape=(None, 1))(a, training=True)


def test_masks_move_on_and_a_seed_repeats_them():
    a = np.ones((8, 8), "float32")
    one, two = Dropout(0.5, seed=3), Dropout(0.5, seed=3)
    first, second = number(one(a, training=True)), number(one(a, training=True))
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, number(two(a, training=True)))
    np.testing.assert_array_equal(second, number(two(a, training=True)))


def test_every_mask_once_with_its_probability():
    masks = all_masks(4)
    assert len(np.unique(masks, axis=0)) == 16
    p = mask_probabilities(masks, 0.3)
    assert p.sum() == pytest.approx(1)
    np.testing.assert_allclose(p @ masks, 0.7)  # E[m_i] = 1 − p
    assert p[masks.sum(1) == 4] == pytest.approx([0.7**4])
    for units in (0, 17):
        with pytest.raises(ValueError, match="listed for n"):
            all_masks(units)


def test_the_geometric_mean_of_all_thinned_networks_is_the_whole_one():
    rng = np.random.default_rng(4)
    a, kernel, bias = rng.normal(size=(5, 6)), rng.normal(size=(6, 3)), rng.normal(size=3)
    masks, rate = all_masks(6), 0.4
    thinned = np.stack([scipy.special.softmax((m * a / (1 - rate)) @ kernel + bias, axis=1) for m in masks])
    whole = scipy.special.softmax(a @ kernel + bias, axis=1)
    mean = number(geometric_mean(thinned.astype("float32"), mask_probabilities(masks, rate)))
    np.testing.assert_allclose(mean, whole, atol=1e-5)
    arithmetic = np.tensordot(mask_probabilities(masks, rate), thinned, 1)
    assert abs(arithmetic - whole).max() > 0.01


def test_it_is_a_pattern_for_the_network():
    model = FeedForward([6, 5], classes=3, dropout=Dropout(0.5))
    x = np.random.default_rng(5).normal(size=(4, 3)).astype("float32")
    assert number(model(x)).shape == (4, 3)
    assert [type(d) for d in model.dropouts] == [Dropout, Dropout]


@pytest.mark.parametrize("rate", [-0.1, 1.0])
def test_bad_rates_are_named(rate):
    with pytest.raises(ValueError, match=r"rate must be a number in \[0, 1\)"):
        Dropout(rate)
