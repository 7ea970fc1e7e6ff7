"""``ops.cond`` in a captured step: the numbers choose the branch, as in the step as written."""

import keras
import numpy as np
import pytest
from keras import ops

import course

if keras.backend.backend() != "torch":
    pytest.skip("only a torch step is captured", allow_module_level=True)

from tests.course.training.fast.test_captured_graph import X, Y, compare, compiled, soon  # noqa: F401
from tests.course.training.fast.test_torch_passes import States, check
from tests.models import Classifier

pytestmark = pytest.mark.fast_paths


def test_a_learning_rate_with_a_warm_up():
    def make(**options):
        model = Classifier()
        decay = keras.optimizers.schedules.CosineDecay(0.0, 8, warmup_target=0.1, warmup_steps=4)
        model.compile(
            keras.optimizers.AdamW(decay),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            **options,
        )
        return model

    compare(make, (X, Y), steps=8)


def test_both_branches_are_taken_in_turns():
    def rule(model, a, b, c, d):
        a.assign(a + 1.0)
        even = ops.equal(ops.mod(ops.sum(a), 2.0), 0.0)
        b.assign(ops.cond(even, lambda: b + 1.0, lambda: b * 2.0))
        first, second = ops.cond(even, lambda: (ops.sum(a), 3), lambda: (ops.sum(b), 5))
        return {"first": first, "second": second}

    model = check(rule, steps=8)
    seen = [model.train_on_batch(X, return_dict=True)["second"] for _ in range(4)]
    assert {int(value) for value in seen} == {3, 5}


def test_a_condition_that_python_knows_takes_one_branch():
    def rule(model, a, b, c, d):
        a.assign(ops.cond(True, lambda: a + 1.0, lambda: 1 / 0))

    check(rule)


class WithGenerator(States):
    """Variables a, b, c, d and a generator of random numbers."""

    def __init__(self, *given):
        super().__init__(*given)
        self.draw = keras.random.SeedGenerator(1)


def test_what_a_branch_assigns():
    def rule(model, a, b, c, d):
        a.assign(a + 1.0)
        even = ops.equal(ops.mod(ops.sum(a), 2.0), 0.0)

        def add():
            b.assign(b + 1.0)
            c.assign(b + c)  # of the b that was assigned before

        ops.cond(even, add, lambda: None)
        ops.cond(even, lambda: d.assign(a + c), lambda: b.assign(b * 2.0))

    check(rule, steps=8)


def test_a_branch_that_draws():
    class Drawing(WithGenerator):
        def train_step(self, data):
            logs = super().train_step(data)
            a = self.states[0]
            a.assign(a + 1.0)
            even = ops.equal(ops.mod(ops.floor(ops.sum(a)), 2.0), 0.0)
            noise = ops.cond(
                even, lambda: keras.random.normal(a.shape, seed=self.draw), lambda: ops.zeros_like(a)
            )
            a.assign(a + noise)
            return logs

    compare(compiled(Drawing, lambda *_: None, optimizer="sgd"), (X,), steps=6)


@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_an_optimizer_that_accumulates_gradients(name):
    """It writes into its variables' memory in both branches, so both must not be computed."""

    def make(**options):
        model = Classifier()
        model.compile(
            getattr(keras.optimizers, name)(0.1, gradient_accumulation_steps=3),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            **options,
        )
        return model

    compare(make, (X, Y), steps=9, recordable=False)


def test_an_optimizer_in_a_branch():
    class Seldom(States):
        def train_step(self, data):
            a = self.states[0]
            a.assign(a + 1.0)
            due = ops.equal(ops.mod(ops.sum(a), 2.0), 0.0)
            ops.cond(due, lambda: self.optimizer.apply([self.w * 2.0], [self.w]), lambda: None)
            return {"w": ops.sum(self.w)}

    compare(compiled(Seldom, optimizer="adam"), (X,), steps=8)


@pytest.mark.parametrize("kind", ["divides", "takes", "decomposes", "loops"])
def test_a_branch_that_must_not_be_computed_runs_as_written(kind):
    """The condition keeps the branch from what it refuses, or from a loop without an end."""

    class Guarded(States):
        def train_step(self, data):
            logs = super().train_step(data)
            a = self.states[0]
            a.assign(a + 1.0)
            n = ops.cast(a[0], "int32")
            branches = {
                "divides": lambda: ops.cast(12 // (n - 4), "float32"),
                "takes": lambda: ops.take(ops.arange(4.0), n),
                "decomposes": lambda: ops.sum(ops.linalg.cholesky(ops.eye(2) * (4.0 - a[0]))),
                "loops": lambda: ops.while_loop(lambda x: x < 9.0, lambda x: x * (4.0 - a[0]) * 2, [a[0]])[0],
            }
            return {**logs, "chosen": ops.cond(n < 4, branches[kind], lambda: ops.zeros(()))}

    compare(compiled(Guarded, lambda *_: None, optimizer="sgd"), (X,), steps=8, recordable=False)


@pytest.mark.parametrize("kind", ["adds a loss", "differentiated", "other dtype"])
def test_what_is_not_captured_runs_as_written(kind):
    class Odd(States):
        def train_step(self, data):
            logs = super().train_step(data)
            a = self.states[0]
            positive = ops.sum(a) > 0
            if kind == "adds a loss":
                ops.cond(positive, lambda: self.add_loss(ops.sum(a)), lambda: None)
            elif kind == "differentiated":

                def loss():
                    return ops.cond(positive, lambda: ops.sum(self.w**2), lambda: ops.sum(self.w))

                _, (gradient,) = course.value_and_grad(loss, [self.w])
                a.assign(gradient)
            else:
                a.assign(a + ops.cast(ops.cond(positive, lambda: ops.ones(()), lambda: 1), "float32"))
            return logs

    compare(compiled(Odd, lambda *_: None, optimizer="sgd"), (X,), steps=5, recordable=False)


def test_the_numbers_of_a_model_with_a_warm_up_are_those_without_fast_paths():
    losses = []
    for fast in (True, False):
        keras.utils.set_random_seed(4)
        model = Classifier()
        decay = keras.optimizers.schedules.CosineDecay(0.0, 30, warmup_target=0.1, warmup_steps=15)
        model.compile(keras.optimizers.Adam(decay), loss="sparse_categorical_crossentropy", fast=fast)
        losses.append(model.fit(X, Y, batch_size=10, epochs=8, shuffle=False, verbose=0).history["loss"])
    np.testing.assert_allclose(*losses, rtol=1e-4)
