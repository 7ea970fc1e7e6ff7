"""Data that are constant, far from the origin or all −∞, and deep trees: the right value, and no NaN or crash."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from tests.units.label_cases import u01, u02, u03, u04
from units.u00_mathematics import normal_log_density
from units.u01_machine_learning import nearest_neighbours
from units.u01_machine_learning.column_means import column_means

to_numpy = ops.convert_to_numpy
FAR = np.array(
    [[2e4, 30.0], [2e4, 31.0], [5e5, 50.0]]
)  # the squares have no digits left for a difference of 1


def test_a_constant_column_is_standardized_to_zero_and_a_new_value_to_its_difference():
    reference = np.column_stack([np.full(10, 0.1), np.arange(10)])
    scaled = to_numpy(u01.standardize(reference, reference))
    assert np.array_equal(scaled[:, 0], np.zeros(10))
    assert np.isclose(scaled[:, 1].std(), 1)
    assert np.isclose(to_numpy(u01.standardize([[1.1, 0.0]], reference))[0, 0], 1.0)


@pytest.mark.parametrize("n", [3, 7, 10, 1000])
@pytest.mark.parametrize("value", [0.1, 1 / 3, -1e6 / 7])
def test_the_mean_of_equal_numbers_is_the_number(n, value):
    x = ops.convert_to_tensor(np.full((n, 1), value), "float32")
    assert float(column_means(x)[0, 0]) == np.float32(value)


@pytest.mark.parametrize("unit", [1e-25, 1e-10, 1e10, 1e25])
def test_another_unit_of_measurement_changes_nothing(unit):
    """The squares of 1e-25 and of 1e25 do not fit into float32."""
    x = np.random.default_rng(0).normal(size=(8, 3)) @ np.diag([3.0, 2.0, 1.0])
    for function in (
        lambda x: u01.standardize(x, x),
        lambda x: u01.PCA(2).fit(x).explained_variance_ratio,
        lambda x: u01.PCA(2).fit(x).transform(x) / np.abs(x).max(),
        lambda x: u01.screen_features(x, x @ [0.0, 1.0, -1.0], 3),
    ):
        np.testing.assert_allclose(to_numpy(function(unit * x)), to_numpy(function(x)), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("unit", [1e-25, 1e25])
def test_distances_whose_squares_do_not_fit_into_float32_are_refused(unit):
    for use in (
        lambda x: u01.NearestNeighbours(3, k=1).fit(x, [0, 1, 2]).predict(x),
        lambda x: u01.kmeans(x, 2, np.random.default_rng(0)),
        lambda x: u01.assign(x, x),
    ):
        with pytest.raises(ValueError, match="scale the features first"):
            use(unit * FAR / 1e5)


CLASSIFIERS = (u01.DecisionTree, u01.LogisticClassifier, u01.NearestNeighbours, u01.OneVsOne, u01.OneVsRest)


@pytest.mark.parametrize("kind", [*CLASSIFIERS, u01.PCA], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("width", [1, 3])
def test_a_sample_with_more_or_fewer_features_than_the_fit_is_refused(kind, width):
    x = np.array([[0.0, 0.0], [0.0, 1.0], [5.0, 0.0], [5.0, 1.0], [6.0, 0.5]])
    model = kind(2).fit(x, [0, 0, 1, 1, 1]) if kind is not u01.PCA else kind(2).fit(x)
    use = model.predict if kind is not u01.PCA else model.transform
    with pytest.raises(ValueError, match=f"{width} features|of {width} and of 2 features"):
        use(np.zeros((4, width)))


def test_one_class_has_no_other_to_be_against():
    with pytest.raises(ValueError, match="at least 2 classes, got 1"):
        u01.OneVsOne(1)


@pytest.mark.parametrize(("dtype", "unit"), [("float16", 100), ("float32", 1e25), ("float32", 1e-25)])
def test_lengths_whose_squares_do_not_fit(dtype, unit):
    g = np.array([3 * unit, 4 * unit], dtype)
    ((clipped,), norm) = u03.clip_by_global_norm([g], unit / 100)
    assert np.isclose(float(norm), 5 * unit, rtol=1e-2)
    ((each,), (rows,)) = u03.clip_by_norm([g], unit / 100), u04.MaxNorm(unit / 100, axis=1)(g[None])
    for got in (clipped, each, rows):
        assert keras.backend.standardize_dtype(got.dtype) == dtype
        np.testing.assert_allclose(to_numpy(got), np.array([0.6, 0.8]) * unit / 100, rtol=1e-2)


@pytest.mark.parametrize("unit", [1e-25, 1e-10, 1e10, 1e25])
def test_a_linear_system_in_another_unit(unit):
    A, b = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([1.0, 2.0])
    theta, _ = u03.conjugate_gradient(A, unit * b)
    np.testing.assert_allclose(to_numpy(theta), unit * np.linalg.solve(A, b), rtol=1e-4)


@pytest.mark.parametrize("name", u04.ACTIVATIONS)
@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_activations_and_their_slopes_are_finite_far_out(name, dtype):
    far = 0.5 * float(np.finfo(dtype).max)
    z = ops.convert_to_tensor(np.array([-far, -50.0, 50.0, far], dtype))
    activation = u04.ACTIVATIONS[name]
    slopes = course.grad(lambda z: ops.sum(activation.function(z) / far))(z)
    for got in (activation.function(z), activation.derivative(z), slopes):
        assert np.isfinite(to_numpy(ops.cast(got, "float32"))).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_matrices_with_nan_or_infinity_are_refused(bad):
    A = np.array([[1.0, bad], [2.0, 3.0], [0.0, 1.0]])
    for use in (lambda A: u01.truncated_svd(A, 1), lambda A: u01.fit_linear(A, [1.0, 2.0, 3.0])):
        with pytest.raises(ValueError, match="not a finite number"):
            use(A)


def test_a_constant_feature_is_not_the_one_that_correlates():
    y = np.arange(7.0)
    x = np.column_stack([np.full(7, 0.1), np.sqrt(y)])
    assert u01.screen_features(x, y, 2).tolist() == [1, 0]


def test_nearest_neighbours_far_from_the_origin():
    model = u01.NearestNeighbours(3, k=1).fit(FAR, [0, 1, 2])
    assert to_numpy(model.predict(FAR)).tolist() == [0, 1, 2]
    exact = ((FAR[:, None] - FAR) ** 2).sum(-1)
    np.testing.assert_allclose(to_numpy(u01.squared_distances(FAR, FAR)), exact, rtol=1e-6)


def test_k_means_far_from_the_origin():
    x = np.concatenate([FAR + np.array([0, d]) for d in (0.0, 0.1, 0.2)])
    found = u01.lloyd(x, FAR)
    assert to_numpy(found.labels).tolist() == [0, 1, 2] * 3
    assert np.isclose(found.inertia, 3 * 2 * 0.1**2, rtol=1e-2)
    labels, inertia = u01.assign(FAR, FAR)
    assert to_numpy(labels).tolist() == [0, 1, 2]
    assert float(inertia) == 0


def test_distances_in_pieces_are_those_at_once(monkeypatch):
    rng = np.random.default_rng(0)
    x, z, y = rng.normal(size=(7, 3)), rng.normal(size=(5, 3)), [0, 1, 1, 0, 1]
    whole, shares = u01.squared_distances(x, z), u01.NearestNeighbours(2, k=3).fit(z, y).predict_proba(x)
    monkeypatch.setattr(nearest_neighbours, "AT_ONCE", 20)  # one row of 15 at a time
    np.testing.assert_allclose(to_numpy(u01.squared_distances(x, z)), to_numpy(whole))
    np.testing.assert_allclose(
        to_numpy(u01.NearestNeighbours(2, k=3).fit(z, y).predict_proba(x)), to_numpy(shares)
    )


@pytest.mark.backend_independent
def test_a_tree_may_be_deeper_than_pythons_stack():
    n = 1500
    x, y = np.arange(n)[:, None] ** 1.5, np.arange(n) % 2
    model = u01.DecisionTree(2).fit(x, y)
    assert model.predict(x).tolist() == y.tolist()
    assert len(model.rules()) == n


def test_constant_data_have_no_variance_to_explain():
    x = np.full((5, 3), 0.1)
    pca = u01.PCA(2).fit(x)
    assert np.array_equal(to_numpy(pca.explained_variance_ratio), [0, 0])
    assert np.array_equal(to_numpy(pca.transform(x)), np.zeros((5, 2)))
    assert np.isfinite(to_numpy(pca.components)).all()
    eigenvalues, _ = u01.covariance_eigen(x)
    assert np.array_equal(to_numpy(eigenvalues), np.zeros(3))


def test_a_singular_covariance_is_refused_on_every_backend():
    mean, covariance = u01.fit_gaussian([[0.1, 1.0], [0.1, 2.0], [0.1, 4.0]])
    for use in (u01.sample_gaussian, lambda m, c, z: normal_log_density(z, m, c)):
        with pytest.raises(ValueError, match="small floor"):
            use(mean, covariance, [[0.0, 0.0]])


def test_constant_responses_leave_nothing_to_explain():
    fit = u01.linear_inference(np.column_stack([np.ones(4), np.arange(4)]), np.full(4, 2.0))
    np.testing.assert_allclose(fit.theta, [2, 0], atol=1e-12)
    assert np.isnan(fit.r2)


def test_the_gradient_of_log_sum_exp_where_everything_is_ruled_out():
    z = ops.convert_to_tensor([[-np.inf] * 3, [0.0, -np.inf, 0.0]], "float32")
    gradient = to_numpy(course.grad(lambda z: ops.sum(u02.log_sum_exp(z)))(z))
    assert np.array_equal(gradient, [[0, 0, 0], [0.5, 0, 0.5]])
    assert to_numpy(u02.log_sum_exp(z))[0] == -np.inf
    assert np.isnan(to_numpy(u02.log_sum_exp([[np.nan, 0.0]]))).all()


@pytest.mark.parametrize("tensor", [False, True])
def test_a_label_that_is_no_class_is_the_same_error_everywhere(tensor):
    y = ops.convert_to_tensor([3]) if tensor else [3]
    with pytest.raises(ValueError, match="y holds 3, but the classes are numbered 0, …, 2"):
        u02.cross_entropy(y, np.zeros((1, 3)))


def test_in_a_step_such_a_label_is_an_error_or_makes_the_loss_nan():
    """Batches of a generator are not looked at before the loop; a torch step that is not recorded yet sees values."""

    def batches():
        yield np.zeros((2, 2), "float32"), np.array([0, 3])

    model = u02.SoftmaxRegression(3)
    model.compile(keras.optimizers.SGD(0.1))
    loss, problem = np.nan, None
    try:
        loss = model.evaluate(batches(), steps=1, verbose=0, return_dict=True)["loss"]
    except ValueError as error:
        problem = str(error)
    assert np.isnan(loss)
    assert problem is None or "y holds 3, but the classes are numbered" in problem


def test_a_regressor_takes_a_column():
    x = np.random.default_rng(0).normal(size=(20, 2)).astype("float32")
    y = x[:, 0] - x[:, 1]
    losses = []
    for target in (y, y[:, None]):
        keras.utils.set_random_seed(0)
        model = u04.Regressor([3])
        model.compile(keras.optimizers.SGD(0.1))
        losses.append(model.fit(x, target, batch_size=20, epochs=2, verbose=0).history["loss"])
    np.testing.assert_allclose(*losses, rtol=1e-5)


@pytest.mark.backend_independent
def test_gradients_that_are_not_numbers_do_not_agree():
    assert np.isnan(u02.relative_error([np.nan, 1.0], [1.0, 1.0]))
    assert u02.relative_error([0.0], [0.0]) == 0
    with pytest.raises(ValueError, match="2 and 1 entries"):
        u02.relative_error([0.0, 1.0], [0.0])
