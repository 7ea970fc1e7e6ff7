"""Steps of optimizers and derivatives of one's own lead to no derivative where automatic differentiation is forbidden.

A step of `SGD(1.0)` changes the weights by minus the gradient, so their change tells it. A function with a derivative
of its own (`custom_gradient`) is an entry to a library's engine.
"""

import re

import keras
import numpy as np
import pytest

from course.grading.errors import CandidateError
from tests.course.grading.conftest import workers  # noqa: F401
from tests.security.test_forbidden_routes import session  # noqa: F401

X = np.array([1, 2, 3.5], "float32")
STEPS = """
import operator

import keras
import numpy as np
from keras import ops

ONE = np.ones((1, 1), "float32")


def f(x):
    return ops.sum(x * x)

class Weights(keras.Model):
    def __init__(self, x):
        super().__init__()
        self.w = self.add_weight(shape=tuple(x.shape), initializer="zeros", name="w")
        self.w.assign(ops.convert_to_numpy(x))

    def call(self, inputs):
        return f(self.w) + 0 * inputs

def compiled(x):
    model = Weights(x)
    model.compile(keras.optimizers.SGD(1.0), loss=lambda t, y: ops.sum(y))
    return model

def by_fit(x):
    before, model = ops.convert_to_numpy(x), compiled(x)
    model.fit(ONE, ONE, verbose=0)
    return before - model.w

def by_batch(x):
    before, model = ops.convert_to_numpy(x), compiled(x)
    model.train_on_batch(ONE, ONE)
    return before - model.w

def by_the_method_of_a_base(x):
    before, model = ops.convert_to_numpy(x), compiled(x)
    fit = next(vars(cls)["fit"] for cls in type(model).__mro__ if "fit" in vars(cls))
    while hasattr(fit, "__wrapped__"):
        fit = fit.__wrapped__
    fit(model, ONE, ONE, verbose=0)
    return before - model.w

def by_the_compiled_function(x):
    model = compiled(x)
    model.make_train_function(force=True)
    model.train_function(iter([[(ONE, ONE)]]))
    return model.w
"""
OF = {
    "torch": """
import torch


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return (x * x).sum()

    @staticmethod
    def backward(ctx, g):
        return 2 * g * ctx.saved_tensors[0]

def leaf(x):
    return x.clone().requires_grad_(True)

def by_optimizer(x):
    p = torch.nn.Parameter(x.clone())
    f(p).backward()
    torch.optim.SGD([p], 1.0).step()
    return x - p

def by_closure(x):
    p = torch.nn.Parameter(x.clone())
    torch.optim.LBFGS([p], 1.0, max_iter=1).step(lambda: operator.methodcaller("back" + "ward")(f(p)))
    return x - p

def by_step(x):
    p = torch.nn.Parameter(x.clone())
    torch.optim.SGD([p], 1.0).step(lambda: f(p).backward())
    return x - p

def by_function(x):
    p = leaf(x)
    Square.apply(p).backward()
    return p.grad

def by_its_node(x):
    return getattr(Square.apply(leaf(x)), "grad" + "_fn").apply(torch.ones(()))

def by_checkpoint(x):
    p = leaf(x)
    torch.utils.checkpoint.checkpoint(f, p, use_reentrant=True).backward()
    return p.grad

def custom(x):
    @ops.custom_gradient
    def g(x):
        return f(x), lambda *args, upstream=None: 2 * x
    return getattr(g(x), "grad" + "_fn")
""",
    "jax": """
import jax


def custom(x):
    @jax.custom_gradient
    def g(x):
        return f(x), lambda t: 2 * x * t
    return jax.vjp(g, x)[1](1.0)

def custom_rule(x):
    @jax.custom_jvp
    def g(x):
        return f(x)
    g.defjvp(lambda primals, tangents: jax.jvp(f, primals, tangents))
    return g.jvp((x,), (x,))

def root(x):
    return jax.lax.custom_root(lambda v: v * v - 4, x, lambda g, y: y, lambda g, y: y / g(1.0))

def by_optimizer(x):
    from jax.example_libraries import optimizers
    begin, update, get = optimizers.sgd(1.0)
    return x - get(update(0, jax.grad(f)(x), begin(x)))
""",
    "tensorflow": """
import tensorflow as tf


def by_old_optimizer(x):
    v = tf.Variable(x)
    tf.compat.v1.train.GradientDescentOptimizer(1.0).minimize(lambda: f(v), var_list=[v])
    return x - v

def by_its_gradients(x):
    v = tf.Variable(x)
    return tf.compat.v1.train.GradientDescentOptimizer(1.0).compute_gradients(lambda: f(v), var_list=[v])

def recomputed(x):
    g = tf.recompute_grad(f)
    with tf.GradientTape() as t:
        t.watch(x)
        y = g(x)
    return t.gradient(y, x)

def recomputed_without_a_tape(x):
    from tensorflow.python.eager import record
    from tensorflow.python.ops import custom_gradient
    got, own = [], record.record_operation
    record.record_operation = lambda n, o, i, g, *a, **k: got.append(g)
    try:
        custom_gradient.recompute_grad(f)(x)
    finally:
        record.record_operation = own
    return got[0](tf.ones(()))

def custom(x):
    @tf.custom_gradient
    def g(x):
        return f(x), lambda t: 2 * x * t
    return tf.gradients(g(x), x)
""",
}
HONEST = """
from keras import ops


def custom(x):
    @ops.custom_gradient
    def g(x):
        return ops.sum(x * x), lambda *args, upstream=None: 2 * x
    return g(x)
"""


def names(source):
    found = re.findall(r"^def (\w+)\(x\)", source, re.MULTILINE)
    return [name for name in found if name not in ("f", "leaf", "compiled")]


def test_no_step_and_no_derivative_of_ones_own_tells_a_gradient(session):  # noqa: F811
    source = STEPS + OF[keras.config.backend()]
    asked = session(source, "@autodiff")
    for name in names(source):
        asked.forbidden_calls.clear()
        with pytest.raises(CandidateError) as caught:
            getattr(asked.candidate, name)(X)
        assert caught.value.kind == "ForbiddenShortcut", f"{name}: {caught.value}"
        assert list(asked.forbidden_calls) == ["@autodiff"], name


def test_the_change_of_the_weights_is_the_gradient_if_nothing_is_forbidden(session):  # noqa: F811
    asked = session(STEPS + OF[keras.config.backend()])
    np.testing.assert_allclose(asked.candidate.by_fit(X), 2 * X, rtol=1e-6)


def test_a_derivative_of_ones_own_is_allowed(session):  # noqa: F811
    asked = session(HONEST, "@autodiff")
    np.testing.assert_allclose(asked.candidate.custom(X), 17.25)
    assert not asked.forbidden_calls
