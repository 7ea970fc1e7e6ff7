import inspect

import numpy as np
import pytest

import course.data
from course.data.generated import GENERATORS

PLANE = ["moons", "blobs", "rings", "spirals", "four_classes"]


@pytest.mark.parametrize("name", GENERATORS)
def test_options_are_those_of_the_card(name):
    parameters = inspect.signature(GENERATORS[name]).parameters
    assert course.data.card(name).options == {k: p.default for k, p in parameters.items()}
    assert course.data.card(name).kind == "generated"
    assert course.data.where(name) == "generated"


def test_every_generated_card_has_its_generator():
    kinds = {name for name in course.data.names() if course.data.card(name).kind == "generated"}
    assert kinds == set(GENERATORS)


@pytest.mark.parametrize("name", GENERATORS)
def test_the_seed_is_the_content(name):
    one, two = course.data.load(name), course.data.load(name, seed=0)
    other = course.data.load(name, seed=1)
    for key in one.arrays:
        np.testing.assert_array_equal(one.arrays[key], two.arrays[key])
    assert any(not np.array_equal(one.arrays[k], other.arrays[k]) for k in one.arrays)
    assert one.source == "generated"
    assert one.options == course.data.card(name).options
    state = np.random.get_state()[1].copy()  # noqa: NPY002 - the global state must stay untouched
    course.data.load(name)
    np.testing.assert_array_equal(state, np.random.get_state()[1])  # noqa: NPY002


@pytest.mark.parametrize("name", GENERATORS)
@pytest.mark.parametrize("n", [1, 7, 50])
def test_size_and_balance(name, n):
    d = course.data.load(name, n=n)
    for key, array in d.arrays.items():  # the first axis of an array is the option that the card names
        assert len(array) == d.options[d.card.arrays[key].shape[0]]
    assert d.options["n"] == n
    if d.classes and name != "lending":  # whether an applicant repays is drawn
        for split in d.splits or (None,):
            y = d.labels(split)
            counts = np.bincount(y, minlength=d.classes)
            assert counts.max() - counts.min() <= 1
            assert y.dtype == np.int32


@pytest.mark.parametrize("name", PLANE)
def test_classes_come_in_random_order(name):
    y = course.data.load(name, n=400).y
    assert np.count_nonzero(np.diff(y)) > 100


def test_moons_lie_on_half_circles():
    d = course.data.load("moons", n=200, noise=0)
    centre = np.where(d.y[:, None] == 0, [0, 0], [1, 0.5])
    np.testing.assert_allclose(np.linalg.norm(d.x - centre, axis=1), 1)
    assert np.all(d.x[d.y == 0, 1] >= 0)
    assert np.all(d.x[d.y == 1, 1] <= 0.5)
    noisy = course.data.load("moons", n=200, noise=0.3)
    assert np.std(noisy.x - d.x) == pytest.approx(0.3, rel=0.15)


def test_blobs_means_and_spread():
    d = course.data.load("blobs", n=4000, classes=5, noise=0.5, radius=3)
    assert d.classes == 5
    assert d.class_names == ("0", "1", "2", "3", "4")
    for k in range(5):
        cloud = d.x[d.y == k]
        mean = 3 * np.array([np.cos(2 * np.pi * k / 5), np.sin(2 * np.pi * k / 5)])
        np.testing.assert_allclose(cloud.mean(0), mean, atol=0.08)
        np.testing.assert_allclose(np.cov(cloud.T), 0.25 * np.eye(2), atol=0.04)


def test_four_classes_means():
    d = course.data.load("four_classes", n=200, noise=0)
    assert np.all(d.x[d.y == 0] == 0)
    outer = np.array([d.x[d.y == k][0] for k in (1, 2, 3)])
    np.testing.assert_allclose(np.linalg.norm(outer, axis=1), 2.5)
    np.testing.assert_allclose(outer.sum(0), 0, atol=1e-12)


def test_rings_radii():
    d = course.data.load("rings", classes=3, noise=0)
    np.testing.assert_allclose(np.linalg.norm(d.x, axis=1), d.y + 1)
    assert d.classes == 3


def test_spirals_wind_once_per_turn():
    d = course.data.load("spirals", classes=3, turns=2, noise=0)
    r = np.linalg.norm(d.x, axis=1)
    assert 0.1 <= r.min() < r.max() <= 1
    angle = np.arctan2(d.x[:, 1], d.x[:, 0]) / (2 * np.pi)
    np.testing.assert_allclose((angle - 2 * r - d.y / 3 + 0.5) % 1, 0.5, atol=1e-9)


@pytest.mark.parametrize("degree", [0, 1, 2, 3, 9])
def test_polynomial_is_chebyshevs(degree):
    d = course.data.load("polynomial", n=100, degree=degree, noise=0)
    assert d.x.shape == (100, 1)
    assert d.features().shape == (100, 1)
    np.testing.assert_allclose(d.y, np.cos(degree * np.arccos(d.x[:, 0])), atol=1e-9)
    np.testing.assert_array_equal(d.y, d.truth)
    assert d.labels().dtype == np.float32


def test_polynomial_noise_and_sine():
    d = course.data.load("polynomial", n=3000, function="sine", noise=0.3)
    np.testing.assert_allclose(d.truth, np.sin(np.pi * d.x[:, 0]))
    assert np.std(d.y - d.truth) == pytest.approx(0.3, rel=0.05)
    assert np.mean(d.y - d.truth) == pytest.approx(0, abs=0.02)
    with pytest.raises(course.data.DataError, match="'polynomial' or 'sine', not 'cosine'"):
        course.data.load("polynomial", function="cosine")


def test_tones_have_their_pitch_and_harmonics():
    d = course.data.load("tones", n=60, samples=8000, noise=0)
    assert d.card.sampling_rate == 8000
    assert d.x.dtype == np.float32
    assert np.abs(d.x).max() <= 1
    spectrum = np.abs(np.fft.rfft(d.x * np.hanning(8000), axis=1))
    np.testing.assert_allclose(spectrum.argmax(1), d.pitch, atol=1)  # one second: bins are hertz
    for k, name in enumerate(d.class_names):
        low = (d.y == k) & (d.pitch < 400)
        bins = np.rint(np.outer(d.pitch[low], [1, 2, 3])).astype(int)
        peak = np.array(
            [[s[b - 2 : b + 3].max() for b in row] for s, row in zip(spectrum[low], bins, strict=True)]
        )
        second, third = (peak[:, 1:] / peak[:, :1]).mean(0)
        expected = {"sine": (0, 0), "square": (0, 1 / 3), "sawtooth": (1 / 2, 1 / 3)}[name]
        np.testing.assert_allclose((second, third), expected, atol=0.06)


def test_mnist1d_holds_its_shapes_somewhere():
    """The shape that a matched filter finds at any position is that of the digit in most signals; none is learned."""
    from course.data.generated.mnist1d import shapes

    np.testing.assert_allclose(shapes()[:, 0], 0, atol=1e-12)
    d = course.data.load("mnist1d", n=1000)
    assert d.x.mean() == pytest.approx(0, abs=1e-6)
    assert d.x.std() == pytest.approx(1, abs=1e-6)
    best = []
    for width in (7, 8, 9, 10):
        filters = np.stack([np.interp(np.linspace(0, 11, width), np.arange(12), s) for s in shapes()])
        line = np.linalg.qr(np.vander(np.arange(width), 2))[
            0
        ]  # the tilt and the level of a window mean nothing
        filters -= filters @ line @ line.T
        filters /= np.linalg.norm(filters, axis=1, keepdims=True)
        windows = np.lib.stride_tricks.sliding_window_view(d.x, width, axis=1)
        best.append((windows @ filters.T).max(axis=1))
    assert np.mean(np.max(best, axis=0).argmax(axis=1) == d.y) > 0.55  # by chance 0.1


def test_mnist1d_shuffled_holds_the_same_signals_in_another_order():
    d, shuffled = (course.data.load("mnist1d", n=50, shuffled=each) for each in (False, True))
    np.testing.assert_array_equal(d.y, shuffled.y)
    columns = {column.tobytes(): i for i, column in enumerate(d.x.T)}
    order = [columns[column.tobytes()] for column in shuffled.x.T]
    assert sorted(order) == list(range(40)) != order


def test_reviews_mean_what_their_label_says():
    from course.data.generated.reviews import BAD, GOOD

    d = course.data.load("reviews", n=600, negation=0.4)
    assert d.x.dtype.kind == "U"
    negated = 0
    for sentence, label in zip(d.x, d.y, strict=True):
        words = sentence.split(" ")
        assert "" not in words
        positive = words[-1] in GOOD
        assert positive or words[-1] in BAD
        negated += "not" in words
        assert label == (positive != ("not" in words)), sentence
    assert negated / 600 == pytest.approx(0.4, abs=0.06)
    assert not any("not" in s.split() for s in course.data.load("reviews", negation=0).x)


def test_contrasted_reviews_differ_in_their_order_only():
    from course.data.generated.reviews import BAD, GOOD

    d = course.data.load("reviews", n=600, contrast=1)
    bags = {0: set(), 1: set()}
    for sentence, label in zip(d.x, d.y, strict=True):
        words = sentence.split(" ")
        first, last = words[words.index("not") + 1], words[-1]
        assert words[words.index("not") + 2] == "but"
        assert (first in BAD, last in GOOD) == (label == 1, label == 1), sentence
        assert first in BAD + GOOD
        assert last in BAD + GOOD
        bags[label].add((first in GOOD) + (last in GOOD))
    assert bags == {0: {1}, 1: {1}}  # one good and one bad adjective, whatever the sentiment
    # without a contrast the sentences are those of the first form alone
    mixed = course.data.load("reviews", n=600, contrast=0.3)
    assert np.mean(["but" in s.split() for s in mixed.x]) == pytest.approx(0.3, abs=0.06)
    assert not any("but" in s.split() for s in course.data.load("reviews", n=600).x)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("moons", {"noice": 1}, "moons has no option 'noice'; it takes n, noise, seed"),
        ("moons", {"n": 0}, "n must be a whole number of at least 1, not 0"),
        ("moons", {"n": 2.5}, "n must be a whole number"),
        ("moons", {"noise": -1}, "noise must be a number of at least 0"),
        ("moons", {"noise": float("nan")}, "noise must be"),
        ("blobs", {"classes": 0}, "classes must be"),
        ("faces", {"size": 0}, "size must be a whole number"),
        ("faces", {"variation": -1}, "variation must be a number of at least 0"),
        ("reviews", {"negation": 1.5}, "probability"),
        ("reviews", {"contrast": -0.5}, "contrast must be a probability"),
        ("polynomial", {"degree": -1}, "degree must be"),
        ("mnist1d", {"shuffled": "yes"}, "shuffled must be True or False"),
        ("mnist1d", {"length": 0}, "length must be"),
    ],
)
def test_bad_options(name, options, message):
    with pytest.raises(course.data.DataError, match=message):
        course.data.load(name, **options)


def test_world_data_is_a_table_of_estimates():
    d = course.data.load("world_data")
    np.testing.assert_array_equal(d.year, np.arange(2010, 2026))
    np.testing.assert_array_equal(d.x[:, 0], d.year)
    np.testing.assert_array_equal(d.y, d.zettabytes)
    assert d.zettabytes[d.year == 2020] == 64.2
    known = ~np.isnan(d.low)
    np.testing.assert_array_equal(known, ~np.isnan(d.high))
    assert known.sum() >= 5
    assert np.all((d.low <= d.y)[known])
    assert np.all((d.y <= d.high)[known])
    projected = d.projected == 1
    np.testing.assert_array_equal(d.year[projected], np.arange(2021, 2026))
    np.testing.assert_allclose(d.y[projected], 64.2 * 1.23 ** (d.year[projected] - 2020), rtol=0.01)
    assert course.data.where("world_data") == "embedded"


def test_faces_of_an_identity_are_alike_and_those_of_others_are_not():
    plain = course.data.load("faces", n=40, classes=5, variation=0, noise=0)
    assert plain.x.dtype == np.uint8
    assert plain.images().shape == (40, 32, 32, 1)
    first = np.stack([plain.x[plain.y == k][0] for k in range(5)])
    np.testing.assert_array_equal(plain.x, first[plain.y])
    for k in range(1, 5):
        assert np.abs(first[k].astype(int) - first[0]).max() > 50
    assert course.data.load("faces", n=2, classes=2, size=48).x.shape == (2, 48, 48)


def test_the_geometry_of_a_face_does_not_depend_on_the_other_options():
    """Without pose an identity is the same in every size, so a small image is a large one, averaged."""
    large = course.data.load("faces", n=6, classes=6, variation=0, noise=0, size=96)
    small = course.data.load("faces", n=6, classes=6, variation=0, noise=0, size=32)
    averaged = large.x.reshape(6, 32, 3, 32, 3).mean(axis=(2, 4))
    assert np.abs(averaged - small.x).mean() < 6
    assert np.corrcoef(averaged.ravel(), small.x.ravel())[0, 1] > 0.98


def test_pose_and_noise_differ_between_images_of_a_face():
    d = course.data.load("faces", n=60, classes=1, noise=0)
    assert np.abs(np.diff(d.x.astype(int), axis=0)).max(axis=(1, 2)).min() > 30
    noisy = course.data.load("faces", n=60, classes=1, noise=0.03)
    middle = (d.x > 40) & (d.x < 215)  # where nothing is cut off at black or white
    assert np.std((noisy.x.astype(float) - d.x)[middle]) == pytest.approx(0.03 * 255, rel=0.05)
