import numpy as np
import pytest
from sklearn import datasets as sklearn_datasets

import course.data
from course.data import embedded, verify

EMBEDDED = [name for name in course.data.names() if course.data.card(name).kind == "embedded"]


@pytest.mark.parametrize("name", EMBEDDED)
def test_content_is_that_of_the_card(name):
    d = course.data.load(name)
    assert d.source == "embedded"
    assert course.data.where(name) == "embedded"
    assert list(d.arrays) == list(d.card.arrays)
    for key, spec in d.card.arrays.items():
        array = d.arrays[key]
        assert (str(array.dtype), array.shape, array.nbytes) == (spec.dtype, spec.shape, spec.bytes)
        if spec.range:
            assert (array.min(), array.max()) == spec.range
        if spec.counts:
            assert tuple(np.bincount(array)) == spec.counts
        if spec.sha256:
            assert verify.digest(array) == spec.sha256


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer"])
def test_tables_are_scikit_learns(name):
    d, bunch = course.data.load(name), getattr(sklearn_datasets, f"load_{name}")()
    np.testing.assert_array_equal(d.x, bunch.data)
    np.testing.assert_array_equal(d.y, bunch.target)
    assert len(d.feature_names) == d.x.shape[1]
    assert d.classes == len(bunch.target_names)


@pytest.mark.parametrize("name", ["iris", "breast_cancer"])
def test_names_are_scikit_learns(name):
    d, bunch = course.data.load(name), getattr(sklearn_datasets, f"load_{name}")()
    assert list(d.feature_names) == [str(n) for n in bunch.feature_names]
    assert list(d.class_names) == [str(n) for n in bunch.target_names]


def test_wine_columns_are_in_scikit_learns_order():
    names = [n.split(" (")[0] for n in course.data.load("wine").feature_names]
    expected = [
        n.replace("_", " ").replace("color", "colour") for n in sklearn_datasets.load_wine().feature_names
    ]
    assert names == [n.replace("od280/od315 of diluted wines", "OD280/OD315") for n in expected]


def test_diabetes_is_the_unscaled_table():
    d, scaled = course.data.load("diabetes"), sklearn_datasets.load_diabetes().data
    centred = d.x - d.x.mean(0)
    np.testing.assert_allclose(centred / np.linalg.norm(centred, axis=0), scaled, atol=1e-12)
    assert d.classes is None
    assert d.labels().dtype == np.float32
    assert len(d.feature_names) == 10


def test_digits_split_is_a_stratified_partition():
    d, bunch = course.data.load("digits"), sklearn_datasets.load_digits()
    assert d.x_train.shape == (1437, 8, 8)
    assert d.x_test.shape == (360, 8, 8)
    both = np.concatenate([d.x_train, d.x_test]).reshape(-1, 64)
    labelled = np.column_stack([both, np.concatenate([d.y_train, d.y_test])])
    original = np.column_stack([bunch.data.astype("uint8"), bunch.target])
    np.testing.assert_array_equal(labelled[np.lexsort(labelled.T)], original[np.lexsort(original.T)])
    share = np.bincount(bunch.target) * 360 / 1797
    assert np.all(np.abs(np.bincount(d.y_test) - share) < 1)


def test_stratified_gives_each_class_its_share():
    labels = np.repeat([0, 1, 2], [10, 20, 70])
    chosen = embedded.stratified(labels, 20)
    np.testing.assert_array_equal(np.bincount(labels[chosen]), [2, 4, 14])
    assert np.flatnonzero(chosen)[:2].tolist() == [2, 7]  # evenly spaced, not the first ones
    assert embedded.stratified(np.array([0, 0, 1, 1, 2, 2]), 2).sum() == 2


def test_a_learner_sees_digits_not_noise():
    from sklearn.linear_model import LogisticRegression

    d = course.data.load("digits")
    model = LogisticRegression(max_iter=500).fit(d.features("train"), d.labels("train"))
    assert 0.94 < model.score(d.features("test"), d.labels("test")) < 0.99


def test_sample_images():
    d = course.data.load("sample_images")
    assert d.images().shape == (2, 427, 640, 3)
    assert d.images().dtype == np.float32
    assert 0 <= d.images().min() < 0.1 < 0.9 < d.images().max() <= 1
    np.testing.assert_allclose(d.images()[1], d.flower / np.float32(255), rtol=1e-6)
    expected = sklearn_datasets.load_sample_images().images
    assert np.abs(d.china.astype(int) - expected[0]).mean() < 1


def test_an_altered_dependency_is_noticed(monkeypatch):
    bunch = sklearn_datasets.load_iris()
    bunch.data[7, 2] += 0.1
    monkeypatch.setattr(sklearn_datasets, "load_iris", lambda: bunch)
    with pytest.raises(course.data.DataRefused, match=r"iris.*x has SHA-256.*the card says 012f498f"):
        course.data.load("iris")
