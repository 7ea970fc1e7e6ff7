"""Other kernels in a captured step: the same numbers, whatever stands around the call."""

import keras
import numpy as np
import pytest

from tests.models import Classifier

if keras.backend.backend() != "torch":
    pytest.skip("only a torch step is recorded", allow_module_level=True)

import torch
from torch.nn import functional as F

from course.training.fast import torch_passes
from tests.course.training.fast.test_captured_graph import LOSS, compare, compiled, soon  # noqa: F401
from tests.course.training.fast.test_torch_passes import count, recorded

pytestmark = pytest.mark.fast_paths

aten = torch.ops.aten
RNG = np.random.default_rng(4)


def optimized(f, *args):
    """The module of a recorded function that gives the same numbers as the function, dtypes and strides too."""
    with torch.no_grad():
        module = torch_passes.optimize(recorded(f, *args))
        got, expected = module(*args), f(*args)
    for a, b in zip(got, expected, strict=True):
        torch.testing.assert_close(a, b, check_stride=True)
    return module


def numbers(module):
    """The numbers in Python that a recorded call is still given."""
    return [a for n in module.graph.nodes if n.op != "output" for a in n.args if isinstance(a, (int, float))]


def targets(module, name):
    return [n for n in module.graph.nodes if name in (n.target, getattr(n.target, "__name__", ""))]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int32, torch.int64])
def test_numbers_become_tensors(dtype):
    x = torch.tensor([[-3, 2, 5], [0, 1, 7]], dtype=dtype)
    module = optimized(lambda x: [x * 3, 3 - x, x + 3, x - 1, x / 3, x < 3, x >= 3, x == 3, x != 2], x)
    assert numbers(module) == []
    made = [n for n in module.graph.nodes if n.op == "get_attr"]
    assert len(made) == 3  # one for each number, not for each use


def test_numbers_of_another_kind_stay():
    whole, half = torch.tensor([1, 2]), torch.tensor([1.0, 3.0], dtype=torch.bfloat16)
    module = optimized(
        lambda a, b, c: [a * 0.5, a > 1.5, b * 0.1, c * 2, torch.add(a, 3, alpha=2), a < 2**40],
        whole, half, torch.tensor([True, False]),
    )  # fmt: skip
    assert sorted(map(float, numbers(module))) == [0.1, 0.5, 1.5, 2.0, 3.0, 2.0**40]


def cross_entropy(z, labels):
    """The loss and its slope."""
    with torch.enable_grad():
        z = z.detach().requires_grad_()
        loss = F.cross_entropy(z, labels)
        return loss.detach(), torch.autograd.grad(loss, z)[0]


def turned(module):
    """How many softmaxes and derivatives of softmaxes are along the first axis."""
    calls = targets(module, "_log_softmax") + targets(module, "_log_softmax_backward_data")
    assert calls
    return sum(n.args[-2] == 0 for n in calls)


@pytest.mark.parametrize(
    ("shape", "expected"), [((200, 10), 2), ((200, 2), 2), ((200, 16), 0), ((20, 10), 0), ((200, 1), 0)]
)
def test_a_softmax_over_few_classes_is_computed_along_the_samples(shape, expected):
    z = torch.from_numpy(RNG.normal(size=shape, scale=3).astype("float32"))
    z[0, 0], z[1] = 80.0, -200.0
    labels = torch.from_numpy(RNG.integers(shape[1], size=shape[0]))
    assert turned(optimized(cross_entropy, z, labels)) == expected


def test_a_softmax_that_is_read_otherwise_stays():
    z = torch.from_numpy(RNG.normal(size=(200, 10)).astype("float32"))
    assert turned(optimized(lambda z: [torch.log_softmax(z, 1)], z)) == 0
    assert turned(optimized(lambda z: [torch.log_softmax(z, 1).view(-1)], z)) == 0
    assert turned(optimized(lambda z: [torch.log_softmax(z, 0).sum()], z)) == 1  # as it was written
    assert turned(optimized(lambda z: [torch.log_softmax(z.double(), 1).sum()], z)) == 0


def test_a_classifier_learns_the_same():
    x = RNG.normal(size=(100, 4)).astype("float32")
    y = RNG.integers(3, size=100).astype("int32")
    model = compare(compiled(Classifier, optimizer="adam", loss=LOSS), (x, y))
    assert count(model, "_log_softmax") == count(model, "_log_softmax_backward_data") == 1
    (graph,) = model._captured.graphs.values()
    assert turned(graph.module) == 2


def gradient(f):
    def run(theta):
        with torch.enable_grad():
            theta = theta.detach().requires_grad_()
            return torch.autograd.grad(f(theta), theta)

    return run


def test_a_vector_in_parts_gets_its_gradient_without_zeros():
    def whole(t):
        return (t[:2] ** 2).sum() + (t[2:5] ** 3).sum() + t[5:].cos().sum()

    theta = torch.from_numpy(RNG.normal(size=(8,)).astype("float32"))
    module = optimized(gradient(whole), theta)
    assert (len(targets(module, "cat")), len(targets(module, "slice_backward.default"))) == (1, 0)
    matrix = torch.from_numpy(RNG.normal(size=(8, 3)).astype("float32"))
    assert len(targets(optimized(gradient(whole), matrix), "cat")) == 1


@pytest.mark.parametrize(
    "f",
    [
        lambda t: (t[:3] ** 2).sum() + (t[4:] ** 3).sum(),  # a gap
        lambda t: (t[:5] ** 2).sum() + (t[4:] ** 3).sum(),  # an overlap
        lambda t: (t[:4] ** 2).sum() + (t[4:7] ** 3).sum(),  # the end is missing
        lambda t: (t[:4] ** 2).sum() + (t[4:] ** 3).sum() + (t[:4] ** 4).sum(),  # one part twice
        lambda t: (t[::2] ** 2).sum() + (t[1::2] ** 3).sum(),  # every second
        lambda t: (t[:4] ** 2).sum() + (t[4:] ** 3).sum() + (t**4).sum(),  # the whole, too
    ],
)
def test_other_parts_are_added_up(f):
    module = optimized(gradient(f), torch.from_numpy(RNG.normal(size=(8,)).astype("float32")))
    assert len(targets(module, "slice_backward.default")) >= 1
