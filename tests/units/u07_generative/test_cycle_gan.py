"""CycleGAN: its costs against NumPy, four networks that learn, and pairs that show the same figure."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from units.u07_generative import CycleGAN, patch_judge, translation_pairs, translator


class Scale(layers.Layer):
    """x times one weight, for a network that can be worked out by hand."""

    def __init__(self, value):
        super().__init__()
        self.value = value

    def build(self, input_shape):
        self.w = self.add_weight(shape=(), initializer=keras.initializers.Constant(self.value))

    def call(self, x, training=False):
        return self.w * x


def test_the_costs_are_the_formulas():
    rng = np.random.default_rng(0)
    x, other = rng.normal(size=(2, 3, 4, 4, 1)).astype("float32")
    model = CycleGAN(Scale(2.0), Scale(0.25), Scale(0.5), Scale(1.5), cycle_weight=3.0)
    model.compile()
    report = model.train_on_batch(x, other, return_dict=True)
    cycle = np.abs(0.5 * x - x).mean() + np.abs(0.5 * other - other).mean()
    deceive = np.mean((0.5 * 2 * x - 1) ** 2) + np.mean((1.5 * 0.25 * other - 1) ** 2)
    judges = np.mean((0.5 * other - 1) ** 2) + np.mean((0.5 * 2 * x) ** 2)
    judges += np.mean((1.5 * x - 1) ** 2) + np.mean((1.5 * 0.25 * other) ** 2)
    assert report["cycle_loss"] == pytest.approx(cycle, rel=1e-4)
    assert report["translators_loss"] == pytest.approx(deceive + 3 * cycle, rel=1e-4)
    assert report["judges_loss"] == pytest.approx(judges / 2, rel=1e-4)
    # Adam's first step has the length of its learning rate, in all four networks
    for network, start in zip(
        (model.there, model.back, model.judge_there, model.judge_back), (2.0, 0.25, 0.5, 1.5), strict=True
    ):
        assert abs(float(ops.convert_to_numpy(network.w)) - start) == pytest.approx(2e-4, rel=0.02)


def test_a_cycle_gan_is_trained_and_saved(tmp_path):
    filled, outlines = translation_pairs(4, side=12)
    model = CycleGAN(translator(1, 2), translator(1, 2), patch_judge(1, 2), patch_judge(1, 2))
    model.compile()
    model.fit(filled, outlines, batch_size=4, epochs=1, verbose=0)
    translated = model.sample(3, seed=1, images=filled)
    assert translated.shape == (3, 12, 12, 1)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.sample(3, seed=1, images=filled), translated, rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match=r"sample\(size, images="):
        model.sample(3)
    with pytest.raises(ValueError, match="images of two kinds"):
        model.train_step((filled,))


@pytest.mark.backend_independent
def test_pairs_show_the_same_figure():
    filled, outlines = translation_pairs(50, seed=1)
    assert filled.shape == outlines.shape == (50, 16, 16, 1)
    assert filled.dtype == "float32"
    assert (filled.min(), filled.max(), outlines.min(), outlines.max()) == (-1, 1, -1, 1)
    # an outline lies on its figure, and leaves its inside dark
    assert ((outlines > 0.5) & (filled < -0.9)).sum() == 0
    assert (((filled == 1) & (outlines == -1)).sum(axis=(1, 2, 3)) > 3).all()
    np.testing.assert_array_equal(filled, translation_pairs(50, seed=1)[0])
    with pytest.raises(ValueError, match="at least 12 × 12 pixels"):
        translation_pairs(3, side=8)
