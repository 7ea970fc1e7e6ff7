import keras
import numpy as np
import pytest
from keras import ops

from course.testing import one_program
from course.training.rules.shapes_only import shapes_only
from units.u05_convolution import MeanIoU, u_net


def parameters(channels, classes, widths):
    """Weights and biases of all convolutions, level by level."""

    def convolution(size, before, after):
        return (size**2 * before + 1) * after

    count, before = 0, channels
    for width in widths:
        count += convolution(3, before, width) + convolution(3, width, width)
        before = width
    for width in widths[-2::-1]:
        count += (
            convolution(2, before, width) + convolution(3, 2 * width, width) + convolution(3, width, width)
        )
        before = width
    return count + convolution(1, before, classes)


def test_parameters_are_those_of_the_paper():
    # One channel, two classes; implementations of the paper have 31,030,658 parameters.
    assert parameters(1, 2, (64, 128, 256, 512, 1024)) == 31_030_658
    for channels, classes, widths in ((1, 2, (4, 8, 16)), (3, 6, (2, 3)), (2, 3, (5,))):
        with shapes_only():
            model = u_net((8, 8, channels), classes, widths)
        assert model.count_params() == parameters(channels, classes, widths)


def test_every_pixel_has_logits_and_each_sees_the_whole_image_below():
    model = u_net((8, 12, 1), 3, widths=(2, 2, 2))
    x = np.random.default_rng(0).uniform(size=(1, 8, 12, 1)).astype("float32").repeat(2, axis=0)
    x[1, 0, 0] += 5
    z, changed = ops.convert_to_numpy(one_program(model)(x))
    assert z.shape == (8, 12, 3)
    difference = np.abs(changed - z).max(axis=-1)
    assert difference[0, 0] > 0
    with pytest.raises(ValueError, match=r"multiples of 4, not \(8, 10\)"):
        u_net((8, 10, 1), 3, widths=(2, 4, 6))


def logits_of(predicted, classes):
    return np.eye(classes, dtype="float32")[predicted]


# Keras's own metric asks JAX for int64.
@pytest.mark.filterwarnings("ignore:Explicitly requested dtype int64:UserWarning")
def test_mean_iou_is_that_of_keras_over_several_batches():
    rng = np.random.default_rng(0)
    ours, keras_metric = MeanIoU(4), keras.metrics.MeanIoU(4)
    for _ in range(3):
        y, predicted = rng.integers(
            3, size=(2, 2, 5, 6), dtype="int32"
        )  # class 3 is neither there nor predicted
        ours.update_state(y, logits_of(predicted, 4))
        keras_metric.update_state(y, predicted)
        assert float(ours.result()) == pytest.approx(float(keras_metric.result()), rel=1e-5)
    assert np.isnan(ops.convert_to_numpy(ours.ious())[3])
    ours.reset_state()
    assert float(ours.result()) == 0


def test_mean_iou_by_hand():
    metric = MeanIoU(2)
    metric.update_state([[[0, 0], [0, 1]]], logits_of([[[0, 0], [1, 1]]], 2))
    np.testing.assert_allclose(ops.convert_to_numpy(metric.ious()), [2 / 3, 1 / 2])
    assert float(metric.result()) == pytest.approx((2 / 3 + 1 / 2) / 2)
    everywhere = MeanIoU(2)  # background everywhere: three quarters of the pixels are right
    everywhere.update_state([[[0, 0], [0, 1]]], logits_of([[[0, 0], [0, 0]]], 2))
    assert float(everywhere.result()) == pytest.approx(3 / 8)


def test_mean_iou_refuses_what_it_cannot_count():
    metric = MeanIoU(2)
    with pytest.raises(ValueError, match="takes no weights"):
        metric.update_state([[[0]]], logits_of([[[0]]], 2), sample_weight=[1.0])
    with pytest.raises(ValueError, match="classes are numbered"):
        metric.update_state([[[2]]], logits_of([[[0]]], 2))
    with pytest.raises(ValueError, match="shape"):
        metric.update_state([[0]], logits_of([[[0]]], 2))
    with pytest.raises(ValueError, match="needs 2 logits, not 3"):  # class 2 would count as 0 of the next row
        metric.update_state([[[0]]], logits_of([[[2]]], 3))


def test_it_is_a_metric_of_fit_and_of_a_saved_model(tmp_path):
    """The U-Net learns to repeat a mask that is given in its input."""
    y = np.random.default_rng(0).integers(2, size=(16, 4, 4))
    x = y[..., None].astype("float32")
    model = u_net((4, 4, 1), 2, widths=(4, 4))
    model.compile(
        keras.optimizers.Adam(0.02),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[MeanIoU(2)],
    )
    seen = model.fit(x, y, batch_size=8, epochs=25, verbose=0).history["mean_iou"]
    assert seen[-1] > max(0.9, seen[0])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    score = loaded.evaluate(x, y, verbose=0, return_dict=True)["mean_iou"]
    assert score > 0.9
    predicted = ops.convert_to_numpy(one_program(model)(x)).argmax(axis=-1)
    ious = [np.sum((predicted == k) & (y == k)) / np.sum((predicted == k) | (y == k)) for k in (0, 1)]
    assert score == pytest.approx(np.mean(ious), abs=1e-6)
