"""Settings without a meaning, such as NaN in a comparison, and columns that would be broadcast, are named."""

import keras
import numpy as np
import pytest
from keras import ops

from units import u04_feedforward as u04
from units.u04_feedforward.prelu import prelu_derivatives

NAN = float("nan")
Z = np.array([[1.0, -2.0], [3.0, 4.0]], "float32")
COLUMN = [[1.0], [2.0]]
LAYERS = u04.sawtooth_network(2)


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: u04.BatchNormalization(epsilon=NAN), "epsilon must be a number > 0"),
        (lambda: u04.BatchNormalization(axis=3)(Z), "the input has 2 axes only"),
        (lambda: u04.LayerNormalization(epsilon=NAN), "epsilon must be a number > 0"),
        (lambda: u04.LayerNormalization(axis=5)(np.ones((2, 3, 4))), "the input has 3 axes only"),
        (lambda: u04.MaxNorm(NAN), "max_value must be a number > 0"),
        (lambda: u04.EarlyStopping(min_delta=NAN), "min_delta must be a number ≥ 0"),
        (lambda: u04.EarlyStopping(patience=1.5), "patience must be a positive whole number"),
        (lambda: u04.DecayedFeedForward([3], strength=NAN), "strength must be a number ≥ 0"),
        (lambda: u04.Dropout("0.5"), "rate must be a number"),
        (lambda: u04.FeedForward([3], dropout="half"), "dropout is a rate"),
        (lambda: u04.mask_probabilities(u04.all_masks(2), 1.5), "rate must be a number"),
        (lambda: u04.geometric_mean([[0.5, 0.5]] * 2, [1.0, 1.0]), "weights must add to 1"),
        (lambda: u04.geometric_mean([[0.5, 0.5]] * 2, [1.0]), "1 rows for 2 masks"),
        (lambda: u04.batch_norm_backward(Z, Z, COLUMN), "gamma must have shape"),
        (lambda: prelu_derivatives(Z, COLUMN), "alpha must have shape"),
        (lambda: u04.network([2, 0, 1]), "positive whole number"),
        (lambda: u04.Maxout(2).build((2, None)), "known number of features"),
        (lambda: u04.pieces(LAYERS, 1.0, 0.0), "from low to a larger high"),
        (lambda: u04.factor_by_layer([0.0, 1.0]), "positive and finite"),
    ],
)
def test_a_setting_without_a_meaning_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_mask_of_weight_0_does_not_count():
    """With the rate 0 only the full mask is drawn; 0 · log 0 of another one was NaN."""
    mean = u04.geometric_mean([[0.0, 1.0], [0.25, 0.75]], [0.0, 1.0])
    np.testing.assert_allclose(ops.convert_to_numpy(mean), [0.25, 0.75], rtol=1e-5)


@pytest.mark.backend_independent
def test_widths_of_numpy_do_not_overflow():
    assert u04.largest_number_of_pieces([np.int64(2**40 - 1)] * 2) == 2**80


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_normalization_in_half_precision(dtype):
    """The squares of 300 do not fit into float16: ẑ was 0."""
    z = ops.cast(300.0 * ops.convert_to_tensor(Z), dtype)
    found, _, _ = u04.normalize(z, 0)
    np.testing.assert_allclose(ops.convert_to_numpy(found), [[-1, -1], [1, 1]], atol=1e-3)
    by_z, _, _ = u04.batch_norm_backward(z, z, [1.0, 1.0])
    assert np.isfinite(ops.convert_to_numpy(by_z)).all()


def test_a_penalty_in_half_precision():
    penalty = u04.l2_penalty([ops.full((300,), 20.0, dtype="float16")], 2.0)
    assert float(penalty) == pytest.approx(120_000)


def test_decay_in_half_precision_trains():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float16")
    try:
        model = u04.DecayedFeedForward([3], classes=2, strength=0.1)
        model.compile(optimizer=keras.optimizers.SGD(0.1))
        loss = model.fit(Z, np.array([0, 1]), verbose=0).history["loss"][0]
    finally:
        keras.config.set_dtype_policy(policy)
    assert np.isfinite(loss)
