import keras
import numpy as np
import pytest
import scipy.stats
from keras import ops

from units.u04_feedforward import Dense, He, LeCun, Orthogonal, VarianceRule, Xavier, fans

SHAPE = (240, 160)
THEIRS = {LeCun: "Lecun", Xavier: "Glorot", He: "He"}


def number(tensor):
    return ops.convert_to_numpy(tensor)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((7,), (7, 7)), ((5, 3), (5, 3)), ((3, 3, 16, 32), (144, 288)), ((2, 5, 4), (10, 8))],
)
def test_fans_count_the_field_of_a_convolution_too(shape, expected):
    assert fans(shape) == expected
    with pytest.raises(ValueError, match="scalar"):
        fans(())


@pytest.mark.parametrize("rule", THEIRS)
@pytest.mark.parametrize(("distribution", "suffix"), [("uniform", "Uniform"), ("truncated", "Normal")])
def test_the_distribution_is_that_of_keras(rule, distribution, suffix):
    ours = number(rule(distribution, seed=1)(SHAPE)).ravel()
    theirs = number(getattr(keras.initializers, THEIRS[rule] + suffix)(seed=2)(SHAPE)).ravel()
    assert scipy.stats.ks_2samp(ours, theirs).pvalue > 1e-3
    # the same numbers, a tenth wider, are told apart: the test can fail
    assert scipy.stats.ks_2samp(1.1 * ours, theirs).pvalue < 1e-6


@pytest.mark.parametrize("distribution", ["uniform", "normal", "truncated"])
@pytest.mark.parametrize(("rule", "variance"), [(LeCun, 1 / 240), (Xavier, 2 / 400), (He, 2 / 240)])
def test_moments_are_the_equations(rule, variance, distribution):
    w = number(rule(distribution, seed=3)(SHAPE)).astype("float64")
    n = w.size
    assert abs(w.mean()) < 4 * np.sqrt(variance / n)
    assert abs(w.var() / variance - 1) < 4 * np.sqrt(2 / n)
    bound = {"uniform": np.sqrt(3), "normal": 8, "truncated": 2 / 0.8796}[distribution]
    assert abs(w).max() <= bound * np.sqrt(variance) * 1.0001


@pytest.mark.parametrize("shape", [(6, 6), (9, 4), (4, 9), (3, 2, 5)])
def test_orthogonal_is_orthogonal(shape):
    gain = 1.5
    Q = number(Orthogonal(gain)(shape)).astype("float64")
    assert Q.shape == shape
    Q = Q.reshape(-1, shape[-1])
    product = Q.T @ Q if Q.shape[0] >= Q.shape[1] else Q @ Q.T
    np.testing.assert_allclose(product, gain**2 * np.eye(min(Q.shape)), atol=1e-5)


def test_orthogonal_matrices_are_uniform():
    """The first entry of a Haar matrix of size n has a known law: its square is Beta(1/2, (n − 1)/2)."""
    make = Orthogonal(seed=0)
    squares = np.array([number(make((3, 3)))[0, 0] for _ in range(300)]) ** 2
    assert scipy.stats.kstest(squares, scipy.stats.beta(0.5, 1).cdf).pvalue > 1e-3
    signs = np.array([number(make((3, 3)))[0, 0] for _ in range(100)]) > 0
    assert 30 < signs.sum() < 70  # without the correction of signs all would be alike


@pytest.mark.parametrize(
    "make", [LeCun("normal", seed=4), Xavier(seed=4), He("truncated", seed=4), Orthogonal(2.0, seed=4)]
)
def test_config_and_seed(make):
    again = type(make).from_config(make.get_config())
    first = number(make((4, 4)))
    np.testing.assert_array_equal(first, number(again((4, 4))))
    assert not np.array_equal(first, number(make((4, 4)))), "a second layer of this shape would start equal"
    assert keras.backend.standardize_dtype(make((4, 4), dtype="float16").dtype) == "float16"
    restored = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(make))
    np.testing.assert_array_equal(first, number(restored((4, 4))))


def test_a_layer_takes_its_fans_from_the_right_axes():
    layer = Dense(400, initializer=He(seed=0))
    layer.build((None, 50))
    assert number(layer.W).var() == pytest.approx(2 / 50, rel=0.05)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="distribution"):
        He("gaussian")
    with pytest.raises(ValueError, match="two axes"):
        Orthogonal()((5,))
    with pytest.raises(NotImplementedError):
        VarianceRule()((2, 2))
