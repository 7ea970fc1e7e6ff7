"""Labels, targets and scores that do not fit are refused by every public function; a column is read as a vector."""

import inspect

import keras
import numpy as np
import pytest
from keras import ops

from tests.units.label_cases import (
    BINARY,
    CASES,
    OTHERS,
    SIGNS,
    u01,
    u02,
    u03,
    u04,
    u05,
    u06,
    u07,
    u08,
    u10,
)
from units import u00_mathematics as u00
from units import u09_reinforcement as u09

UNITS = {
    "u00": u00,
    "u01": u01,
    "u02": u02,
    "u03": u03,
    "u04": u04,
    "u05": u05,
    "u06": u06,
    "u07": u07,
    "u08": u08,
    "u09": u09,
    "u10": u10,
}
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
    f"{unit}.{name}": thing
    for unit, module in UNITS.items()
    for name, thing in vars(module).items()
    if not name.startswith("_") and not inspect.ismodule(thing)
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


@pytest.mark.backend_independent
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


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("name", "argument"), [a for a in ARGUMENTS if CASES[a[0]].kinds[a[1]] in ("classes", "binary", "signs")]
)
def test_words_and_complex_numbers_are_no_labels(name, argument):
    v = good(name, argument)
    for other in (v.astype(str), v.astype(complex), v + 1j):
        refused(name, **{argument: other})


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
del ONE_ARGUMENT["u05.convnext_block"]  # it makes layers with random weights
INTEGERS = np.array([[-2, 0, 3], [1, 4, -1]])
SHAPES = {  # of images, or of points in the plane; all other functions take a matrix
    "u05.rotate": (1, 2, 3, 1),
    "u05.rotate_features": (1, 1, 1, 4, 2),
    "u05.global_average_pool": (1, 2, 3, 1),
    "u05.global_max_pool": (1, 2, 3, 1),
    "u07.high_quality_share": (3, 2),
    "u08.rotate": (3, 2),
    "u07.modes_caught": (3, 2),
    "u07.ring_log_density": (3, 2),
}


@pytest.mark.parametrize("name", ONE_ARGUMENT)
def test_integers_are_the_floats_of_their_value(name):
    f, integers = ONE_ARGUMENT[name], np.resize(INTEGERS, SHAPES.get(name, INTEGERS.shape))
    expected = numbers(f(ops.convert_to_tensor(integers, "float32")))
    for form in (integers, integers.tolist(), ops.convert_to_tensor(integers, "int32")):
        for got, wanted in zip(numbers(f(form)), expected, strict=True):
            np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", u04.ACTIVATIONS)
def test_no_activation_hides_nan(name):
    assert np.isnan(ops.convert_to_numpy(u04.ACTIVATIONS[name].function([np.nan]))).all()


def parabola(t):
    """½ ‖t‖², for each point."""
    return ops.sum(t**2, axis=-1) / 2


SEVERAL = {
    "u01.low_rank": lambda a: u01.low_rank(a([[1], [2]]), a([3]), a([[1, 1]])),
    "u01.predict": lambda a: u01.predict(a([[1, 2]]), a([3, 4])),
    "u01.solve_gram": lambda a: u01.solve_gram(a([[2, 1], [1, 3]]), a([[1], [2]])),
    "u02.logit": lambda a: u02.logit(a([[1, 2]]), a([3, 4]), 5),
    "u02.odds_ratio": lambda a: u02.odds_ratio(a([1, 2])),
    "u02.polynomial_features": lambda a: u02.polynomial_features(a([[1000, 2]]), 4),  # 10¹² is no int32
    "u02.relative_to_last": lambda a: u02.relative_to_last(a([[1, 2], [3, 4]]), a([1, 2])),
    "u02.sigmoid_model": lambda a: u02.sigmoid_model(a([[1, 2]]), a([3, 4]), 5),
    "u02.softmax_model": lambda a: u02.softmax_model(a([[1, 2]]), a([[1, 2], [3, 4]]), a([0, 1])),
    "u03.clip_by_global_norm": lambda a: u03.clip_by_global_norm([a([3, 4])], 1),
    "u03.clip_by_norm": lambda a: u03.clip_by_norm([a([3, 4])], 1),
    "u03.clip_by_value": lambda a: u03.clip_by_value([a([3, 4])], 1),
    "u03.conjugate_gradient": lambda a: u03.conjugate_gradient(a([[2, 1], [1, 3]]), a([1, 2])),
    "u03.gradient": lambda a: u03.gradient(parabola, a([2, 1])),
    "u03.hessian": lambda a: u03.hessian(parabola, a([2, 1])),
    "u03.inverse_update": lambda a: u03.inverse_update(a([[1, 0], [0, 1]]), a([1, 0]), a([2, 1])),
    "u03.levenberg_step": lambda a: u03.levenberg_step(a([1, 2]), a([[2, 1], [1, 3]]), 1),
    "u03.top_eigenvalue": lambda a: u03.top_eigenvalue(parabola, [a([2, 1])])[0],
    "u03.two_loop": lambda a: u03.two_loop(a([1, 2]), a([[1, 0]]), a([[2, 1]])),
    "u04.MaxNorm": lambda a: u04.MaxNorm(1, axis=1)(a([[3, 4]])),
    "u04.batch_norm_backward": lambda a: u04.batch_norm_backward(a([[1], [0]]), a([[1], [3]]), a([2])),
    "u04.l2_penalty": lambda a: u04.l2_penalty([a([3, 4])], 1),
    "u04.layer_norm_backward": lambda a: u04.layer_norm_backward(a([[1, 2]]), a([[1, 3]]), a([1, 2])),
    "u04.softmax_backward": lambda a: u04.softmax_backward(a([[1, 2]]), a([[0, 3]])),
}


@pytest.mark.parametrize("name", SEVERAL)
def test_integers_are_the_floats_of_their_value_in_functions_of_several_arguments(name):
    expected = numbers(SEVERAL[name](lambda a: ops.convert_to_tensor(a, "float32")))
    for form in (np.asarray, lambda a: a):
        for got, wanted in zip(numbers(SEVERAL[name](form)), expected, strict=True):
            np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)
