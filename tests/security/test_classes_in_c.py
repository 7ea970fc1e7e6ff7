"""A forbidden class has no way around its constructor: neither one in C, nor an object made without `__init__`."""

import numpy as np
import pytest

from course.grading.errors import CandidateError
from tests.course.grading.conftest import workers  # noqa: F401
from tests.security.test_forbidden_routes import session  # noqa: F401

Z = np.array([[1, 2, 3.5], [0, -1, 2]], "float32")
BEGIN = """
import importlib
import numpy as np


def of(module, *parts):
    return getattr(importlib.import_module(module), "".join(parts))

def filled(made, z):
    z = np.array(z, "float64")
    gradients, probabilities = np.zeros(z.shape), np.zeros(z.shape)
    made.gradient_proba(np.zeros(len(z)), z, None, gradients, probabilities, 1)
    return probabilities
"""
# Declared name → bodies of functions. All of one list share a process.
ROUTES = {
    "*.softmax": [
        "return filled(of('sklearn._loss._loss', 'CyHalf', 'MultinomialLoss')(), z)",
        "cls = of('sklearn._loss._loss', 'CyHalf', 'MultinomialLoss')\n"
        "    return filled(cls.__new__(cls), z)",
    ],
    "*.huber_loss": [
        "of('sklearn._loss._loss', 'Cy', 'HuberLoss')(1.0)",
    ],
    "*.softplus": [
        "of('sklearn._loss', 'Half', 'BinomialLoss')()",
    ],
    "sklearn.*": [
        "cls = of('sklearn._loss._loss', 'CyHalf', 'MultinomialLoss')\n"
        "    return filled(cls.__new__(cls), z)",
        "cls = of('sklearn.linear_model', 'Linear', 'Regression')\n"
        "    me = cls.__new__(cls)\n"
        "    vars(me).update(fit_intercept=True, copy_X=True, tol=1e-4, n_jobs=None, positive=False)\n"
        "    return cls.fit.__wrapped__(me, np.array(z), np.array(z)[:, 0]).coef_",
    ],
    "scipy.*": [
        "z = np.array(z, 'float64')\n    return of('scipy.spatial', 'cKD', 'Tree')(z).query(z)[0]",
    ],
}  # fmt: skip
HONEST = """
import numpy as np
from sklearn.neighbors import KDTree


def answer(z):
    z = np.array(z)
    return KDTree(z).query(z)[0]
"""


@pytest.mark.parametrize("declared", ROUTES)
def test_no_object_of_a_forbidden_class_computes(session, declared):  # noqa: F811
    functions = [f"def answer_{i}(z):\n    {body}\n" for i, body in enumerate(ROUTES[declared])]
    asked = session("\n\n".join([BEGIN, *functions]), declared)
    for i, body in enumerate(ROUTES[declared]):
        asked.forbidden_calls.clear()
        with pytest.raises(CandidateError) as caught:
            getattr(asked.candidate, f"answer_{i}")(Z)
        assert caught.value.kind == "ForbiddenShortcut", f"{body}: {caught.value}"
        assert list(asked.forbidden_calls) == [declared], body


def test_libraries_use_such_classes_for_purposes_of_their_own(session):  # noqa: F811
    asked = session(HONEST, "scipy.*", "*.softmax")
    np.testing.assert_array_equal(asked.candidate.answer(Z), np.zeros((2, 1)))
    assert not asked.forbidden_calls
