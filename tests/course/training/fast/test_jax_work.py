"""With few optimizations the steps whose work is worth it are optimized, and which these are depends on no clock."""

import keras
import numpy as np
import pytest

from course.processes import xla_flags
from units.u04_feedforward import Classifier

if keras.config.backend() != "jax":
    pytest.skip("the compiler of the JAX adapter", allow_module_level=True)

import jax
import jax.numpy as jnp

from course.training.fast import jax_work

UNKNOWN = {"xla_cpu_no_such_flag": True}


def program(f, *shapes):
    return jax.make_jaxpr(f)(*(jnp.zeros(shape) for shape in shapes)).jaxpr


def test_work_is_counted():
    element, product = jax_work.SECONDS_PER_ELEMENT, jax_work.SECONDS_PER_PRODUCT
    assert jax_work.work(program(lambda x: jnp.sin(x) * x, (3, 4))) == (24 * element, 2)
    # a matrix product is a call of a library
    assert jax_work.work(program(lambda a, b: a @ b, (3, 4), (4, 5))) == (0, 1)

    # the body of a loop counts once for each round, and is compiled once
    def loop(x):
        return jax.lax.scan(lambda s, _: (jnp.sin(s), None), x, length=7)[0]

    assert jax_work.work(program(loop, (5,))) == (pytest.approx(35 * element), 1)

    # a maximum over windows looks at all of their elements
    def pooled(x):
        return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")

    assert jax_work.work(program(pooled, (1, 4, 4, 3))) == (pytest.approx(4 * 12 * element), 1)

    def convolved(x, w):
        return jax.lax.conv_general_dilated(x, w, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))

    # 2 · 4 · 4 · 5 outputs, each a sum of 3 · 3 · 1 products
    assert jax_work.work(program(convolved, (2, 6, 6, 1), (3, 3, 1, 5))) == (1440 * product, 1)
    # 1 × 1 is a matrix product, and a large one with several channels a call of a library
    assert jax_work.work(program(convolved, (2, 6, 6, 4), (1, 1, 4, 5))) == (0, 1)
    assert jax_work.work(program(convolved, (64, 34, 34, 4), (3, 3, 4, 16))) == (0, 1)


def test_runs_and_work_decide():
    few, many = program(jnp.sin, (10,)), program(jnp.sin, (1000, 1000))
    assert not jax_work.is_worth_it(many, runs=1)
    assert jax_work.is_worth_it(many, runs=2)
    assert not jax_work.is_worth_it(few, runs=10_000)
    assert jax_work.is_worth_it(few, runs=1_000_000)


def test_a_step_is_traced_once():
    traced = []

    def f(x):
        traced.append(x)
        return jnp.sin(x)

    step = jax_work.Step(f, runs=3, donate_argnums=0)
    for _ in range(2):
        x = jnp.ones(2)
        np.testing.assert_allclose(step.compiled_for(x)(x), np.sin(np.ones(2, "float32")), rtol=1e-6)
    assert len(traced) == 1


X, Y = np.ones((256, 8), "float32"), np.zeros(256, "int32")


def new_model():
    return Classifier(keras.Sequential([keras.layers.Dense(64, activation="tanh")]), 64)


def fit(model, steps_per_execution=1, **options):
    model.compile(keras.optimizers.SGD(0.1), steps_per_execution=steps_per_execution)
    model.fit(X, Y, batch_size=128, verbose=0, **options)


@pytest.fixture
def few(monkeypatch):
    """A process that was told to compile with few optimizations, in which more of them cannot be had."""
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_use_fusion_emitters=false")
    monkeypatch.setenv(xla_flags.FEW_OPTIMIZATIONS, "1")
    monkeypatch.setattr(jax_work, "SECONDS_PER_OPERATION", 1e-4)  # fewer epochs are enough then
    monkeypatch.setattr(xla_flags, "MORE", UNKNOWN)
    return monkeypatch


@pytest.mark.parametrize("steps", [1, 2])
def test_a_fit_of_many_steps_asks_for_more(few, steps):
    """The option reaches the compiler: one that XLA does not know is refused by name."""
    fit(new_model(), steps, epochs=1)
    with pytest.raises(Exception, match="xla_cpu_no_such_flag"):
        fit(new_model(), steps, epochs=500)


def test_the_epochs_of_an_earlier_fit_do_not_count(few):
    model = new_model()
    few.setattr(xla_flags, "MORE", {})
    fit(model, epochs=500)
    few.setattr(xla_flags, "MORE", UNKNOWN)
    fit(model, epochs=1)
    model.evaluate(X, Y, verbose=0)
    model.predict(X, verbose=0)


def test_without_fast_paths_nothing_is_counted(few):
    few.setenv("COURSE_FAST", "0")
    few.setattr(jax_work, "SECONDS_PER_OPERATION", 0)
    fit(new_model(), epochs=2)


@pytest.fixture
def counted(few):
    """The runs of each step that was looked at; none is optimized."""
    runs = []
    few.setattr(jax_work, "is_worth_it", lambda jaxpr, n: runs.append(n))
    return runs


def test_what_a_callback_runs_before_the_first_step_is_counted_by_itself(counted):
    def begin(logs):
        model.predict(X, verbose=0)
        model.evaluate(X, Y, batch_size=256, verbose=0)

    model = new_model()
    fit(model, epochs=3, callbacks=[keras.callbacks.LambdaCallback(on_train_begin=begin)])
    assert counted == [1, 6]  # of ``evaluate``, of ``fit``; a prediction is not counted
    model.predict(X, verbose=0)
    model.predict_on_batch(X)
    model.compile(keras.optimizers.SGD(0.1))
    model.train_on_batch(X, Y)
    assert counted == [1, 6]


def test_validation_does_not_change_what_fit_counts(counted):
    fit(new_model(), epochs=3, validation_data=(X, Y), validation_batch_size=64)
    assert counted == [6, 4]


def test_predictions_after_a_fit_are_not_counted(counted):
    model = new_model()
    model.predict(X, verbose=0)
    fit(model, epochs=3)
    model.predict(X, verbose=0)
    assert counted == [6]


def test_a_model_that_trained_without_fast_paths(few):
    model = new_model()
    few.setenv("COURSE_FAST", "0")
    fit(model, epochs=1)
    few.setenv("COURSE_FAST", "1")
    model.make_train_function(force=True)
    model.fit(X, Y, batch_size=128, verbose=0)
