"""Loops of unknown length in a captured step: as many turns, with the same numbers, as the step as written makes."""

import keras
import numpy as np
import pytest
from keras import ops

import course

if keras.backend.backend() != "torch":
    pytest.skip("only a torch step is recorded", allow_module_level=True)

from tests.course.training.fast.test_captured_graph import X, compare, compiled, soon  # noqa: F401
from tests.course.training.fast.test_torch_passes import States, check, graph_of

pytestmark = pytest.mark.fast_paths


def loops(model):
    return sum(n.name.startswith("captured_loop") for n in graph_of(model).nodes)


def test_the_number_of_turns_depends_on_numbers():
    def rule(model, a, b, c, d):
        start = ops.sum(model.w**2) + 1.0
        value, turns = ops.while_loop(
            lambda value, turns: value < 3.0 * start + ops.mean(a),
            lambda value, turns: (value * 1.2, turns + 1),
            (start, 0),
        )
        a.assign(a + 1.0)
        return {"value": value, "turns": turns}

    model = check(rule, steps=8)
    assert loops(model) == 1
    turns = {int(model.train_on_batch(X, return_dict=True)["turns"]) for _ in range(6)}
    assert len(turns) > 1


def test_what_the_loop_begins_with_is_also_read_from_outside():
    def rule(model, a, b, c, d):
        start = ops.sum(model.w**2) + 1.0
        (value,) = ops.while_loop(lambda v: v < 4.0 * start, lambda v: (v + 0.5 * start,), (start,))
        return {"value": value, "start": start}

    check(rule)


def test_a_loop_in_a_loop_with_a_derivative_in_it():
    def rule(model, a, b, c, d):
        target = ops.mean(model.w) + 1.0

        def inner(x, y):
            slope = course.grad(lambda z: ops.sum((z - target * y) ** 2))(x)
            return x - 0.3 * slope, y

        def outer(x, y):
            x, _ = ops.while_loop(
                lambda x, y: ops.sum((x - target * y) ** 2) > 1e-3, inner, (x, y), maximum_iterations=15
            )
            return x, y + 1.0

        x, y = ops.while_loop(
            lambda x, y: y < 3.5, outer, (ops.copy(a.value), ops.ones(())), maximum_iterations=2
        )
        a.assign(x)
        return {"y": y}

    assert loops(check(rule)) == 1


def test_a_loop_that_never_turns_gives_back_a_copy():
    def rule(model, a, b, c, d):
        (x,) = ops.while_loop(lambda x: ops.sum(x) < -1.0, lambda x: (x + 1.0,), (ops.copy(a.value),))
        a.assign(a + 1.0)
        b.assign(x)

    model = check(rule)
    values = [ops.convert_to_numpy(s) for s in model.states]
    np.testing.assert_array_equal(values[0] - 1, values[1])


@pytest.mark.parametrize("kind", ["assigns", "differentiated", "grows"])
def test_what_is_not_recorded_runs_as_written(kind):
    class Odd(States):
        def train_step(self, data):
            logs = super().train_step(data)
            a = self.states[0]
            if kind == "assigns":

                def body(i):
                    a.assign(a + 1.0)
                    return (i + 1,)

                ops.while_loop(lambda i: i < 3, body, (0,))
            elif kind == "differentiated":

                def loss():
                    return ops.while_loop(lambda v: v < 9.0, lambda v: (v * 2.0,), (ops.sum(self.w**2),))[0]

                _, (gradient,) = course.value_and_grad(loss, [self.w])
                a.assign(gradient)
            else:
                (x,) = ops.while_loop(
                    lambda x: ops.shape(x)[0] < 9,
                    lambda x: (ops.concatenate([x, x]),),
                    (ops.copy(a.value) + 1.0,),
                )
                a.assign(a + ops.sum(x))
            return logs

    compare(compiled(Odd, lambda *_: None, optimizer="sgd"), (X,), steps=5, recordable=False)


def test_lbfgs_of_unit_3_is_captured():
    from units.u03_optimization.lbfgs_model import LBFGSModel
    from units.u03_optimization.lbfgs_optimizer import LBFGS

    y = (X @ np.array([1.0, -2.0, 0.5, 0.1]) + 0.3).astype("float32")[:, None]

    def make(**options):
        model = LBFGSModel(
            keras.Sequential([keras.layers.Dense(3, activation="tanh"), keras.layers.Dense(1)])
        )
        model.compile(LBFGS(iterations=3, memory=4), "mse", **options)
        return model

    compare(make, (X, y), steps=5, rtol=2e-2, atol=1e-3)
