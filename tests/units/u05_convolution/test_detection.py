"""The models that find objects: their costs by hand, their boxes, what they learn."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import assert_close, one_program
from units.u05_convolution import Detector, Localizer, giou, iou, mean_average_precision, objects


def number(tensor):
    return ops.convert_to_numpy(tensor)


@pytest.fixture(scope="module")
def pictures():
    """Images of 16 rows and 24 columns with at most two shapes."""
    d = course.data.load("shapes", n=12, n_test=1, size=(16, 24), objects=2, seed=2)
    return d.images("train"), objects(d.classes_train, d.boxes_train)


@pytest.fixture(scope="module")
def detector(pictures):
    model = Detector(5, anchors=((6, 6), (12, 6)), filters=(4, 4, 6))
    model.compile(keras.optimizers.Adam(0.01))
    model(pictures[0][:1])
    return model


def test_targets_hold_class_and_box():
    y = objects([[1, -1]], [[[1, 2, 3, 4], [0, 0, 0, 0]]])
    assert y.dtype == np.float32
    assert y.tolist() == [[[1, 1, 2, 3, 4], [-1, 0, 0, 0, 0]]]


def test_localizer_cost_is_cross_entropy_and_giou():
    model = Localizer(3, filters=(4,), units=5, weight=0.5)
    x = np.random.default_rng(0).uniform(size=(4, 8, 12, 3)).astype("float32")
    y = objects([0, 2, 1, 2], [[1, 1, 5, 6], [0, 0, 3, 3], [4, 2, 12, 8], [3, 3, 9, 7]])
    output = number(model(x))
    assert output.shape == (4, 7)
    box, logits = output[:, 3:], output[:, :3].astype("float64")
    assert (box[:, 2:] > box[:, :2]).all()  # a positive size
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    squared = Localizer(3, filters=(4,), units=5, box_loss="squared", weight=1.0)
    weights = np.array([1, 0, 2, 0.5], "float32")
    costs = one_program(lambda o: (model.cost(x, y, o), model.cost(x, y, o, weights), squared.cost(x, y, o)))
    plain, weighted, of_squares = costs(output)
    each = -np.log(p[np.arange(4), [0, 2, 1, 2]]) + 0.5 * (1 - number(giou(box, y[:, 1:])))
    assert_close(plain, each.mean(), rtol=1e-5)
    assert_close(weighted, (weights * each).mean(), rtol=1e-5)
    gap = (box - y[:, 1:]) / [12, 8, 12, 8]
    each = -np.log(p[np.arange(4), [0, 2, 1, 2]]) + (gap**2).sum(axis=1)
    assert_close(of_squares, each.mean(), rtol=1e-5)


def test_localizer_learns_and_is_saved(tmp_path):
    d = course.data.load("shapes", n=40, n_test=1, size=16, seed=1)
    x, y = d.images("train"), objects(d.y_train, d.boxes_train[:, 0])
    model = Localizer(5, filters=(8,), units=16)
    model.compile(keras.optimizers.Adam(0.02))
    history = model.fit(x, y, batch_size=20, epochs=10, verbose=0).history
    assert history["loss"][-1] < 0.8 * history["loss"][0]
    assert history["iou"][-1] > history["iou"][0]
    result = model.evaluate(x, y, batch_size=40, verbose=0, return_dict=True)
    output = number(model(x))
    assert result["iou"] == pytest.approx(number(iou(output[:, 5:], y[:, 1:])).mean(), rel=1e-4)
    assert result["accuracy"] == pytest.approx(np.mean(output[:, :5].argmax(axis=1) == d.y_train))
    model.save(tmp_path / "model.keras")
    assert_close(keras.saving.load_model(tmp_path / "model.keras")(x), model(x), rtol=0, atol=0)


def test_raw_predictions_of_zero_are_the_anchors_in_the_middle_of_their_cells(detector):
    moved = np.zeros((2, 12, 10), "float32")
    # in the second image: right end and top of its cell, twice as wide, half as high
    moved[1, 2, 1:5] = [20, -20, np.log(2), np.log(0.5)]
    boxes = number(one_program(lambda z: detector.boxes(z, 16, 24))(moved))
    expected = [
        [x - w / 2, y - h / 2, x + w / 2, y + h / 2]
        for y in (4, 12)
        for x in (4, 12, 20)
        for w, h in ((6, 6), (12, 6))
    ]
    np.testing.assert_allclose(boxes[0], expected)
    np.testing.assert_allclose(boxes[1, 2], [16 - 6, -1.5, 16 + 6, 1.5], atol=1e-4)


def test_an_object_belongs_to_the_cell_of_its_centre_and_the_anchor_of_its_form(detector):
    y = np.array([[[0, 9, 1, 15, 7], [1, 14, 9, 24, 15], [2, 16, 4, 20, 8]]], "float32")
    # two objects beside the image, in a grid of two rows and three columns: they belong to the nearest cells
    beside = objects([[0, 0, -1]], [[[20, 2, 32, 10], [-8, 10, 4, 26], [0, 0, 0, 0]]])
    inside, outside = number(
        one_program(lambda y: detector.places(y, 16, 24))(np.concatenate([y, beside]))
    ).tolist()
    # the centres (12, 4), (19, 12), (18, 6) lie in the cells (0, 1), (1, 2), (0, 2); a cell has two anchors
    assert inside == [2 * 1, 2 * 5 + 1, 2 * 2]
    assert [place // 2 for place in outside[:2]] == [2, 3]


def test_the_cost_of_an_image_by_hand(detector):
    """Of two images with objects, and of one without: it costs only the false alarms."""
    z = np.random.default_rng(3).normal(size=(3, 12, 10)).astype("float32")
    z[2] = 0
    y = np.array([[[0, 9, 1, 15, 7], [4, 14, 9, 24, 15]], [[2, 16, 4, 20, 8], [-1, 0, 0, 0, 0]]], "float32")
    y = np.concatenate([y, objects([[-1, -1]], np.zeros((1, 2, 4)))])
    x = np.zeros((3, 16, 24, 3), "float32")
    both = one_program(lambda y, z: (detector.costs(x, y, z), detector.boxes(z, 16, 24)))
    parts, boxes = both(ops.convert_to_tensor(y), ops.convert_to_tensor(z))
    got, boxes = [number(part) for part in parts], number(boxes)
    np.testing.assert_allclose([part[2] for part in got], [12 * np.log(2), 0, 0], rtol=1e-5)
    for i, owned in enumerate([{2: y[0, 0], 11: y[0, 1]}, {4: y[1, 0]}]):
        share = 1 / (1 + np.exp(-z[i, :, 0].astype("float64")))
        target = np.array([p in owned for p in range(12)])
        of_object = -np.log(np.where(target, share, 1 - share)).sum() / len(owned)
        true_boxes = np.stack([true[1:] for true in owned.values()])
        of_box = np.mean(1 - number(giou(boxes[i, list(owned)], true_boxes)))
        e = np.exp(z[i, :, 5:].astype("float64"))
        of_class = np.mean([-np.log(e[p, int(true[0])] / e[p].sum()) for p, true in owned.items()])
        np.testing.assert_allclose([part[i] for part in got], [of_object, of_box, of_class], rtol=1e-4)
    each = got[0] + 2 * got[1] + got[2]
    assert_close(detector.total(parts), each.mean(), rtol=1e-5)
    assert_close(detector.total(parts, np.array([0.0, 3.0, 0.0], "float32")), each[1], rtol=1e-5)


def test_detector_learns_and_detects(detector, pictures):
    x, y = pictures
    history = detector.fit(x, y, batch_size=6, epochs=8, verbose=0).history
    assert history["loss"][-1] < 0.8 * history["loss"][0]
    result = detector.evaluate(x, y, batch_size=12, verbose=0, return_dict=True)
    assert result["loss"] == pytest.approx(result["object"] + 2 * result["box"] + result["class"], rel=1e-4)
    boxes, scores, _ = detector.candidates(x)
    assert boxes.shape == (12, 12, 4)
    assert ((scores > 0) & (scores < 1)).all()
    found = detector.detect(x, least=0.01)
    for i, (kept, s, k) in enumerate(found):
        assert (np.diff(s) <= 0).all()
        assert all((boxes[i] == box).all(axis=1).any() for box in kept)
        assert len(kept) == len(s) == len(k)
    truths = [(true[true[:, 0] >= 0, 1:], true[true[:, 0] >= 0, 0]) for true in y]
    assert 0 <= mean_average_precision(found, truths, 5)[0] <= 1


def test_detector_is_saved(detector, pictures, tmp_path):
    detector.save(tmp_path / "model.keras")
    copy = keras.saving.load_model(tmp_path / "model.keras")
    assert_close(copy(pictures[0]), detector(pictures[0]), rtol=0, atol=0)
    np.testing.assert_array_equal(copy.anchors, detector.anchors)


def test_mistakes_are_named(detector, pictures):
    x, y = pictures
    with pytest.raises(
        ValueError, match=r"shape \(batch, objects, 5\), a class and a box each, not \(12, 5\)"
    ):
        detector.fit(x, y[:, 0])
    with pytest.raises(ValueError, match="numbered 0, …, 4, and −1 is no object"):
        detector.fit(x, y + 3)
    with pytest.raises(ValueError, match="multiples of 8, not 12 and 16"):
        detector(np.zeros((1, 12, 16, 3), "float32"))
    with pytest.raises(ValueError, match="at least three convolutions"):
        Detector(5, filters=(4, 4))
    with pytest.raises(ValueError, match="one of giou, diou, iou and squared, not 'l1'"):
        Localizer(5, box_loss="l1")
    model = Localizer(5, filters=(4,), units=5)
    model.compile("sgd")
    with pytest.raises(ValueError, match=r"shape \(batch, 5\), a class and a box, not \(12, 2, 5\)"):
        model.fit(x, y)
    with pytest.raises(ValueError, match="every image needs an object"):
        model.fit(x, y[:, 1])
    for wrong in ([8, 8, 4, 4], [1, 2, np.nan, 4]):  # left, top, width, height; no number
        other = y.copy()
        other[3, 0, 1:] = wrong
        for network, targets in ((detector, other), (model, other[:, 0])):
            with pytest.raises(ValueError, match="left < right and top < bottom: convert"):
                network.fit(x, targets)
