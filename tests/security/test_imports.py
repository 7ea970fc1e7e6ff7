"""A right answer may import what people like to import: nothing that is forbidden anywhere makes an import fail."""

import keras
import pytest

from course import catalog
from tests.course.grading.conftest import workers  # noqa: F401
from tests.security.test_forbidden_routes import session  # noqa: F401

OF_A_BACKEND = {
    "tensorflow": "tensorflow tensorflow.keras tensorflow.keras.layers tensorflow.keras.datasets",
    "jax": "jax jax.numpy jax.nn jax.random jax.scipy.special optax",
    "torch": "torch torch.nn torch.nn.functional torch.optim torch.utils.data",
}
OF_ALL = (
    "collections copy csv dataclasses functools heapq itertools json math operator os pathlib random re statistics sys "
    "time typing warnings numpy numpy.linalg numpy.random numpy.fft scipy scipy.constants scipy.fft scipy.integrate "
    "scipy.interpolate scipy.linalg scipy.ndimage scipy.optimize scipy.signal scipy.sparse scipy.spatial scipy.special "
    "scipy.stats sklearn sklearn.cluster sklearn.datasets sklearn.decomposition sklearn.ensemble sklearn.linear_model "
    "sklearn.metrics sklearn.model_selection sklearn.neighbors sklearn.neural_network sklearn.preprocessing "
    "sklearn.svm sklearn.tree matplotlib matplotlib.pyplot networkx PIL.Image keras keras.ops keras.layers "
    "keras.losses keras.metrics keras.optimizers keras.datasets keras.utils keras.activations keras.initializers "
    "keras.callbacks keras.applications keras.random course"
)


def test_popular_modules_can_be_imported_whatever_is_forbidden(session):  # noqa: F811
    modules = f"{OF_ALL} {OF_A_BACKEND[keras.backend.backend()]}".split()
    everything = sorted({name for e in catalog.load().exercises for name in e.forbidden})
    lines = [f"import {module}" for module in modules]
    asked = session("\n".join([*lines, "", "", "def same(z):", "    return z", ""]), *everything)
    assert asked.candidate.same(2.0) == pytest.approx(2.0)
    assert not asked.forbidden_calls
