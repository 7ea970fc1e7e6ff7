import numpy as np
import pytest
from keras import ops
from sklearn.preprocessing import PolynomialFeatures

from units.u02_logistic_softmax import polynomial_count, polynomial_features


@pytest.mark.parametrize(("features", "degree"), [(1, 4), (2, 1), (2, 3), (4, 2)])
def test_monomials_are_scikit_learns_in_its_order(features, degree):
    x = np.random.default_rng(0).normal(size=(6, features)).astype("float32")
    got = ops.convert_to_numpy(polynomial_features(x, degree))
    expected = PolynomialFeatures(degree, include_bias=False).fit_transform(x)
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)
    assert got.shape[1] == polynomial_count(features, degree)


def test_a_degree_below_one_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        polynomial_features(np.ones((2, 2), "float32"), 0)
