"""The generated images of shapes: every array against what can be seen in the others."""

import numpy as np
import pytest

import course.data
from course.data.generated.shapes import CLASSES, COLOURS, caption, inside

pytestmark = pytest.mark.backend_independent
NAMES = ("x", "y", "classes", "colours", "boxes", "masks", "instances", "captions")


@pytest.fixture(scope="module")
def several():
    """Images that are not square, so that rows and columns cannot be mixed up."""
    return course.data.load("shapes", n=60, n_test=40, size=(40, 72), objects=4, seed=3)


def objects(d, split):
    """Every shape of a split: image, place in the list, class, colour and box."""
    classes, colours, boxes = (d.arrays[f"{name}_{split}"] for name in ("classes", "colours", "boxes"))
    for i, j in zip(*np.nonzero(classes >= 0), strict=True):
        yield i, j, classes[i, j], colours[i, j], boxes[i, j]


def test_there_is_a_training_and_a_test_set_of_the_same_form(several):
    assert several.splits == ("train", "test")
    assert list(several.arrays) == [f"{name}_{split}" for split in ("train", "test") for name in NAMES]
    assert several.images("train").shape == (60, 40, 72, 3)
    assert several.images("test").max() <= 1
    assert several.class_names == CLASSES
    assert several.masks_test.shape == several.instances_test.shape == (40, 40, 72)
    assert several.boxes_test.shape == (40, 4, 4)


@pytest.mark.parametrize("split", ["train", "test"])
def test_boxes_are_tight_to_the_pixels_of_their_shape(several, split):
    instances = several.arrays[f"instances_{split}"]
    for i, j, _, _, (left, top, right, bottom) in objects(several, split):
        rows, columns = np.nonzero(instances[i] == j + 1)
        assert (left, top) == (columns.min(), rows.min())
        assert (right, bottom) == (columns.max() + 1, rows.max() + 1)
    empty = several.arrays[f"classes_{split}"] < 0
    assert empty.any()
    assert not several.arrays[f"boxes_{split}"][empty].any()
    assert (several.arrays[f"colours_{split}"][empty] == -1).all()


def test_masks_hold_the_class_of_the_shape_that_covers_a_pixel(several):
    with_background = np.concatenate([np.full((60, 1), -1), several.classes_train], axis=1)
    expected = np.take_along_axis(with_background, several.instances_train.reshape(60, -1), axis=1) + 1
    np.testing.assert_array_equal(several.masks_train.reshape(60, -1), expected)
    numbers = np.sum(several.classes_train >= 0, axis=1)
    np.testing.assert_array_equal(several.instances_train.max(axis=(1, 2)), numbers)
    assert set(numbers) == {1, 2, 3, 4}


def test_a_mask_has_the_form_of_its_class():
    """The share of the box that a shape covers, and its centre, tell the classes apart."""
    d = course.data.load("shapes", n=150, n_test=1, size=80, seed=1)
    for i, _, k, _, (left, top, right, bottom) in objects(d, "train"):
        mask = d.masks_train[i, int(top) : int(bottom), int(left) : int(right)] > 0
        side = max(mask.shape)
        area = mask.sum() / side**2
        round_box = abs(mask.shape[0] - mask.shape[1]) <= 1
        centre = mask[mask.shape[0] // 2, mask.shape[1] // 2]
        name = CLASSES[k]
        assert centre == (name != "ring")
        if name in ("circle", "ring"):
            assert round_box
            assert area == pytest.approx(np.pi / 4 * (1 if name == "circle" else 0.75), abs=0.05)
        if name == "square":
            assert 0.45 < area <= 1
        if name == "triangle":
            assert 0.37 < area < 0.52
        if name == "cross":
            assert 0.45 < area < 0.65


def test_areas_of_the_unit_shapes():
    v, u = np.mgrid[-1:1:800j, -1:1:800j]
    pixel = (2 / 799) ** 2
    areas = {name: inside(name, u, v).sum() * pixel for name in CLASSES}
    end = np.sqrt(1 - 0.3**2)
    expected = {
        "circle": np.pi,
        "square": 2,
        "triangle": 3 * np.sqrt(3) / 4,
        "ring": 3 * np.pi / 4,
        "cross": 2 * 1.2 * end - 0.36,
    }
    assert areas == pytest.approx(expected, rel=0.01)
    assert all((u**2 + v**2)[inside(name, u, v)].max() < 1.01 for name in CLASSES)


def test_the_colour_is_the_one_that_is_seen():
    d = course.data.load("shapes", n=60, n_test=1, objects=3, size=48, noise=0.05, seed=2)
    palette = np.array(list(COLOURS.values()))
    for i, j, _, colour, _ in objects(d, "train"):
        seen = d.images("train")[i][d.instances_train[i] == j + 1].mean(axis=0)
        assert np.linalg.norm(palette - seen, axis=1).argmin() == colour
    background = d.images("train")[d.masks_train == 0]
    assert np.ptp(background, axis=1).mean() < 0.15  # grey but for the noise


def test_captions_agree_with_the_content(several):
    numbers = set()
    for i, text in enumerate(several.captions_train):
        there = several.classes_train[i] >= 0
        words = text.replace(",", "").split()
        assert [w for w in words if w in CLASSES] == [CLASSES[k] for k in several.classes_train[i][there]]
        assert [w for w in words if w in COLOURS] == [
            list(COLOURS)[c] for c in several.colours_train[i][there]
        ]
        phrases = text.replace(" and a ", ", a ").split(", ")
        for phrase, (left, top, right, bottom) in zip(phrases, several.boxes_train[i][there], strict=True):
            x, y = (left + right) / 2 / 72, (top + bottom) / 2 / 40
            assert ("left" in phrase, "right" in phrase) == (x < 1 / 3, x >= 2 / 3)
            assert ("top" in phrase, "bottom" in phrase) == (y < 1 / 3, y >= 2 / 3)
            assert ("large" in phrase) == (max(right - left, bottom - top) >= 16)
        numbers.add(len(phrases))
    assert numbers == {1, 2, 3, 4}


def test_captions_by_hand():
    assert (
        caption([3, -1], [0, -1], [[1, 1, 9, 9], [0, 0, 0, 0]], 32, 32) == "a small red ring at the top left"
    )
    boxes = [[8, 8, 24, 24], [22, 12, 31, 20], [10, 22, 20, 32]]
    assert caption([0, 1, 2], [2, 3, 1], boxes, 32, 32) == (
        "a large blue circle in the centre, a small yellow square on the right "
        "and a small green triangle at the bottom"
    )


@pytest.mark.parametrize("seed", [0, 5])
def test_classes_of_single_shapes_are_balanced_and_fill_every_place(seed):
    d = course.data.load("shapes", n=200, n_test=50, seed=seed)
    for split, n in (("train", 200), ("test", 50)):
        assert (np.bincount(d.labels(split)) == n // 5).all()
        np.testing.assert_array_equal(d.labels(split), d.arrays[f"classes_{split}"][:, 0])
    assert len({" ".join(text.split()[4:]) for text in d.captions_train}) == 9
    colour_and_class = np.zeros((6, 5))
    np.add.at(colour_and_class, (d.colours_train[:, 0], d.y_train), 1)
    assert (colour_and_class > 0).all()


def test_the_first_shape_has_the_largest_radius(several):
    discs = np.isin(several.classes_train, [0, 3])  # the boxes of these say the radius
    sides = several.boxes_train[..., 2] - several.boxes_train[..., 0]
    both = discs[:, 0] & discs[:, 1]
    assert both.any()
    assert (sides[both, 0] >= sides[both, 1] - 1).all()


def test_same_seed_same_bytes_and_the_splits_differ():
    one = course.data.load("shapes", n=5, n_test=5, objects=2, seed=4)
    two = course.data.load("shapes", n=5, n_test=5, objects=2, seed=4)
    assert all(one.arrays[key].tobytes() == two.arrays[key].tobytes() for key in one.arrays)
    assert not np.array_equal(one.x_train, one.x_test)
    longer = course.data.load("shapes", n=9, n_test=5, objects=2, seed=4)
    np.testing.assert_array_equal(one.x_test, longer.x_test)  # whatever the size of the training set


@pytest.mark.parametrize("size", [8, 9, (8, 31), (50, 8), 100])
def test_any_size(size):
    d = course.data.load("shapes", n=6, n_test=1, size=size, objects=3)
    height, width = size if isinstance(size, tuple) else (size, size)
    assert d.x_train.shape == (6, height, width, 3)
    assert (d.classes_train[:, 0] >= 0).all()
    assert d.boxes_train.min() >= 0
    assert (d.boxes_train <= [width, height, width, height]).all()
    for i, j, *_ in objects(d, "train"):
        assert np.count_nonzero(d.instances_train[i] == j + 1) >= 9


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 7}, "size must be at least 8 pixels, not 7"),
        ({"size": (8, 16, 3)}, r"size must be one number or \(height, width\)"),
        ({"size": 32.0}, "must be a whole number"),
        ({"objects": 0}, "objects must be a whole number of at least 1"),
        ({"objects": 256}, "objects must be at most 255"),
        ({"n_test": 0}, "n_test must be a whole number"),
        ({"noise": -0.1}, "noise must be a number of at least 0"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(course.data.DataError, match=message):
        course.data.load("shapes", **options)
