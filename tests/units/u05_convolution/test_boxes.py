"""Boxes, IoU and suppression, against Keras's own functions, pixels that are counted, and loops."""

import keras
import numpy as np
import pytest
from keras import ops
from keras.utils import bounding_boxes

from course.data.generated.shapes import shapes
from units.u05_convolution import (
    box_area,
    ciou,
    clip_boxes,
    convert_boxes,
    diou,
    flip_boxes,
    giou,
    iou,
    iou_matrix,
    non_maximum_suppression,
    suppress,
    survivors,
)

FORMATS = ("xyxy", "yxyx", "xywh", "center_xywh")


def number(tensor):
    return ops.convert_to_numpy(tensor)


def random_boxes(n, seed=0, side=20, whole=False):
    rng = np.random.default_rng(seed)
    corner, size = rng.uniform(0, side, size=(n, 2)), rng.uniform(1, side / 2, size=(n, 2))
    if whole:
        corner, size = np.floor(corner), np.ceil(size)
    return np.concatenate([corner, corner + size], axis=1).astype("float32")


@pytest.mark.parametrize("source", [*FORMATS, "rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh"])
def test_formats_are_keras_own(source):
    boxes = random_boxes(6)
    there = number(convert_boxes(boxes, "xyxy", source, height=30, width=50))
    if source != "rel_center_xywh":  # Keras 3.15 has no such format
        expected = bounding_boxes.convert_format(boxes, "xyxy", source, height=30, width=50)
        np.testing.assert_allclose(there, number(expected), rtol=1e-5, atol=1e-6)
    back = number(convert_boxes(there, source, "xyxy", height=30, width=50))
    np.testing.assert_allclose(back, boxes, rtol=1e-5, atol=1e-5)


def test_formats_by_hand():
    assert number(convert_boxes([2, 1, 6, 4], "xyxy", "center_xywh")).tolist() == [4, 2.5, 4, 3]
    relative = convert_boxes([[2, 1, 6, 4]], "xyxy", "rel_yxyx", height=10, width=20)
    np.testing.assert_allclose(number(relative), [[0.1, 0.1, 0.4, 0.3]], rtol=1e-6)


def test_area_clip_and_flip():
    boxes = np.array([[2, 1, 6, 4], [5, 5, 3, 9], [-4, 2, 30, 8]], "float32")
    np.testing.assert_array_equal(number(box_area(boxes)), [12, 0, 204])
    np.testing.assert_array_equal(number(clip_boxes(boxes, 6, 20))[2], [0, 2, 20, 6])
    d = shapes(n=4, n_test=1, size=(24, 40))
    flipped = number(flip_boxes(d["boxes_train"][:, 0], width=40))
    for mask, (left, top, right, bottom) in zip(d["masks_train"][:, :, ::-1], flipped, strict=True):
        rows, columns = np.nonzero(mask)
        assert (left, top, right, bottom) == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


def test_iou_is_what_counting_pixels_gives():
    first, second = random_boxes(12, 1, whole=True), random_boxes(9, 2, whole=True)

    def pixels(box):
        left, top, right, bottom = box.astype(int)
        grid = np.zeros((40, 40), bool)
        grid[top:bottom, left:right] = True
        return grid

    counted = [[(pixels(a) & pixels(b)).sum() / (pixels(a) | pixels(b)).sum() for b in second] for a in first]
    got = number(iou_matrix(first, second))
    assert (got > 0).any()
    assert (got == 0).any()
    np.testing.assert_allclose(got, counted, rtol=1e-5)
    np.testing.assert_allclose(number(iou(first[:9], second)), np.diag(np.array(counted)[:9]), rtol=1e-5)


def test_iou_and_ciou_are_keras_own():
    first, second = random_boxes(7, 3), random_boxes(7, 4)
    expected = bounding_boxes.compute_iou(first, second, "xyxy")
    np.testing.assert_allclose(number(iou_matrix(first, second)), number(expected), atol=1e-5)
    batch = np.stack([first, second]), np.stack([second, first])
    expected = bounding_boxes.compute_iou(*batch, "xyxy")
    np.testing.assert_allclose(number(iou_matrix(*batch)), number(expected), atol=1e-5)
    expected = bounding_boxes.compute_ciou(first, second, "xyxy")
    np.testing.assert_allclose(number(ciou(first, second)), number(expected), atol=1e-5)


def test_variants_by_hand():
    a, b = [0.0, 0.0, 2.0, 2.0], [1.0, 0.0, 3.0, 2.0]  # 2 of 6 pixels shared; together they fill their hull
    assert number(iou(a, b)) == pytest.approx(1 / 3)
    assert number(giou(a, b)) == pytest.approx(1 / 3)
    assert number(diou(a, b)) == pytest.approx(1 / 3 - 1 / 13)
    assert number(ciou(a, b)) == pytest.approx(1 / 3 - 1 / 13)
    far = [4.0, 0.0, 6.0, 2.0]
    assert number(iou(a, far)) == 0
    assert number(giou(a, far)) == pytest.approx(-1 / 3)
    assert number(diou(a, far)) == pytest.approx(-16 / 40)
    wide = [0.0, 0.0, 4.0, 1.0]  # the same area, another form: v = (4/π²) (arctan 1 − arctan 4)²
    v = 4 / np.pi**2 * (np.pi / 4 - np.arctan(4)) ** 2
    expected = 2 / 6 - (1 + 0.25) / 20 - v**2 / (1 - 2 / 6 + v)
    assert number(ciou(a, wide)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("variant", [iou, giou, diou, ciou])
def test_variants_at_the_extremes(variant):
    boxes = random_boxes(5, 5)
    np.testing.assert_allclose(number(variant(boxes, boxes)), 1, rtol=1e-6)
    np.testing.assert_allclose(
        number(variant(boxes, boxes[::-1])), number(variant(boxes[::-1], boxes)), atol=1e-6
    )
    np.testing.assert_allclose(
        number(variant(7 * boxes, 7 * boxes[::-1])), number(variant(boxes, boxes[::-1])), atol=1e-5
    )
    points = np.zeros((2, 4), "float32")
    assert np.isfinite(number(variant(points, points))).all()
    assert number(iou([3, 3, 3, 3], [3, 3, 3, 3])) == 0


def greedy(boxes, scores, threshold, classes):
    """Suppression as it is usually told, in plain Python."""
    left, kept = sorted(range(len(scores)), key=lambda i: (-scores[i], i)), []
    overlap = number(iou_matrix(boxes, boxes))
    while left:
        best = left.pop(0)
        kept.append(best)
        left = [i for i in left if classes[i] != classes[best] or overlap[best, i] <= threshold]
    return kept


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 1.0])
def test_suppression_is_greedy(threshold):
    rng = np.random.default_rng(6)
    for seed in range(4):
        boxes, classes = random_boxes(30, seed), rng.integers(2, size=30)
        scores = rng.uniform(size=30).round(1).astype("float32")  # with equal scores
        expected = greedy(boxes, scores, threshold, classes)
        np.testing.assert_array_equal(non_maximum_suppression(boxes, scores, threshold, classes), expected)
        one_class = greedy(boxes, scores, threshold, np.zeros(30))
        np.testing.assert_array_equal(non_maximum_suppression(boxes, scores, threshold), one_class)
        assert len(one_class) <= len(expected)


def test_a_removed_box_removes_nobody():
    """A chain in which each box overlaps with the next only."""
    boxes = np.array([[i, 0, i + 4, 4] for i in range(0, 12, 2)], "float32")  # IoU 1/3 with the next
    scores = np.linspace(0.9, 0.4, 6).astype("float32")
    assert non_maximum_suppression(boxes, scores, 0.3).tolist() == [0, 2, 4]
    assert non_maximum_suppression(boxes, scores, 0.34).tolist() == [0, 1, 2, 3, 4, 5]
    assert non_maximum_suppression(boxes, scores, 0.3, most=2).tolist() == [0, 2]
    assert non_maximum_suppression(boxes, scores, 0.3, least=0.75).tolist() == [0]
    assert non_maximum_suppression(boxes, scores, 0.3, least=0.95).tolist() == []
    assert non_maximum_suppression(boxes, scores[::-1], 0.3).tolist() == [5, 3, 1]


def test_suppression_of_a_batch_is_that_of_each_image():
    boxes = np.stack([random_boxes(12, seed) for seed in range(3)])
    scores = np.random.default_rng(7).uniform(size=(3, 12)).astype("float32")
    together = number(survivors(boxes, scores, 0.2))
    for one, s, kept in zip(boxes, scores, together, strict=True):
        assert set(np.flatnonzero(kept)) == set(non_maximum_suppression(one, s, 0.2))
    assert together.sum() < 36


def test_mistakes_are_named():
    with pytest.raises(ValueError, match=r"Boxes have shape \(…, 4\), not \(3, 5\)"):
        iou(np.zeros((3, 5)), np.zeros((3, 5)))
    with pytest.raises(ValueError, match=r"The formats are xyxy, .* not 'corners'"):
        convert_boxes([0, 0, 1, 1], "corners", "xyxy")
    with pytest.raises(ValueError, match="rel_xyxy is relative to the image: give its height and width"):
        convert_boxes([0, 0, 1, 1], "rel_xyxy", "xyxy", height=3)
    with pytest.raises(ValueError, match="scores has shape"):
        survivors(np.zeros((3, 4)), np.zeros(2))
    with pytest.raises(ValueError, match="classes has shape"):
        survivors(np.zeros((3, 4)), np.zeros(3), classes=np.zeros(2))


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="TensorFlow's own suppression is the oracle"
)
def test_suppression_is_tensorflows():
    import tensorflow as tf

    for seed in range(5):
        boxes = random_boxes(40, seed)
        scores = np.random.default_rng(seed).uniform(size=40).astype("float32")
        expected = tf.image.non_max_suppression(boxes, scores, 40, iou_threshold=0.4)
        np.testing.assert_array_equal(non_maximum_suppression(boxes, scores, 0.4), expected.numpy())


def test_suppression_of_a_batch_gives_boxes_scores_and_classes():
    boxes = np.stack([random_boxes(15, seed) for seed in range(2)])
    rng = np.random.default_rng(8)
    scores, classes = rng.uniform(size=(2, 15)).astype("float32"), rng.integers(2, size=(2, 15))
    for i, found in enumerate(suppress(boxes, scores, classes, 0.1, least=0.2, most=5)):
        enough = np.flatnonzero(scores[i] >= 0.2)  # leaving low scores out before gives the same
        kept = enough[greedy(boxes[i][enough], scores[i][enough], 0.1, classes[i][enough])][:5]
        for got, array in zip(found, (boxes, scores, classes), strict=True):
            np.testing.assert_array_equal(got, array[i][kept])
    (of_lists,) = suppress(
        boxes[:1].tolist(), scores[:1].tolist(), classes[:1].tolist(), 0.1, least=0.2, most=5
    )
    np.testing.assert_allclose(of_lists[0], suppress(boxes, scores, classes, 0.1, least=0.2, most=5)[0][0])
