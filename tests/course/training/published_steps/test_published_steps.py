"""Published kinds of training step, each written once, the way its paper says: three backends give the same numbers.

Compared are what five steps report, the weights and every optimizer's state, from equal first weights and equal random
draws (``course.testing.portable_random``); and within each backend that a model goes on alike with ``run_eagerly``,
and when it is saved, loaded and goes on compiled with ``steps_per_execution=4``. (On JAX the eager steps of ten kinds
stand for all: see the worker. ``COURSE_EAGER_KINDS=all`` compares all of them.) JAX compiles these steps with few
optimizations, which takes half as long; ``tests/parity`` has models that it compiles with all of them.

Runs once, for all backends together: ``pytest -m parity``.
"""

import numpy as np
import pytest

from tests.course.training.published_steps.worker import KINDS
from tests.parity.processes import BACKENDS, numbers_of

# Three processes, one after the other, which share the time.
pytestmark = [pytest.mark.parity, pytest.mark.timeout(900)]

RTOL, ATOL = 5e-5, 1e-5
# Kinds that compute in float16, which has three digits.
COARSE = {"mixed_precision": (2e-2, 2e-3)}


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    """What each backend computed, each in a process of its own."""
    return numbers_of(
        "tests.course.training.published_steps.worker",
        tmp_path_factory.mktemp("kinds"),
        timeout=800,
        JAX_DISABLE_MOST_OPTIMIZATIONS="1",
    )


def of(numbers, backend, kind, *moments):
    """The numbers of a kind, without their moments' names where only one is asked for."""
    error = numbers[backend].get(f"{kind}/error")
    assert error is None, f"{kind} on {backend}:\n{error}"
    names = [n.removeprefix(f"{kind}/") for n in numbers[backend] if n.startswith(f"{kind}/")]
    chosen = {n: numbers[backend][f"{kind}/{n}"] for n in names if n.split()[0] in moments}
    return {n.removeprefix(f"{moments[0]} "): v for n, v in chosen.items()} if len(moments) == 1 else chosen


def assert_same(kind, expected, got, where):
    assert expected.keys() == got.keys()
    rtol, atol = COARSE.get(kind, (RTOL, ATOL))
    for name, value in expected.items():
        assert np.isfinite(value).all(), f"{where} {name}"
        np.testing.assert_allclose(got[name], value, rtol=rtol, atol=atol, err_msg=f"{kind}, {where}: {name}")


def test_there_are_thirty_four():
    assert len(KINDS) == 34


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("backend", BACKENDS[1:])
def test_five_steps_agree(numbers, backend, kind):
    moments = ("start", "step", "five")
    reference = of(numbers, BACKENDS[0], kind, *moments)
    assert any(name.startswith("step 4") for name in reference)
    assert_same(kind, reference, of(numbers, backend, kind, *moments), f"{backend} and {BACKENDS[0]}")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("backend", BACKENDS)
def test_something_was_learnt(numbers, backend, kind):
    """Agreement of models that do nothing would prove nothing."""
    before, after = of(numbers, backend, kind, "start"), of(numbers, backend, kind, "five")
    assert any(not np.allclose(before[n], after[n]) for n in before if n.startswith("weight"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("backend", BACKENDS)
def test_going_on_eagerly_or_loaded_and_compiled(numbers, backend, kind):
    """Four steps more with ``run_eagerly=True``, or of the saved and loaded model in one execution: the same."""
    assert_same(kind, of(numbers, backend, kind, "five"), of(numbers, backend, kind, "compiled"), backend)
