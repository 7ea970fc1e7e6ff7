"""Average precision: cases worked by hand, scikit-learn's, and the definition as an integral."""

import numpy as np
import pytest
from keras import ops
from sklearn.metrics import average_precision_score, precision_recall_curve

from units.u05_convolution import (
    average_precision,
    hits,
    iou_matrix,
    mean_average_precision,
    precision_recall,
)
from units.u05_convolution.average_precision import overlaps

pytestmark = pytest.mark.backend_independent
BOX = np.array([0.0, 0.0, 10.0, 10.0])


def shifted(*columns):
    """Copies of a box of 10 × 10, moved to the right; moved by x, its IoU is (10 − x) / (10 + x)."""
    return np.array([BOX + np.array([x, 0, x, 0]) for x in columns]).reshape(-1, 4)


def test_a_second_box_on_an_object_is_a_false_alarm():
    assert hits(shifted(1, 0), shifted(0)).tolist() == [True, False]
    assert hits(shifted(0, 1, 30), shifted(0, 30)).tolist() == [True, False, True]


def test_a_box_takes_the_best_object_that_is_free():
    # the first takes the object at 0; the second would too, but finds the one at 3, IoU 8 / 12
    assert hits(shifted(0, 1), shifted(0, 3)).tolist() == [True, True]
    assert hits(shifted(1, 0), shifted(0, 20)).tolist() == [True, False]


def test_the_threshold_belongs_to_the_found():
    assert hits(shifted(10 / 3), shifted(0), threshold=0.499).tolist() == [True]
    assert hits(shifted(10 / 3), shifted(0), threshold=0.501).tolist() == [False]
    assert hits(shifted(), shifted(0)).shape == (0,)
    assert hits(shifted(1), shifted()).tolist() == [False]


def test_the_curve_by_hand():
    # in the order of scores: right, wrong, right, wrong; three objects
    precision, recall = precision_recall([True, False, True, False], [0.9, 0.8, 0.7, 0.6], 3)
    np.testing.assert_allclose(precision, [1, 1 / 2, 2 / 3, 1 / 2])
    np.testing.assert_allclose(recall, [1 / 3, 1 / 3, 2 / 3, 2 / 3])
    assert average_precision(precision, recall) == pytest.approx((1 + 2 / 3) / 3)
    # wrong, right, right: interpolation takes the 2/3 of the last point for the one before
    curve = precision_recall([False, True, True], [0.9, 0.8, 0.7], 2)
    assert average_precision(*curve, interpolate=False) == pytest.approx(0.5 * 1 / 2 + 0.5 * 2 / 3)
    assert average_precision(*curve) == pytest.approx(2 / 3)


def samples(seed, ties):
    rng = np.random.default_rng(seed)
    scores = rng.uniform(size=60)
    return rng.uniform(size=60) < 0.2 + 0.6 * scores, scores.round(1) if ties else scores


@pytest.mark.parametrize("ties", [False, True])
def test_without_interpolation_it_is_scikit_learns(ties):
    for seed in range(5):
        found, scores = samples(seed, ties)
        precision, recall = precision_recall(found, scores, found.sum())
        assert average_precision(precision, recall, interpolate=False) == pytest.approx(
            average_precision_score(found, scores)
        )
        theirs, their_recall, _ = precision_recall_curve(found, scores)
        np.testing.assert_allclose(precision, theirs[:-1][::-1])
        np.testing.assert_allclose(recall, their_recall[:-1][::-1])
        # objects that no box finds lower the recall of all points by the same factor
        missed = precision_recall(found, scores, found.sum() + 15)
        share = found.sum() / (found.sum() + 15)
        assert average_precision(*missed, interpolate=False) == pytest.approx(
            share * average_precision_score(found, scores)
        )


def test_with_interpolation_it_is_the_integral_of_the_best_precision():
    for seed in range(5):
        found, scores = samples(seed, ties=False)
        precision, recall = precision_recall(found, scores, found.sum() + 4)
        r = (np.arange(200_000) + 0.5) / 200_000
        reached = recall[None, :] >= r[::50, None]
        best = np.where(reached, precision, 0).max(axis=1)
        assert average_precision(precision, recall) == pytest.approx(best.mean(), abs=5e-4)


def brute_force(detections, truths, k, threshold):
    """All boxes of a class in one list, matched one by one; then the sum over recall, in plain Python."""
    boxes = [
        (score, i, box)
        for i, (bs, ss, ks) in enumerate(detections)
        for box, score, name in zip(bs, ss, ks, strict=True)
        if name == k
    ]
    free = {i: [b for b, name in zip(*truth, strict=True) if name == k] for i, truth in enumerate(truths)}
    objects, right, curve = sum(map(len, free.values())), 0, []

    def overlap(a, b):
        width = max(0, min(a[2], b[2]) - max(a[0], b[0]))
        height = max(0, min(a[3], b[3]) - max(a[1], b[1]))
        area = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
        return width * height / (area - width * height)

    for number, (_, i, box) in enumerate(sorted(boxes, key=lambda entry: -entry[0]), 1):
        rest = sorted(free[i], key=lambda true: -overlap(box, true))
        if rest and overlap(box, rest[0]) >= threshold:
            right += 1
            free[i] = rest[1:]
        curve.append((right / number, right / objects))
    area, before = 0.0, 0.0
    for n, (_, recall) in enumerate(curve):
        area += (recall - before) * max(p for p, _ in curve[n:])
        before = recall
    return area


def scene(seed, images=6):
    """True boxes, and detections that are noisy copies of some of them, doubles, and boxes in empty places."""
    rng = np.random.default_rng(seed)
    detections, truths = [], []
    for _ in range(images):
        n = rng.integers(0, 5)
        corner = rng.uniform(0, 60, size=(n, 2))
        true = np.concatenate([corner, corner + rng.uniform(8, 20, size=(n, 2))], axis=1)
        names = rng.integers(3, size=n)
        copies = np.repeat(np.arange(n), rng.integers(0, 3, size=n))
        boxes = np.concatenate([true[copies] + rng.normal(0, 2, size=(len(copies), 4)), [[80, 80, 90, 90]]])
        of_copies = np.where(
            rng.uniform(size=len(copies)) < 0.8, names[copies], rng.integers(3, size=len(copies))
        )
        detections.append((boxes, rng.uniform(size=len(boxes)), np.append(of_copies, rng.integers(3))))
        truths.append((true, names))
    return detections, truths


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.75])
def test_the_mean_over_classes_is_what_brute_force_gives(threshold):
    for seed in range(4):
        detections, truths = scene(seed)
        expected = [brute_force(detections, truths, k, threshold) for k in range(3)]
        mean, by_class = mean_average_precision(detections, truths, 4, threshold)
        np.testing.assert_allclose(by_class, [*expected, np.nan], rtol=1e-6)  # class 3 has no objects
        assert mean == pytest.approx(np.mean(expected))
        assert 0 < mean < 1


def test_perfect_and_empty_detections():
    truths = [(shifted(0, 30), np.array([0, 1])), (shifted(5), np.array([1]))]
    perfect = [(boxes, np.ones(len(boxes)), names) for boxes, names in truths]
    assert mean_average_precision(perfect, truths, 2)[0] == 1
    nothing = [(np.zeros((0, 4)), np.zeros(0), np.zeros(0, int))] * 2
    assert mean_average_precision(nothing, truths, 2)[0] == 0
    wrong_class = [(boxes, np.ones(len(boxes)), 1 - names) for boxes, names in truths]
    assert mean_average_precision(wrong_class, truths, 2)[0] == 0
    assert mean_average_precision([([], [], [])] * 2, truths, 2)[0] == 0
    other_image = perfect[::-1]
    assert mean_average_precision(other_image, truths, 2)[0] < 1


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="detections of 1 images and truths of 2"):
        mean_average_precision([None], [None, None], 2)
    with pytest.raises(ValueError, match="No image holds an object"):
        mean_average_precision([(shifted(0), [0.5], [0])], [(shifted(), np.zeros(0))], 2)
    with pytest.raises(ValueError, match="2 classes, and boxes or scores of the length 1"):
        mean_average_precision([(shifted(0, 1), [0.5], [0, 0])], [(shifted(0), [0])], 2)
    with pytest.raises(ValueError, match=r"numbered 0, …, 1, and one is 2"):
        mean_average_precision([(shifted(0), [0.5], [0])], [(shifted(0), [2])], 2)
    with pytest.raises(ValueError, match="2 boxes are true positives, but there are 1 objects"):
        precision_recall([True, True], [0.5, 0.4], 1)
    with pytest.raises(ValueError, match="objects is the number of all true boxes, at least 1"):
        precision_recall([False], [0.5], 0)
    with pytest.raises(ValueError, match=r"both have shape \(boxes,\)"):
        precision_recall([True, True], [0.5], 2)


def test_overlaps_are_those_of_the_backend():
    boxes, others = (scene(seed)[1][0][0] for seed in (3, 4))
    assert len(boxes) * len(others) > 0
    expected = ops.convert_to_numpy(iou_matrix(boxes, others))
    np.testing.assert_allclose(overlaps(boxes, others), expected, atol=1e-6)


def test_boxes_without_area_find_nothing():
    flat = np.array([[3.0, 3, 3, 3], [8, 8, 2, 2]])  # a point, and edges in the wrong order
    np.testing.assert_array_equal(overlaps(flat, flat), np.zeros((2, 2)))
    np.testing.assert_array_equal(ops.convert_to_numpy(iou_matrix(flat, flat)), np.zeros((2, 2)))
    assert hits(flat, np.concatenate([shifted(0), flat])).tolist() == [False, False]
