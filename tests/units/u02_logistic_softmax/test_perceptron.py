import numpy as np
import pytest
from keras import ops
from sklearn.svm import SVC

from units.u01_machine_learning import with_constant
from units.u02_logistic_softmax import Perceptron, margin, mistake_bound, radius


def rosenblatt(x, y, max_rounds=1000):
    """The textbook loop over samples, for comparison: weights after each mistake."""
    path = [np.zeros(x.shape[1], "float32")]
    for _ in range(max_rounds):
        clean = True
        for xi, yi in zip(x, y, strict=True):
            if yi * (path[-1] @ xi) <= 0:
                path.append(path[-1] + yi * xi)
                clean = False
        if clean:
            break
    return np.array(path)


def separable(rng, n=40, p=3, gap=0.1):
    """Points at a distance of at least ``gap`` from a random hyperplane; quarters, so that sums are exact."""
    w = rng.normal(size=p)
    x = np.round(4 * rng.uniform(-2, 2, size=(n, p))) / 4
    distance = x @ w / np.linalg.norm(w)
    keep = np.abs(distance) >= gap
    return x[keep].astype("float32"), np.sign(distance[keep]).astype("int32"), w


@pytest.mark.parametrize("seed", range(4))
def test_the_path_is_that_of_the_loop_over_samples(seed):
    x, y, _ = separable(np.random.default_rng(seed))
    model = Perceptron().fit(x, y)
    assert model.converged
    np.testing.assert_array_equal(model.path, rosenblatt(x, y))
    assert model.mistakes == len(model.path) - 1 > 1
    np.testing.assert_array_equal(ops.convert_to_numpy(model.predict(x)), y)


@pytest.mark.parametrize("seed", range(4))
def test_mistakes_stay_below_novikoffs_bound(seed):
    x, y, teacher = separable(np.random.default_rng(10 + seed))
    # the widest margin, hence the least bound: the hard-margin support vector machine through the origin
    doubled = SVC(kernel="linear", C=1e6).fit(np.vstack([x, -x]), np.append(y, -y)).coef_[0]
    model = Perceptron().fit(x, y)
    bounds = [mistake_bound(x, y, w.astype("float32")) for w in (doubled, teacher)]
    assert model.mistakes <= bounds[0] <= bounds[1]
    k = np.arange(model.mistakes + 1)
    unit = teacher / np.linalg.norm(teacher)
    gamma, R = float(margin(x, y, teacher.astype("float32"))), float(radius(x))
    assert np.all(model.path @ unit >= k * gamma - 1e-4)
    assert np.all(np.linalg.norm(model.path, axis=1) <= np.sqrt(k) * R + 1e-4)


@pytest.mark.parametrize("d", [1, 5, 12])
def test_the_bound_is_reached_by_orthogonal_samples(d):
    x, y = np.eye(d, dtype="float32"), np.where(np.arange(d) % 2, -1, 1)
    model = Perceptron().fit(x, y)
    assert mistake_bound(x, y, y.astype("float32")) == pytest.approx(d, rel=1e-5)
    assert model.mistakes == d


def test_margin_and_radius_by_hand():
    x = np.array([[3.0, 4.0], [-1.0, 0.0]], "float32")
    assert float(radius(x)) == pytest.approx(5)
    assert float(margin(x, np.array([1, -1]), np.array([2.0, 0.0], "float32"))) == pytest.approx(1)


def test_xor_has_no_end_so_it_gives_up_and_says_so():
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
    y = np.array([-1, 1, 1, -1])
    model = Perceptron().fit(with_constant(x), y, max_mistakes=50)
    assert not model.converged
    assert model.mistakes == 50
    with pytest.raises(ValueError, match="no bound"):
        mistake_bound(with_constant(x), y, model.w)


def test_a_constant_feature_is_a_bias():
    x, y = np.array([[1.0], [2.0], [3.0], [4.0]], "float32"), np.array([-1, -1, 1, 1])
    assert with_constant(x).shape == (4, 2)
    model = Perceptron().fit(with_constant(x), y)
    b, w = ops.convert_to_numpy(model.w)
    assert 2 < -b / w < 3


def test_labels_zero_and_one_are_refused():
    with pytest.raises(ValueError, match="2 \\* y - 1"):
        Perceptron().fit(np.eye(2), [0, 1])


def test_weights_may_be_a_column():
    """A column was broadcast to (batch, batch), and the margin was -2."""
    x, y = [[1.0, 0.0], [-2.0, 0.0]], [1, -1]
    assert float(margin(x, y, [[1.0], [0.0]])) == float(margin(x, y, [1.0, 0.0])) == 1
    with pytest.raises(ValueError, match="w has 3 rows for 2 features"):
        margin(x, y, [1.0, 0.0, 0.0])
