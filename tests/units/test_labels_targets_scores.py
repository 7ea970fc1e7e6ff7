"""Labels, targets and scores that do not fit are refused by every public function; a column is read as a vector."""

import inspect

import keras
import numpy as np
import pytest
from keras import ops

from tests.units.label_cases import BINARY, CASES, OTHERS, SIGNS, u01, u02, u03, u04

UNITS = {"u01": u01, "u02": u02, "u03": u03, "u04": u04}
NAMES = {
    "y",
    "y_hat",
    "Y",
    "labels",
    "truth",
    "observations",
    "scores",
    "losses",
    "reward",
    "p",
    "probability",
}
PUBLIC = {
    f"{unit}.{name}": getattr(module, name) for unit, module in UNITS.items() for name in module.__all__
}
ARGUMENTS = [(name, argument) for name, case in CASES.items() for argument in case.kinds]
VECTORS = [(name, argument) for name, argument in ARGUMENTS if CASES[name].kinds[argument] != "matrix"]


def arguments(thing):
    """The names of what a function, or a class in its ``fit``, takes; ``y`` for a model with a step of its own."""
    if inspect.isclass(thing):
        if issubclass(thing, keras.Model):
            return {"y"} if "train_step" in dir(thing) else set()
        thing = getattr(thing, "fit", None)
    return set(inspect.signature(thing).parameters) if inspect.isroutine(thing) else set()


@pytest.mark.once
def test_no_public_function_of_labels_is_forgotten():
    takes = {name for name, thing in PUBLIC.items() if arguments(thing) & NAMES}
    assert takes - set(CASES) - set(OTHERS) == set()
    assert (set(CASES) | set(OTHERS)) - set(PUBLIC) == set()


def call(name, **changed):
    case = CASES[name]
    return numbers(case.run(**{**case.good, **changed}))


def numbers(result):
    """Every number of a result as flat NumPy arrays."""
    return [
        np.asarray(ops.convert_to_numpy(leaf) if ops.is_tensor(leaf) else leaf, "float64").ravel()
        for leaf in keras.tree.flatten(result)
    ]


def good(name, argument):
    return np.asarray(CASES[name].good[argument])


def refused(name, **changed):
    with pytest.raises(ValueError, match=r"\A[^\n]{10,250}[.)]\Z"):  # one sentence
        call(name, **changed)


def cut(name, size):
    """The case's arguments, with the first samples only."""
    return {k: v[:size] if isinstance(v, np.ndarray) else size for k, v in CASES[name].good.items()}


@pytest.mark.parametrize(("name", "argument"), VECTORS)
def test_a_column_a_list_and_another_dtype_are_the_same_vector(name, argument):
    v, expected = good(name, argument), call(name)
    forms = [v[:, None], v.tolist(), ops.convert_to_tensor(v)]
    if (v == v.astype(int)).all():
        forms += [v.astype(int), v.astype("float64")]
    # a model compiles anew for each
    for form in forms[:1] if isinstance(PUBLIC[name], type) else forms:
        for got, wanted in zip(call(name, **{argument: form}), expected, strict=True):
            np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
def test_a_wrong_shape_is_refused(name, argument):
    v, fits = good(name, argument), CASES[name].fits
    wrong = {"short": v[:-1], "row": v[None], "wide": np.stack([v, v], axis=-1)}
    for shape in set(wrong) - set(fits):
        refused(name, **{argument: wrong[shape]})
    if "empty" not in fits:
        refused(name, **cut(name, 0))


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
def test_nan_is_refused_or_shows(name, argument):
    v = good(name, argument).astype("float64")
    v[2] = np.nan
    if argument in CASES[name].nan_shows:
        assert any(np.isnan(value).any() for value in call(name, **{argument: v}))
    else:
        refused(name, **{argument: v})


WRONG = {
    "classes": (3, -1, 0.5),
    "binary": (2, -1, 0.5),
    "signs": (0, 2, 0.5),
    "shares": (-0.5, 2.0, -1.0),
}


@pytest.mark.parametrize(("name", "argument"), [a for a in ARGUMENTS if CASES[a[0]].kinds[a[1]] in WRONG])
def test_a_label_that_is_none_is_refused(name, argument):
    kind = CASES[name].kinds[argument]
    for value in WRONG[kind]:
        v = good(name, argument).astype("float64")
        v[1] = value
        refused(name, **{argument: v})
    other = BINARY if kind == "signs" else SIGNS
    with pytest.raises(ValueError, match=r"2 \* y - 1|\(y \+ 1\) / 2"):
        call(name, **{argument: other})


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.one_row])
def test_one_sample_is_enough(name):
    case = CASES[name]
    for value in numbers(case.run(**cut(name, 1))):
        assert np.isfinite(value).all()


ONE_ARGUMENT = {
    name: thing
    for name, thing in PUBLIC.items()
    if inspect.isfunction(thing)
    and [p.name for p in inspect.signature(thing).parameters.values() if p.default is p.empty]
    in (["z"], ["m"], ["x"])
}
for _name, _activation in u04.ACTIVATIONS.items():
    ONE_ARGUMENT[f"u04.{_name}"] = _activation.function
    ONE_ARGUMENT[f"u04.{_name}_derivative"] = _activation.derivative
INTEGERS = np.array([[-2, 0, 3], [1, 4, -1]])


@pytest.mark.parametrize("name", ONE_ARGUMENT)
def test_integers_are_the_floats_of_their_value(name):
    f = ONE_ARGUMENT[name]
    expected = numbers(f(ops.convert_to_tensor(INTEGERS, "float32")))
    for form in (INTEGERS, INTEGERS.tolist(), ops.convert_to_tensor(INTEGERS, "int32")):
        for got, wanted in zip(numbers(f(form)), expected, strict=True):
            np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", u04.ACTIVATIONS)
def test_no_activation_hides_nan(name):
    assert np.isnan(ops.convert_to_numpy(u04.ACTIVATIONS[name].function([np.nan]))).all()


def test_integers_in_functions_of_several_arguments():
    z, W = INTEGERS[:, :2], np.array([[1, 2], [3, 4], [0, 1]])
    for f, arguments in {
        u02.logit: (z, [1, 2], 3),
        u02.sigmoid_model: (z, [1, 2], 3),
        u02.softmax_model: (z, W, [0, 1, 2]),
        u02.polynomial_features: ([[1000, 2]], 4),  # 10¹² has no place in an int32
        u02.odds_ratio: ([1, 2],),
        u01.predict: (z, [1, 2]),
        u04.softmax_backward: (z, z),
    }.items():
        floats = [np.asarray(a, "float32") if isinstance(a, (list, np.ndarray)) else a for a in arguments]
        np.testing.assert_allclose(
            ops.convert_to_numpy(f(*arguments)), ops.convert_to_numpy(f(*floats)), rtol=1e-6
        )
