"""A forbidden function is forbidden on every route to it, and libraries can still use it."""

import keras
import numpy as np
import pytest

from course.grading.errors import CandidateError
from tests.course.grading.conftest import workers  # noqa: F401

COURSE = """
import importlib
import operator
from functools import partial

import keras
import numpy as np
from keras import ops


def f(x):
    return ops.sum(x * x)


def course_grad(x):
    import course
    return course.grad(lambda: f(x), [x])

def course_by_text(x):
    return getattr(__import__("course"), "value_and_" + "grad")(lambda: f(x), [x])

def course_module(x):
    from course.training import gradients as g
    return g.vjp(f, (x,))

def course_name(x):
    from course.training.gradients import jvp as derivative
    return derivative(f, (x,), (x,))

def training(x):
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return getattr(model, "fi" + "t")(np.ones((2, 1)), np.ones((2, 1)))

def one_batch(x):
    inputs = keras.Input((1,))
    model = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    model.compile("sgd", "mse")
    return model.train_on_batch(np.ones((2, 1)), np.ones((2, 1)))

def one_step(x):
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model.train_step((np.ones((2, 1)), np.ones((2, 1))))

def train_function(x):
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model.make_train_function()

def own_model(x):
    import course
    class Mine(course.Model):
        def call(self, x):
            return x
    model = Mine()
    model.compile("sgd", "mse")
    return model.fit(np.ones((2, 1)), np.ones((2, 1)))

def own_model_by_batch(x):
    import course
    class Mine(course.Model):
        def call(self, x):
            return x
    model = Mine()
    model.compile("sgd", "mse")
    return model.train_on_batch(np.ones((2, 1)), np.ones((2, 1)))

def by_exec(x):
    names = {"x": x, "f": f}
    exec("import course\\nresult = course.grad(lambda: f(x), [x])", names)
    return names["result"]
"""
ROUTES = {
    "jax": """
import jax
from jax import grad as renamed
from jax import vjp, jvp

kept = jax.jacrev

def grad(x):
    return jax.grad(f)(x)

def alias(x):
    return renamed(f)(x)

def at_import(x):
    return kept(f)(x)

def by_text(x):
    return vars(importlib.import_module("ja" + "x"))["value_and_" + "grad"](f)(x)

def reverse(x):
    return vjp(f, x)[1](1.0)

def forward(x):
    return jvp(f, (x,), (x,))

def linear(x):
    return jax.linearize(f, x)

def second(x):
    return jax.hessian(f)(x)

def private(x):
    from jax._src import api
    return api.jacfwd(f)(x)

def handed_on(x):
    return list(map(partial(jax.grad, f), [0]))

def backward_pass(x):
    from jax._src.interpreters import ad
    return ad.backward_pass(f, x)

def taylor(x):
    from jax.experimental.jet import jet
    return jet(f, (x,), ((x,),))
""",
    "torch": """
import torch
from torch import autograd as a
from torch.func import grad as renamed

kept = torch.autograd.grad

def leaf(x):
    return x.clone().requires_grad_(True)

def grad(x):
    x = leaf(x)
    return a.grad(f(x), x)

def backward(x):
    x = leaf(x)
    f(x).backward()
    return x.grad

def function_backward(x):
    x = leaf(x)
    torch.autograd.backward(f(x))
    return x.grad

def class_method(x):
    x = leaf(x)
    torch.Tensor.backward(f(x))
    return x.grad

def caller(x):
    x = leaf(x)
    operator.methodcaller("back" + "ward")(f(x))
    return x.grad

def keras_variable(x):
    v = keras.Variable(x)
    f(v.value).backward()
    return v.value.grad

def alias(x):
    return renamed(f)(x)

def at_import(x):
    x = leaf(x)
    return kept(f(x), x)

def by_text(x):
    x = leaf(x)
    return getattr(importlib.import_module("tor" + "ch.autograd"), "gr" + "ad")(f(x), x)

def engine(x):
    x = leaf(x)
    run = torch.autograd.graph._engine_run_backward
    return run((f(x),), (torch.tensor(1.0),), False, False, (x,), False, accumulate_grad=False)[0]

def jacobian(x):
    return torch.autograd.functional.jacobian(f, x)

def reverse(x):
    return torch.func.vjp(f, x)[1](torch.tensor(1.0))

def forward(x):
    with torch.autograd.forward_ad.dual_level():
        return torch.autograd.forward_ad.make_dual(x, x)

def private(x):
    from torch._functorch.eager_transforms import jacrev
    return jacrev(f)(x)

def by_the_graph(x):
    y = f(leaf(x))
    return y.grad_fn(torch.tensor(1.0))

def by_the_graph_in_text(x):
    return getattr(f(leaf(x)), "_grad" + "_fn")

def an_edge(x):
    return torch.autograd.graph.get_gradient_edge(f(leaf(x))).node

def engine_itself(x):
    x = leaf(x)
    run = torch.autograd.Variable._execution_engine.run_backward
    return run((f(x),), (torch.tensor(1.0),), False, False, (x,), True, False)[0]

def method_of_the_base(x):
    y = f(leaf(x))
    return getattr(torch._C.TensorBase, "grad" + "_fn").__get__(y)(torch.tensor(1.0))
""",
    "tensorflow": """
import tensorflow as tf
from tensorflow import GradientTape as Renamed

kept = tf.GradientTape

def tape(x):
    with tf.GradientTape() as t:
        t.watch(x)
        y = f(x)
    return t.gradient(y, x)

def alias(x):
    with Renamed() as t:
        t.watch(x)
        y = f(x)
    return t.gradient(y, x)

def at_import(x):
    with kept(persistent=True) as t:
        t.watch(x)
        y = f(x)
    return t.gradient(y, x)

def by_text(x):
    with getattr(importlib.import_module("tensor" + "flow"), "Gradient" + "Tape")() as t:
        t.watch(x)
        y = f(x)
    return t.gradient(y, x)

def private(x):
    from tensorflow.python.eager import backprop
    with backprop.GradientTape() as t:
        t.watch(x)
        y = f(x)
    return t.gradient(y, x)

def derived(x):
    class Mine(tf.GradientTape):
        pass
    return Mine()

def keras_variable(x):
    v = keras.Variable(x)
    with tf.GradientTape() as t:
        y = f(v.value)
    return t.gradient(y, v.value)

def forward(x):
    with tf.autodiff.ForwardAccumulator(x, x) as acc:
        y = f(x)
    return acc.jvp(y)

def engine(x):
    from tensorflow.python.eager import imperative_grad
    return imperative_grad.imperative_grad(None, f(x), [x])

def graph(x):
    return tf.function(lambda x: tf.gradients(f(x), x))(x)
""",
}
HONEST = """
import course
import keras
import numpy as np
from keras import ops


class Layer:
    def backward(self, slope):
        return 2 * slope


def gradient(x):
    return Layer().backward(x)

def inside(x):
    y = keras.layers.LayerNormalization()(ops.softmax(x))
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.evaluate(np.ones((2, 1)), np.ones((2, 1)), verbose=0)
    return y
"""


@pytest.fixture
def session(workers):  # noqa: F811
    """Function of a source text and forbidden names that returns a session in its first part."""
    sessions = []

    def make(source, *forbidden):
        for earlier in sessions:  # a warm process has one fork at a time
            earlier.close()
        sessions.append(workers.session("answer", source.encode(), "tensor", trusted=False))
        sessions[-1].forbidden = forbidden
        sessions[-1].begin(seed=1)
        return sessions[-1]

    yield make
    for each in sessions:
        each.close()


def names_of(source):
    helpers = {"f", "leaf"}
    found = [line[4 : line.index("(")] for line in source.splitlines() if line.startswith("def ")]
    return [name for name in found if name not in helpers]


def test_automatic_differentiation_is_trapped_on_every_route(session):
    source = COURSE + ROUTES[keras.config.backend()]
    asked = session(source, "@autodiff")
    for name in names_of(source):
        asked.forbidden_calls.clear()
        with pytest.raises(CandidateError) as caught:
            getattr(asked.candidate, name)(np.ones(3, "float32"))
        assert caught.value.kind == "ForbiddenShortcut", f"{name}: {caught.value}"
        assert list(asked.forbidden_calls) == ["@autodiff"], name


def test_the_routes_work_if_nothing_is_forbidden(session):
    source = COURSE + ROUTES[keras.config.backend()]
    asked = session(source)
    for name in ("course_grad", *names_of(ROUTES[keras.config.backend()])[:3]):
        getattr(asked.candidate, name)(np.ones(3, "float32"))


def test_own_code_and_calls_inside_libraries_are_not_trapped(session):
    asked = session(HONEST, "@autodiff", "keras.ops.max", "*.tanh")
    np.testing.assert_array_equal(asked.candidate.gradient(np.ones(2, "float32")), [2, 2])
    asked.candidate.inside(np.ones((2, 3), "float32"))
    assert not asked.forbidden_calls


UFUNC = """
import numpy as np
import scipy.special

def reduce(x):
    return np.logaddexp.reduce(x)

def kind(x):
    return isinstance(np.logaddexp, np.ufunc), np.logaddexp.nin

def handed_on(x):
    return np.apply_along_axis(scipy.special.softmax, 0, x)

def late(x):
    from scipy.linalg import subspace_angles
    return subspace_angles(np.eye(2), np.eye(2))

def whole(x):
    import sklearn.linear_model
    return sklearn.linear_model.LinearRegression().fit(np.eye(2), np.ones(2)).coef_

def by_path(x):
    from sklearn.linear_model._ridge import ridge_regression
    return ridge_regression(np.eye(2), np.ones(2), 1.0)

def allowed(x):
    from scipy.linalg import expm
    return expm(np.zeros((2, 2)))
"""


def test_a_trap_keeps_the_attributes_of_the_function(session):
    x = np.zeros(2)
    free = session(UFUNC, "*.softmax").candidate
    np.testing.assert_allclose(free.reduce(x), np.log(2), rtol=1e-6)
    asked = session(UFUNC, "*.logaddexp")
    assert asked.candidate.kind(x) == (True, 2)
    with pytest.raises(CandidateError, match=r"numpy\.logaddexp\.reduce is a forbidden shortcut"):
        asked.candidate.reduce(x)
    assert list(asked.forbidden_calls) == ["*.logaddexp"]


@pytest.mark.needs_backend("jax")
def test_modules_that_are_imported_later_are_trapped_too(session):
    asked = session(UFUNC, "*.subspace_angles", "sklearn.*", "*.softmax")
    for name in ("late", "whole", "by_path", "handed_on"):
        with pytest.raises(CandidateError) as caught:
            getattr(asked.candidate, name)(np.zeros(2))
        assert caught.value.kind == "ForbiddenShortcut", f"{name}: {caught.value}"
    np.testing.assert_array_equal(asked.candidate.allowed(np.zeros(2)), np.eye(2))


def test_names_of_a_group_are_found_in_the_file_too():
    from course.grading.shortcuts import find

    for source in ROUTES.values():
        assert {finding.forbidden for finding in find(source, ("@autodiff",))} == {"@autodiff"}
    assert find(HONEST, ("@autodiff",)) == []


WHOLE_ANSWERS = """
import functools
import gc
import importlib
import importlib.util
import inspect
import threading
import types
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool

import keras
import numpy as np
import scipy.special
from keras import ops

SOFTMAX = getattr(ops, "soft" + "max")


def unwrapped(z):
    return inspect.unwrap(SOFTMAX)(z)

def of_the_trap(z):
    return vars(scipy.special)["soft" + "max"].trapped(z)

def in_a_pool(z):
    return ThreadPool(1).map(SOFTMAX, [z])[0]

def in_an_executor(z):
    return ThreadPoolExecutor(1).submit(SOFTMAX, z).result()

def in_a_partial(z):
    f = functools.partial(getattr(scipy.special, "soft" + "max"), axis=-1)
    return np.apply_along_axis(f, -1, ops.convert_to_numpy(z))

def in_a_layer(z):
    return keras.layers.Lambda(SOFTMAX)(z)

def with_the_name_of_a_library(z):
    names = {"__name__": "keras.src.ops.nn", "f": SOFTMAX, "z": z}
    exec(compile("y = f(z)", "nn.py", "exec"), names)
    return names["y"]

def _inner(z):
    return SOFTMAX(z)

def with_the_code_of_a_library(z):
    names = {"__name__": "numpy", "SOFTMAX": SOFTMAX}
    return types.FunctionType(_inner.__code__.replace(co_filename=np.__file__), names)(z)

def second_copy(z):
    import scipy.special._logsumexp as module
    spec = importlib.util.spec_from_file_location("mine", module.__file__)
    copy = importlib.util.module_from_spec(spec)
    copy.__package__ = "scipy.special"
    spec.loader.exec_module(copy)
    return getattr(copy, "soft" + "max")(ops.convert_to_numpy(z), axis=-1)

def loaded_again(z):
    import scipy.special._logsumexp as module
    return getattr(importlib.reload(module), "soft" + "max")(ops.convert_to_numpy(z), axis=-1)

def copied_text(z):
    import scipy.special._logsumexp as module
    names = {"__name__": "scipy.special.mine"}
    with open(module.__file__) as stream:
        exec(stream.read(), names)
    return names["soft" + "max"](ops.convert_to_numpy(z), axis=-1)

def garbage(z):
    gc.unfreeze()
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and thing.__name__ == "soft" + "max":
            return thing(z)
    raise LookupError("not found")
"""
IN_ATTENTION = """
def in_attention(z):
    n = z.shape[-1]
    shape = (z.shape[0], 1, 1, n)
    return ops.dot_product_attention(
        ops.zeros((*shape[:3], 1)), ops.zeros((shape[0], n, 1, 1)),
        ops.broadcast_to(ops.reshape(ops.eye(n), (1, n, 1, n)), (shape[0], n, 1, n)), bias=ops.reshape(z, shape)
    )
"""
WHOLE_ANSWERS += IN_ATTENTION
OFFERED = "from keras.ops import softmax as answer\n"


def test_a_whole_answer_is_forbidden_inside_libraries_too(session):
    """Names of `forbidden.ANYWHERE`: the ways to the function, and the functions that call it, are many."""
    for name in names_of(WHOLE_ANSWERS):
        if name == "_inner" or (name == "in_attention" and keras.config.backend() != "jax"):
            continue  # elsewhere attention is a function in C; exercises forbid it by its own name
        asked = session(WHOLE_ANSWERS, "*.softmax", "*.logsumexp")
        with pytest.raises(CandidateError) as caught:
            getattr(asked.candidate, name)(np.ones((2, 3), "float32"))
        expected = "AttributeError" if name == "of_the_trap" else "ForbiddenShortcut"
        assert caught.value.kind == expected, f"{name}: {caught.value}"


def test_a_function_that_the_file_only_offers_is_called_by_the_file(session):
    asked = session(OFFERED.replace("softmax", "tanh"), "keras.ops.tanh")
    with pytest.raises(CandidateError, match="forbidden shortcut"):
        asked.candidate.answer(np.ones(3, "float32"))
    assert list(asked.forbidden_calls) == ["keras.ops.tanh"]


def test_the_next_file_of_the_process_has_its_functions_again(session, workers):  # noqa: F811
    text = b"from keras import ops\ndef answer(z):\n    return ops.softmax(z)\n"
    for forbidden, raises in ((("*.softmax",), True), ((), False), (("*.softmax",), True), ((), False)):
        asked = workers.session("answer", text, "tensor", trusted=True)
        asked.forbidden = forbidden
        asked.begin(seed=1)
        if raises:
            with pytest.raises(CandidateError, match="forbidden shortcut"):
                asked.candidate.answer(np.ones((2, 3), "float32"))
        else:
            got = asked.candidate.answer(np.ones((2, 3), "float32"))
            np.testing.assert_allclose(got, np.full((2, 3), 1 / 3), rtol=1e-6)
        asked.close()
