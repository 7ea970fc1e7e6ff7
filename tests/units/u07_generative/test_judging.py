"""What judges samples: distances with known values, sets of points whose precision and recall are known, features."""

import numpy as np
import pytest
import scipy.linalg

from units.u07_generative.feature_space import features, halves
from units.u07_generative.frechet_distance import covariance, frechet_distance, frechet_of_gaussians
from units.u07_generative.frechet_judge import FrechetJudge
from units.u07_generative.kernel_distance import cubic, kernel_distance
from units.u07_generative.precision_recall import precision_recall


@pytest.mark.backend_independent
def test_frechet_distance_of_gaussians_in_closed_form():
    rng = np.random.default_rng(0)
    vectors = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    a, b = rng.uniform(0.2, 2, size=(2, 4))
    b[0] = 0  # a singular covariance matrix
    means = rng.normal(size=(2, 4))
    got = frechet_of_gaussians(means[0], (vectors * a**2) @ vectors.T, means[1], (vectors * b**2) @ vectors.T)
    np.testing.assert_allclose(got, np.sum((means[0] - means[1]) ** 2) + np.sum((a - b) ** 2), rtol=1e-6)
    first, second = (m @ m.T + np.eye(4) for m in rng.normal(size=(2, 4, 4)))
    expected = np.trace(first + second - 2 * scipy.linalg.sqrtm(first @ second).real)
    np.testing.assert_allclose(frechet_of_gaussians(0, first, 0, second), expected, rtol=1e-8)


@pytest.mark.backend_independent
def test_frechet_distance_of_sets():
    rng = np.random.default_rng(1)
    a = rng.normal(size=(50, 3))
    np.testing.assert_allclose(covariance(a), np.cov(a.T), rtol=1e-12)
    assert frechet_distance(a, a) < 1e-9
    np.testing.assert_allclose(frechet_distance(a, a + np.array([3, 0, 4])), 25, rtol=1e-9)
    few = np.mean([frechet_distance(*rng.normal(size=(2, 20, 3))) for _ in range(50)])
    many = np.mean([frechet_distance(*rng.normal(size=(2, 80, 3))) for _ in range(50)])
    assert 3 < few / many < 5.5  # the bias falls like 1/n


@pytest.mark.backend_independent
def test_kernel_distance_has_no_bias():
    rng = np.random.default_rng(2)
    found = [kernel_distance(rng.normal(size=(8, 2)), rng.normal(size=(12, 2))) for _ in range(400)]
    assert abs(np.mean(found)) < 4 * np.std(found) / 20
    a, b = rng.normal(size=(3, 2)), rng.normal(size=(4, 2))
    pairs = [cubic(a, a)[i, j] for i in range(3) for j in range(3) if i != j]
    others = [cubic(b, b)[i, j] for i in range(4) for j in range(4) if i != j]
    expected = np.mean(pairs) + np.mean(others) - 2 * np.mean((a @ b.T / 2 + 1) ** 3)
    np.testing.assert_allclose(kernel_distance(a, b), expected, rtol=1e-10)


@pytest.mark.backend_independent
def test_precision_and_recall_of_sets_that_are_known():
    rng = np.random.default_rng(3)
    real = np.concatenate([rng.normal(size=(100, 2)) * 0.1, rng.normal(size=(100, 2)) * 0.1 + 10])
    one_mode = rng.normal(size=(200, 2)) * 0.1
    precision, recall = precision_recall(real, one_mode)
    assert precision > 0.85
    assert 0.4 < recall <= 0.5
    half_wrong = np.concatenate([one_mode[:100], one_mode[100:] - 50])
    assert 0.4 < precision_recall(real, half_wrong)[0] <= 0.5
    assert precision_recall(real, real) == (1, 1)
    # by hand: with one neighbour the balls of 0, 1 and 5 have the radii 1, 1 and 4
    assert precision_recall([[0.0], [1], [5]], [[2.0], [9.5]], 1) == (0.5, 1.0)
    assert precision_recall([[0.0], [1], [5]], [[2.0], [9.5]], 1.0) == (0.5, 1.0)
    # a generator that repeats one image of the data: all of its balls have the radius 0
    assert precision_recall(real, np.tile(real[:1], (9, 1))) == (1, 1 / 200)


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("judge", "a", "b", "message"),
    [
        (frechet_distance, np.zeros((4, 2)), np.zeros((4, 3)), "equally many features"),
        (frechet_distance, np.zeros((4, 2)), 1.0, "shape"),
        (frechet_distance, np.zeros((1, 2)), np.zeros((4, 2)), "at least 2 samples"),
        (kernel_distance, np.full((4, 2), np.nan), np.zeros((4, 2)), "not finite"),
        (precision_recall, np.zeros((3, 2)), np.zeros((9, 2)), "at least 4 samples"),
    ],
)
def test_bad_features_get_a_sentence(judge, a, b, message):
    with pytest.raises(ValueError, match=message):
        judge(a, b)


@pytest.mark.backend_independent
@pytest.mark.parametrize("neighbours", [0, 1.5])
def test_neighbours_are_a_whole_number(neighbours):
    with pytest.raises(ValueError, match="whole number"):
        precision_recall(np.zeros((4, 2)), np.zeros((4, 2)), neighbours)


def test_features_of_digits_tell_digits_from_noise():
    from course.data import load

    d = load("digits")
    images = 2 * d.images("test") - 1
    found = features(images)
    assert found.shape == (len(images), 16)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(features(images[:7]), found[:7])
    noise = np.random.default_rng(0).uniform(-1, 1, size=images.shape)
    half = len(images) // 2
    assert frechet_distance(features(noise), found) > 5 * frechet_distance(found[:half], found[half:])
    with pytest.raises(ValueError, match="28, 28, 1"):
        features(np.zeros((2, 9, 9, 1)))


def test_the_judge_compares_equal_numbers_with_the_floor():
    from course.data import load

    d = load("digits")
    judge = FrechetJudge(d, 120)
    held = halves(d)[1][0]
    assert (judge.size, judge.sets) == (120, 5)
    distances = [judge.distance(held[k : k + 120]) for k in range(0, 600, 120)]
    np.testing.assert_allclose(judge.floor, np.mean(distances))
    found = [judge.over_floor(held[i : i + 120]) for i in (300, 500, 599)]
    assert 0.4 < np.mean(found) < 1.6  # other sets of real images
    assert judge.over_floor(held[np.arange(120) % 12]) > 2.5  # twelve images again and again
    assert FrechetJudge(d).floor < judge.floor  # 360 images, with one set of as many
    with pytest.raises(ValueError, match="compares 120 samples, not 119"):
        judge.over_floor(held[:119])
    with pytest.raises(ValueError, match="2 to 360 samples, not 361"):
        FrechetJudge(d, 361)
