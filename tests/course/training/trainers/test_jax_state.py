"""What a step on JAX returns of its state: all that it changes, whether that was foreseen or not."""

import signal

import keras
import numpy as np
import pytest

import course

if keras.backend.backend() != "jax":
    pytest.skip("the state that the JAX adapter takes apart", allow_module_level=True)

from course.training.fast.jax_metrics import result, zeroed, zeros
from course.training.fast.jax_partition import PartitionedPlan

X = np.arange(24, dtype="float32").reshape(12, 2)


class Surprising(course.Model):
    """Counts steps in `seen`, and from some moment on also in `late`, which nobody could foresee."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(1)
        self.frozen = keras.layers.Dense(1, trainable=False)
        self.seen, self.late = (
            self.add_weight(initializer="zeros", name=n, trainable=False) for n in ("seen", "late")
        )
        self.surprise = False

    def call(self, x):
        return self.frozen(x) + self.dense(x)

    def train_step(self, x):
        loss, gradients = course.value_and_grad(
            lambda: keras.ops.mean(self(x) ** 2), self.dense.trainable_variables
        )
        self.optimizer.apply(gradients, self.dense.trainable_variables)
        self.seen.assign_add(1.0)
        if self.surprise:
            self.late.assign_add(1.0)
        return {"error": loss}

    def test_step(self, x):
        self.dense.bias.assign_add([1.0])  # a weight, which no evaluation is expected to change
        return {"error": keras.ops.mean(self(x) ** 2)}


def surprising(**options):
    model = Surprising()
    model.compile(keras.optimizers.Adam(), **options)
    model.prepare(X[:4])
    return model


def test_what_a_step_only_reads_is_known_from_the_run_that_builds():
    model = surprising()
    names = {v.path for v in model._only_read.value}
    tracker = {v.path for v in model._loss_tracker.variables}
    assert names == tracker | {
        model.optimizer.learning_rate.path, model.late.path, *(v.path for v in model.frozen.variables)
    }  # fmt: skip


@pytest.mark.parametrize("options", [{}, {"steps_per_execution": 2}, {"run_eagerly": True}], ids=str)
@pytest.mark.parametrize("listener", [[], [keras.callbacks.LambdaCallback()]], ids=["alone", "heard"])
def test_what_is_assigned_against_expectation_is_kept(options, listener):
    model = surprising(**options)
    model.surprise = True
    model.fit(X, batch_size=4, epochs=2, verbose=0, callbacks=listener)
    assert (float(model.seen.value), float(model.late.value)) == (6, 6)


@pytest.mark.parametrize("options", [{}, {"steps_per_execution": 2}], ids=str)
def test_an_evaluation_may_assign_a_weight(options):
    model = surprising(**options)
    before = float(model.dense.bias.value[0])
    model.evaluate(X, batch_size=4, verbose=0)
    assert float(model.dense.bias.value[0]) == pytest.approx(before + 3)


def test_a_plan_has_the_variables_in_one_order():
    variables = [keras.Variable(float(i)) for i in range(5)]
    plan = PartitionedPlan(variables, only_read=[variables[1], variables[3]])
    assert [float(v.value) for v in plan.variables] == [0, 2, 4, 1, 3]
    state = plan.state()
    state.take()
    assert all(v._value is None for v in variables)
    state.step(lambda changed, read, data: ([x + data for x in changed], {1: read[1] * data}, "logs"), 10)
    assert state.logs == "logs"
    state.step(lambda changed, read, data: ([x + data for x in changed], {}, "more"), 10)
    state.give_back()
    assert [float(v.value) for v in variables] == [20, 1, 22, 30, 24]


def test_what_somebody_else_holds_is_not_destroyed():
    model = surprising()
    before = [v.value for v in (*model.variables, *model.optimizer.variables)]
    numbers = [np.array(x) for x in before]
    model.surprise = True
    model.fit(X, batch_size=4, epochs=2, verbose=0)
    model.train_on_batch(X)
    for x, number in zip(before, numbers, strict=True):
        np.testing.assert_array_equal(x, number)


def test_two_variables_may_have_been_given_one_value():
    model = surprising()
    model.late.assign(model.seen)
    assert model.late.value is model.seen.value
    model.surprise = True
    model.fit(X, batch_size=4, verbose=0)
    assert (float(model.seen.value), float(model.late.value)) == (3, 3)


def test_weights_that_are_only_read_keep_their_memory():
    model = surprising()
    model.fit(X, batch_size=4, verbose=0)
    before = [v.value for v in model.frozen.variables]
    model.fit(X, batch_size=4, verbose=0)
    assert all(v.value is value for v, value in zip(model.frozen.variables, before, strict=True))


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # one that comes in a destructor
def test_an_interruption_at_any_moment_loses_no_weight():
    """A signal comes while Python or a compiled step, which destroys its old state, is at work."""
    model = surprising()
    model.fit(X, batch_size=1, epochs=2, verbose=0)
    before, interrupted = signal.signal(signal.SIGALRM, signal.default_int_handler), 0
    try:
        for i in range(10):
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.003 + 0.0007 * i)
                model.fit(X, batch_size=1, epochs=500, verbose=0)
            except KeyboardInterrupt:
                interrupted += 1
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            assert all(np.isfinite(v.numpy()).all() for v in (*model.variables, *model.optimizer.variables))
    finally:
        signal.signal(signal.SIGALRM, before)
    assert interrupted
    assert model.fit(X, verbose=0).history["error"]


class Own(keras.metrics.Mean):
    """A metric that is reset in its own way."""

    def reset_state(self):
        self.total.assign(7.0)

    def result(self):
        return self.total - 1.0


class More(keras.metrics.Mean):
    """A metric with a variable that Keras's reset of a mean leaves alone."""

    def __init__(self):
        super().__init__()
        self.more = self.add_variable((), "ones", name="more")


Y, P = np.array([[0.0, 1], [1, 0]], "float32"), np.array([[0.2, 0.7], [0.6, 0.1]], "float32")
METRICS = {
    "mean": (keras.metrics.Mean, [P]),
    "sum": (keras.metrics.Sum, [P]),
    "own": (Own, [P]),
    "more": (More, [P]),
    "accuracy": (keras.metrics.Accuracy, [Y, P]),
    "auc": (lambda: keras.metrics.AUC(num_thresholds=5), [Y, P]),
    "f1": (keras.metrics.F1Score, [Y, P]),
}


@pytest.mark.parametrize("name", METRICS)
def test_metrics_are_reset_as_by_keras(name):
    make, data = METRICS[name]
    metrics = [make(), make()]
    for metric in metrics:
        metric.update_state(*data)
    np.testing.assert_array_equal(result(metrics[0]), metrics[0].result())
    metrics[0].reset_state()
    np.testing.assert_array_equal(result(metrics[0]), metrics[0].result())  # 0/0
    variables = zeroed([metrics[1]])
    for v, zero in zip(variables, zeros(tuple((v.shape, v.dtype) for v in variables)), strict=True):
        assert (zero.shape, zero.dtype) == (v.value.shape, v.value.dtype)
        v.assign(zero)
    assert metrics[0].variables
    for a, b in zip(metrics[0].variables, metrics[1].variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


TRACES = []


class Scaled(course.Model):
    """A model whose ``predict_step`` reads a plain value."""

    def __init__(self):
        super().__init__()
        self.dense, self.factor = keras.layers.Dense(1), 2.0

    def call(self, x):
        return self.dense(x)

    def predict_step(self, data):
        (x,) = data
        TRACES.append(x.shape)
        return self.factor * self(x)


def test_the_first_predictions_compile_for_the_next_ones():
    """Neither a plain value that the first run finds nor an array that somebody else holds makes a second program."""
    TRACES.clear()
    model = Scaled()
    model(X[:4])
    expected = model.predict_on_batch(X[:4])
    assert len(TRACES) == 1
    (state,) = (plan for plan in model._parts.value.plans.values() if plan._programs)
    (program,) = state._programs.values()
    held = [w.value for w in model.weights]  # so the next call must copy them
    for _ in range(2):
        np.testing.assert_array_equal(model.predict_on_batch(X[:4]), expected)
    assert len(TRACES) == 1
    assert program._cache_size() == 1
    assert all(np.isfinite(np.asarray(value)).all() for value in held)
    model.factor = 4.0
    np.testing.assert_allclose(model.predict_on_batch(X[:4]), 2 * np.asarray(expected), rtol=1e-6)
