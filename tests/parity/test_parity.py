"""Parity: the same weights, batches and order give the same numbers on the three backends.

Ten steps through ``fit``. Compared are the logs of every step, all weights and all optimizer state. Random draws come
from ``course.testing.portable_random``, since the backends' own generators differ. JAX compiles thirteen of the models
with all optimizations and the others with few, which takes half as long.

Runs once, for all backends together: ``pytest -m parity``.
"""

import numpy as np
import pytest

from tests.parity.cases import CASES, OPTIMIZED
from tests.parity.processes import BACKENDS, numbers_of

pytestmark = [
    pytest.mark.parity,
    pytest.mark.timeout(1500),
]  # the fixture trains all models on three backends

# Float32 sums differ in order; a gradient of a gradient and ten Adam steps (which divide by small roots) amplify that.
RTOL, ATOL = 2e-5, 5e-6


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    """What each backend computed, each in a process of its own; JAX in two, see ``OPTIMIZED``."""

    def computed(*names, backends, **environment):
        folder = tmp_path_factory.mktemp("parity")
        return numbers_of("tests.parity.worker", folder, names, backends, **environment)

    found = computed(backends=[b for b in BACKENDS if b != "jax"])
    if "jax" in BACKENDS:
        some = computed(*OPTIMIZED, backends=["jax"])["jax"]
        quickly = {"JAX_DISABLE_MOST_OPTIMIZATIONS": "1"}
        rest = computed(*(c for c in CASES if c not in OPTIMIZED), backends=["jax"], **quickly)["jax"]
        found["jax"] = some | rest
    return found


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("backend", BACKENDS[1:])
def test_ten_steps_agree(numbers, case, backend):
    reference = {k: v for k, v in numbers[BACKENDS[0]].items() if k.startswith(f"{case}/")}
    other = {k: v for k, v in numbers[backend].items() if k.startswith(f"{case}/")}
    assert reference.keys() == other.keys()
    assert sum("step 9" in k for k in reference) >= 1
    worst = 0.0
    for key, value in reference.items():
        assert np.isfinite(value).all(), key
        np.testing.assert_allclose(other[key], value, rtol=RTOL, atol=ATOL, err_msg=f"{backend} {key}")
        worst = max(worst, float(np.max(np.abs(other[key].astype(float) - value), initial=0)))
    print(f"{case}: {backend} and {BACKENDS[0]} differ by at most {worst:.1e}")


# The perceptron's rule has no optimizer; its weights are compared with a loop by hand in the tests of unit 10.
@pytest.mark.parametrize("case", [c for c in CASES if c != "u10_multiclass_perceptron"])
def test_something_was_learnt(numbers, case):
    """Weights moved: agreement of models that do nothing would prove nothing."""
    for backend in BACKENDS:
        iterations = [
            v for k, v in numbers[backend].items() if k.startswith(f"{case}/optimizer") and k.endswith(" 0")
        ]
        assert iterations
        # each optimizer has made one update a step, or two (a WGAN's critic)
        assert all(int(i) in (10, 20) for i in iterations)
