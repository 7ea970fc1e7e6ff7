"""The classifiers against scikit-learn, and what each of them must and cannot do."""

import numpy as np
import pytest
from keras import ops
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

import course
from units.u01_machine_learning.decision_tree import DecisionTree, best_split, gini
from units.u01_machine_learning.logistic_classifier import LogisticClassifier
from units.u01_machine_learning.nearest_neighbours import NearestNeighbours, squared_distances
from units.u01_machine_learning.one_vs_one import OneVsOne
from units.u01_machine_learning.one_vs_rest import OneVsRest

to_numpy = ops.convert_to_numpy


@pytest.fixture(scope="module")
def iris():
    d = course.data.load("iris")
    return d.features(), d.labels()


def share(a, b):
    return float(np.mean(np.asarray(to_numpy(a)) == np.asarray(b)))


def test_one_vs_rest_is_three_regressions(iris):
    x, y = iris
    model = OneVsRest(3, penalty=0.0).fit(x, y)
    scores = [LinearRegression().fit(x, 2.0 * (y == k) - 1).predict(x) for k in range(3)]
    assert np.allclose(to_numpy(model.decision_function(x)), np.stack(scores, axis=1), atol=1e-3)
    assert share(model.predict(x), np.argmax(scores, axis=0)) == 1.0


def test_one_vs_one_is_a_regression_for_each_pair(iris):
    x, y = iris
    model = OneVsOne(3, penalty=0.0).fit(x, y)
    assert model.pairs == [(0, 1), (0, 2), (1, 2)]
    for column, (i, j) in enumerate(model.pairs):
        two = (y == i) | (y == j)
        oracle = LinearRegression().fit(x[two], np.where(y[two] == i, 1.0, -1.0))
        assert np.allclose(to_numpy(model.duels(x))[:, column], oracle.predict(x), atol=2e-3)


def test_votes_are_counted_and_ties_go_to_the_larger_margin():
    model = OneVsOne(3)
    # Rows of θ: constant; columns: duels 0-1, 0-2, 1-2. A cycle: 0 beats 1, 1 beats 2, 2 beats 0.
    model.theta = ops.convert_to_tensor([[0.2, -0.3, 0.9], [0.0, 0.0, 0.0]])
    scores = to_numpy(model.decision_function([[0.0]]))[0]
    assert np.array_equal(np.round(scores), [1, 1, 1])
    assert to_numpy(model.predict([[0.0]]))[0] == 1  # margins: 0: -0.1, 1: 0.7, 2: -0.6
    model.theta = ops.convert_to_tensor([[0.01, 0.01, 99.0], [0.0, 0.0, 0.0]])
    assert to_numpy(model.predict([[0.0]]))[0] == 0  # two narrow wins count more than one wide one


def test_a_class_in_the_middle_is_masked_one_vs_rest_but_not_one_vs_one():
    d = course.data.load("four_classes", n=600, noise=0.5, seed=1)
    x, y = d.features(), d.labels()
    middle = y == 0
    assert share(OneVsRest(4).fit(x, y).predict(x[middle]), 0) < 0.1
    assert share(OneVsOne(4).fit(x, y).predict(x[middle]), 0) > 0.9


def test_constant_columns_do_no_harm(iris):
    x, y = iris
    padded = np.c_[np.zeros(150, "float32"), x]
    for kind in (OneVsRest, OneVsOne):
        plain, wider = kind(3).fit(x, y), kind(3).fit(padded, y)
        assert share(plain.predict(x), to_numpy(wider.predict(padded))) == 1.0
    with pytest.raises(ValueError, match="linearly dependent"):
        OneVsRest(3, penalty=0.0).fit(padded, y)


def test_a_class_without_samples_is_refused(iris):
    x, y = iris
    with pytest.raises(ValueError, match="Class 3 has no sample"):
        OneVsOne(4).fit(x, y)


def test_logistic_is_scikit_learns(iris):
    x, y = iris
    model = LogisticClassifier(3, penalty=0.05, steps=1500).fit(x, y)
    oracle = LogisticRegression(C=1 / (0.05 * len(x)), tol=1e-8, max_iter=5000).fit(x, y)
    assert np.allclose(to_numpy(model.predict_proba(x)), oracle.predict_proba(x), atol=2e-3)
    assert share(model.predict(x), oracle.predict(x)) > 0.99
    with pytest.raises(ValueError, match="positive"):
        LogisticClassifier(3, penalty=0.0)


def test_distances():
    rng = np.random.default_rng(0)
    x, z = 1000 + rng.normal(size=(6, 3)), 1000 + rng.normal(size=(4, 3))  # far from the origin
    expected = ((x[:, None] - z[None]) ** 2).sum(-1)
    assert np.allclose(to_numpy(squared_distances(x, z)), expected, atol=2e-2)
    assert (to_numpy(squared_distances(x, x)) >= 0).all()


@pytest.mark.parametrize("k", [1, 4, 15])
def test_neighbours_are_scikit_learns(iris, k):
    x, y = iris
    points = x + np.random.default_rng(1).normal(size=x.shape).astype("float32")  # no two at one distance
    model = NearestNeighbours(3, k).fit(x, y)
    oracle = KNeighborsClassifier(k).fit(x, y)
    assert np.mean(abs(to_numpy(model.predict_proba(points)) - oracle.predict_proba(points)) < 1e-5) > 0.98
    assert share(model.predict(points), oracle.predict(points)) > 0.98


def test_all_neighbours_answer_with_the_largest_class():
    model = NearestNeighbours(2, k=3).fit([[0.0], [1.0], [9.0]], [1, 0, 1])
    assert to_numpy(model.predict([[1.0], [-50.0]])).tolist() == [1, 1]
    for k in (0, 4):
        with pytest.raises(ValueError, match="k must lie between 1 and n = 3"):
            NearestNeighbours(2, k).fit([[0.0], [1.0], [9.0]], [1, 0, 1])


def test_gini():
    assert np.allclose(gini([[5, 0, 0], [1, 1, 1], [3, 1, 0]]), [0, 2 / 3, 3 / 8])
    assert gini([0, 0]) == 0


def test_the_split_is_the_best_of_all():
    rng = np.random.default_rng(2)
    x, Y = rng.integers(5, size=(25, 3)).astype(float), np.eye(3)[rng.integers(3, size=25)]

    def impurity(j, t):
        yes = x[:, j] <= t
        return sum(part.sum() * gini(Y[part].sum(0)) for part in (yes, ~yes)) / len(x)

    every = [impurity(j, t) for j in range(3) for t in (0.5, 1.5, 2.5, 3.5)]
    found, j, t = best_split(x, Y)
    assert np.isclose(found, min(every))
    assert np.isclose(impurity(j, t), found)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_the_tree_fits_as_well_as_scikit_learns(depth):
    d = course.data.load("four_classes", n=300, noise=0.8, seed=3)  # continuous: no ties between splits
    x, y = d.features(), d.labels()
    model = DecisionTree(4, depth=depth).fit(x, y)
    oracle = DecisionTreeClassifier(max_depth=depth, random_state=0).fit(x, y)
    assert np.isclose(share(model.predict(x), y), oracle.score(x, y))
    new = course.data.load("four_classes", n=300, noise=0.8, seed=4).features()
    assert share(model.predict(new), oracle.predict(new)) == 1.0
    assert np.allclose(model.predict_proba(new), oracle.predict_proba(new))


def test_a_tree_without_limit_learns_everything_by_heart(iris):
    d = course.data.load("moons", n=200, noise=0.4, seed=0)
    assert share(DecisionTree(2).fit(d.features(), d.labels()).predict(d.features()), d.labels()) == 1.0


def test_what_no_question_can_part_is_a_leaf():
    tree = DecisionTree(2).fit(np.zeros((4, 2)), [0, 1, 1, 1])
    assert tree.rules() == ["always: class 1"]
    assert np.allclose(tree.predict_proba(np.ones((1, 2))), [[0.25, 0.75]])


def test_a_threshold_between_two_neighbouring_floats_still_parts_them():
    a = 1.0
    b = np.nextafter(a, 2.0)
    tree = DecisionTree(2).fit([[a], [b]], [0, 1])
    assert tree.predict([[a], [b]]).tolist() == [0, 1]


def test_small_nodes_are_not_split():
    x, y = np.arange(10.0)[:, None], [0, 1] * 5
    assert len(DecisionTree(2, smallest=11).fit(x, y).rules()) == 1
    assert len(DecisionTree(2).fit(x, y).rules()) == 10
