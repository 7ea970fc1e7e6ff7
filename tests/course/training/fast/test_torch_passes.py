"""A captured step is shortened: what is left out, fused or changed in place must not be seen in any number."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from tests.models import Classifier

if keras.backend.backend() != "torch":
    pytest.skip("only a torch step is recorded", allow_module_level=True)

import torch

from course.training.fast import torch_calls, torch_graph
from course.training.fast.torch_nodes import source
from tests.course.training.fast.test_captured_graph import LOSS, X, Y, compare, compiled, soon  # noqa: F401

pytestmark = pytest.mark.fast_paths

aten = torch.ops.aten


def graph_of(model):
    (graph,) = model._captured.graphs.values()
    return graph.module.graph


def count(model, name):
    """How many calls of a captured step have this name."""
    names = [
        n.target if n.op == "call_method" else getattr(n.target, "__name__", "").partition(".")[0]
        for n in graph_of(model).nodes
    ]
    return names.count(name)


class States(course.Model):
    """Four states and a weight; each test below writes its own step."""

    def __init__(self, rule=None):
        super().__init__()
        self.rule = rule
        self.states = [
            self.add_weight(shape=(3,), initializer="zeros", trainable=False, name=f"s{i}") for i in range(4)
        ]
        self.w = self.add_weight(shape=(3,), initializer="ones", name="w")

    def train_step(self, data):
        loss, gradients = course.value_and_grad(lambda: ops.sum((self.w - ops.mean(data)) ** 2), [self.w])
        self.optimizer.apply(gradients, [self.w])
        return {"loss": loss, **(self.rule(self, *self.states) or {})}


def check(rule, steps=6):
    return compare(compiled(lambda: States(rule), optimizer="adam"), (X,), steps=steps)


def test_followers_move_in_one_call():
    def rule(model, a, b, c, d):
        a.assign(a + 0.1 * (model.w - a))
        b.assign(b + 0.1 * (2 * model.w - b))
        c.assign(0.9 * c + 0.1 * model.w)

    model = check(rule)
    assert count(model, "_foreach_lerp_") == 2  # Adam's average, and these three
    assert count(model, "copy_") == 1  # the optimizer's count of steps


def test_followers_of_one_another_see_the_values_of_before():
    def rule(model, a, b, c, d):
        old = ops.copy(a.value)
        a.assign(a + 0.1 * (b - a))
        b.assign(b + 0.1 * (old - b))
        c.assign(c + 0.1 * (model.w - c))
        d.assign(d + 0.1 * (c - d))

    check(rule)


def test_a_follower_that_is_written_twice():
    def rule(model, a, b, c, d):
        a.assign(a + 0.1 * (model.w - a))
        a.assign(a * 2.0 + b)
        b.assign(b + 0.1 * (model.w - b))
        c.assign(c + 0.1 * (a - c))

    check(rule)


def test_an_old_value_that_is_read_after_the_assignment():
    def rule(model, a, b, c, d):
        before = ops.copy(a.value)
        a.assign(a + 1.0)
        b.assign(b + before * a)
        c.assign(before**1)
        return {"before": ops.sum(before), "after": ops.sum(a), "one": ops.sum(before / 1.0)}

    check(rule)


def test_the_same_sum_before_and_after_a_state_changes():
    def rule(model, a, b, c, d):
        first = ops.sum(model.w * 2.0)
        second = ops.sum(a * 2.0)
        a.assign_add(model.w)
        third = ops.sum(a * 2.0)
        return {"first": first, "second": second, "third": third, "again": ops.sum(model.w * 2.0)}

    check(rule)


def test_a_sum_of_the_weights_before_and_after_the_update():
    class Twice(States):
        def train_step(self, data):
            before = ops.sum(self.w * 3.0)
            logs = super().train_step(data)
            return {**logs, "before": before, "after": ops.sum(self.w * 3.0)}

    model = compare(compiled(Twice, lambda *_: None, optimizer="adam"), (X,), steps=6)
    logs = model.train_on_batch(X, return_dict=True)
    assert logs["before"] != logs["after"]


def test_a_state_itself_as_a_log_is_copied():
    class Reporting(States):
        def train_step(self, data):
            logs = super().train_step(data)
            self.states[0].assign_add(ops.ones(3))
            return {**logs, "state": self.states[0][0], "number": ops.ones(())}

    model = Reporting(lambda *_: None)
    model.compile("sgd")
    step = torch_graph.CapturedStep(
        model._step("train_step"), lambda: course.training.rules.building.owned_variables(model), lambda: 100
    )
    model.prepare(X)
    with torch.no_grad():
        first = step(torch.from_numpy(X))
        first["number"].add_(5)
        second = step(torch.from_numpy(X))
    assert step.reason is None
    assert (float(first["state"]), float(second["state"]), float(second["number"])) == (1.0, 2.0, 1.0)
    assert not second["loss"].requires_grad
    torch.ones((), requires_grad=True).mul(second["loss"]).backward()  # an ordinary tensor


def test_draws_are_never_the_same_twice(monkeypatch):
    class Drawing(States):
        def __init__(self):
            super().__init__()
            self.seeds = keras.random.SeedGenerator(3)

        def train_step(self, data):
            a, b = (keras.random.normal((3,), seed=self.seeds) for _ in range(2))
            self.states[0].assign(a)
            self.states[1].assign(b)
            return {"a": ops.sum(a), "b": ops.sum(b), "loss": ops.sum(self.w)}

    model = Drawing()
    model.compile("sgd")
    model.optimizer.build([model.w])
    step = torch_graph.CapturedStep(
        model._step("train_step"), lambda: course.training.rules.building.owned_variables(model), lambda: 100
    )
    keep = [torch.clone(v.value) for v in model.variables]
    seeded = []  # torch.manual_seed keeps a traceback for each kind of device that is missing
    monkeypatch.setattr(torch, "manual_seed", seeded.append)
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: False)
    before = torch.get_rng_state()
    with torch.no_grad():
        got = [{k: float(x) for k, x in step(torch.from_numpy(X)).items()} for _ in range(2)]
        for v, value in zip(model.variables, keep, strict=True):
            v.assign(value)
        wanted = [{k: float(x) for k, x in model.train_step(torch.from_numpy(X)).items()} for _ in range(2)]
    assert step.reason is None
    assert got == wanted
    assert not seeded
    assert torch.equal(torch.get_rng_state(), before)
    assert len({x for logs in got for x in (logs["a"], logs["b"])}) == 4


@pytest.mark.parametrize("axis", [-1, 1])
def test_one_hot_of_any_class(axis):
    class Classes(States):
        def train_step(self, data):
            logs = super().train_step(data)
            return {
                **logs,
                "hot": ops.sum(ops.one_hot(self.classes, 4, axis=axis) * ops.reshape(self.place, self.form)),
            }

    def make(**options):
        model = Classes(lambda *_: None)
        model.classes = np.array([[0, 3], [-1, 2], [1, 1]])
        model.form = (3, 2, 4) if axis == -1 else (3, 4, 2)
        model.place = np.arange(24, dtype="float32") ** 2
        model.compile("sgd", **options)
        return model

    compare(make, (X,), steps=4)


def test_a_dense_network_needs_few_calls():
    model = compare(compiled(Classifier, optimizer="adam", loss=LOSS), (X, Y))
    left = [n for n in graph_of(model).nodes if isinstance(n.target, torch._ops.OpOverload)]
    assert len(left) < 8, left  # every other one is torch's own function
    assert count(model, "copy_") == 0
    assert count(model, "addmm") == sum("kernel" in v.path for v in model.trainable_variables)
    assert count(model, "clone") == 0


def recorded(f, *args):
    from torch.fx.experimental.proxy_tensor import make_fx

    return make_fx(f, tracing_mode="fake")(*args)


def test_only_the_same_call_with_the_same_arguments_is_taken():
    x = torch.ones(2, 3)
    graph = recorded(lambda x: aten.sum.dim_IntList(aten.add.Tensor(x, x, alpha=2), [0], True), x)
    add, total = (n for n in graph.graph.nodes if n.op == "call_function")
    assert torch_calls._same(add, torch.add)
    assert not torch_calls._same(add, torch.sub)
    assert not torch_calls._same(add, lambda a, b, alpha: torch.add(a, b))
    assert not torch_calls._same(add, lambda a, b, alpha: torch.add(a, torch.add(a, b, alpha=alpha)))
    assert torch_calls._same(total, torch.sum)
    assert not torch_calls._same(total, lambda x, d, keep: torch.sum(x, d))
    assert not torch_calls._same(total, lambda x, d, keep: torch.sum(x, [1], keep))


def test_whose_numbers_a_node_shows():
    def f(x):
        first, second = torch.split(x.t(), 1)
        fresh = torch.split(x * 2, 1)[0]
        return torch.ops.aten.add_(second.view(-1), 1), first, fresh

    graph = recorded(f, torch.ones(3, 2)).graph
    (x,) = (n for n in graph.nodes if n.op == "placeholder")
    (output,) = (n for n in graph.nodes if n.op == "output")
    added, first, fresh = output.args[0]
    assert source(added) is source(first) is x
    assert source(fresh).target is aten.mul.Tensor


class TwoUpdates(course.Model):
    """The same optimizer twice in a step, and the weights before it in the logs."""

    def __init__(self, watched=False):
        super().__init__()
        self.dense = keras.layers.Dense(2)
        self.own = keras.optimizers.Adam(0.1)
        self.watched = watched

    def train_step(self, x):
        before = ops.convert_to_tensor(self.dense.kernel) if self.watched and self.dense.built else None
        for _ in range(2):
            loss, gradients = course.value_and_grad(
                lambda: ops.mean(self.dense(x) ** 2), self.dense.trainable_variables
            )
            self.own.apply(gradients, self.dense.trainable_variables)
        moved = 0.0 * loss if before is None else ops.sum(self.dense.kernel - before)
        return {"loss": loss, "moved": moved}


@pytest.mark.parametrize(("watched", "copies"), [(False, 0), (True, 1)])
def test_a_state_is_copied_only_if_what_it_was_is_read_later(watched, copies):
    model = compare(compiled(TwoUpdates, watched), (X,), steps=4)
    assert (
        count(model, "clone") == count(model, "copy_") - 1 == copies
    )  # the optimizer's count of steps is written
