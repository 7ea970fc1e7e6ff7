import numpy as np
import pytest

import course.data


def test_images_of_a_split():
    d = course.data.load("digits")
    x = d.images("train")
    assert x.shape == (1437, 8, 8, 1)
    assert x.dtype == np.float32
    assert (x.min(), x.max()) == (0.0, 1.0)
    np.testing.assert_array_equal(x[..., 0] * 16, d.x_train)
    assert d.images("test").shape == (360, 8, 8, 1)


def test_features_of_images_are_flat():
    d = course.data.load("digits")
    x = d.features("test")
    assert x.shape == (360, 64)
    assert x.dtype == np.float32
    np.testing.assert_array_equal(x.reshape(-1, 8, 8, 1), d.images("test"))


def test_features_of_tables_are_as_stored():
    d = course.data.load("iris")
    assert d.features().dtype == np.float32
    np.testing.assert_array_equal(d.features(), d.x.astype("float32"))
    assert d.labels().dtype == np.int32
    np.testing.assert_array_equal(d.labels(), d.y)


def test_labels_of_a_regression_are_float():
    d = course.data.load("diabetes")
    assert d.labels().dtype == np.float32
    np.testing.assert_array_equal(d.labels(), d.y)


@pytest.mark.parametrize(
    ("name", "ask", "message"),
    [
        ("iris", lambda d: d.images(), "holds no images but x, y; features and labels are there"),
        ("iris", lambda d: d.features("train"), "no split 'train'"),
        ("iris", lambda d: d.labels("test"), r"d\.labels\(\) is all of it"),
        ("digits", lambda d: d.features(), r"d\.features\('train'\) or d\.features\('test'\)"),
        ("digits", lambda d: d.labels("validation"), "no split 'validation'"),
        ("sample_images", lambda d: d.labels(), "no labels but china, flower"),
        ("sample_images", lambda d: d.features(), r"images\(\) is there"),
        ("sample_images", lambda d: d.images("train"), "no split 'train'"),
        ("reviews", lambda d: d.features(), "is text"),
        ("tones", lambda d: d.images(), "no images but x, y, pitch"),
    ],
)
def test_a_wrong_question_is_answered_by_what_exists(name, ask, message):
    with pytest.raises(course.data.DataError, match=message):
        ask(course.data.load(name))


def test_unknown_array_is_an_attribute_error_that_lists_the_arrays():
    d = course.data.load("digits")
    with pytest.raises(AttributeError, match="no 'x'; its arrays are x_train, y_train, x_test, y_test"):
        _ = d.x
    assert "x_train" in dir(d)


def test_arrays_belong_to_the_caller():
    first = course.data.load("iris")
    first.x[:] = 0
    first.y[:] = 7
    second = course.data.load("iris")
    assert second.x[0, 0] == 5.1
    assert second.y[0] == 0
    view = second.features()
    view[:] = 0
    assert second.x[0, 0] == 5.1


def test_copies_and_pickles_survive():
    import copy
    import pickle

    d = course.data.load("moons", n=6)
    for twin in (copy.deepcopy(d), pickle.loads(pickle.dumps(d))):
        np.testing.assert_array_equal(twin.x, d.x)
        assert twin.options == d.options


def test_repr_says_what_and_whence():
    text = repr(course.data.load("digits"))
    assert "digits" in text
    assert "embedded" in text
    assert "x_train" in text
    assert "(1437, 8, 8)" in text
    assert "10 classes: 0, 1" in text
    assert "note" not in text


def test_no_options_for_a_fixed_set():
    with pytest.raises(course.data.DataError, match="iris takes no options, got n"):
        course.data.load("iris", n=10)
