"""Files find no function behind a trap that lets libraries call it, and no longer get one if they change the traps."""

import keras
import numpy as np
import pytest

from course.grading.errors import CandidateEnded, CandidateError
from tests.course.grading.conftest import workers  # noqa: F401
from tests.security.test_forbidden_routes import session  # noqa: F401
from tests.security.test_taken_apart import SERVER

Z = np.array([[3, 0], [0, 3]], "float64")
FIRST = """
import dis
import functools
import sys

import keras
import numpy as np


def trap():
    return np.linalg._umath_linalg.svd_f

def guard():
    function = getattr(np.linalg, "s" + "vd").__wrapped__
    return next(c for c in dis.Bytecode(function).codeobj.co_consts if type(c).__name__ == "Guard")
"""
WAYS = {  # what a file does with a matrix z
    "attribute of a trap": "return vars(trap())['_Trap__function'](np.eye(2))[1]",
    "its call": "return type(trap()).__getattr__(trap(), '__call__')(np.eye(2))[1]",
    "attribute of a guard": "return object.__getattribute__(guard(), '_original')(np.eye(2))[1]",
    "the list of the guards": "guards = server()._traps._guards.values()\n"
    "    return next(g for g in guards if 'linalg.svd' in g.name)._original(np.eye(2))[1]",
    "question to the hook": "answer = []\n    sys.audit('course.kept', 'fetch', guard(), answer, ((), {}))\n"
    "    return answer[0](np.eye(2))[1]",
    "original of the hook": "from course.grading.sandbox import kept\n"
    "    return kept.original(guard())(np.eye(2))[1]",
    "by a library": "from course.grading.sandbox import kept\n"
    "    return keras.tree.map_structure(functools.partial(kept.fetch, guard()), [((),)])[0](np.eye(2))[1]",
    "other question": "guard()._check_caller = lambda *a, **k: None\n    return np.linalg.svd(np.eye(2))[1]",
}
CHANGES = {
    "method of a class": "import course.grading.sandbox.callers as c\n"
    "    c.Callers.candidate = lambda *a, **k: False",
    "attribute of an object": "server()._traps._callers.candidate = lambda *a, **k: False",
    "class of an object": "class Other:\n        candidate = lambda *a, **k: False\n"
    "    server()._traps._callers.__class__ = Other",
    "name of a module": "import course.grading.sandbox.kept as k\n    k._EVENT = 'x'",
    "new name of a module": "import course.grading.sandbox.callers as c\n    c.any = lambda x: False",
    "builtin function": "import builtins\n    builtins.isinstance = lambda *a: True",
}
HONEST = """
import builtins

import numpy as np
from sklearn.cluster import KMeans


def conditions(z):
    return np.linalg.cond(z) + np.linalg.pinv(z)[0, 0] + np.linalg.matrix_rank(z) + np.linalg.norm(z, 2)

def without_a_word(z):
    builtins.print = lambda *args, **kwargs: None
    return np.linalg.cond(z)

def means(z):
    return KMeans(1).fit(z).cluster_centers_
"""
LATE = """
import numpy as np
import sklearn.linear_model
from scipy.stats import norm


def density(z):
    return norm.cdf(np.asarray(z))
"""
OF_TENSORFLOW = """
import tensorflow.keras
from keras import ops
from tensorflow.keras import layers, losses


def mean(z):
    return ops.mean(z)

def way(z):
    return losses.BinaryCrossentropy()(z, z)

def copied(z):
    import os
    import keras
    import tensorflow
    tensorflow.__path__.append(os.path.join(os.path.dirname(keras.__file__), "src"))
    import tensorflow.losses
    return tensorflow.losses.losses.binary_crossentropy(z, z)
"""
CALLED_BY_IMPORTS = "@autodiff", "*.logit", "keras.losses.*"
WARNS = """
import warnings

from keras import ops


@ops.custom_gradient
def identity(x):
    for level in range(1, 40):  # on JAX, one of these frames is a guard's
        warnings.warn("old", stacklevel=level)
    return x, lambda g, upstream=None: g

def way(x):
    identity(ops.convert_to_tensor(x))
    return ops.sum(x)
"""


@pytest.mark.backend_independent
def test_nothing_leads_to_the_function_behind_a_trap(session):  # noqa: F811
    lines = [f"def way{i}(z):\n    {body}\n" for i, body in enumerate(WAYS.values())]
    asked = session("\n".join([SERVER, FIRST, *lines]), "*.svd")
    for i, way in enumerate(WAYS):
        with pytest.raises((CandidateError, CandidateEnded)):
            pytest.fail(f"{way}: {getattr(asked.candidate, f'way{i}')(Z)}")


@pytest.mark.backend_independent
@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changes_the_traps_gets_nothing(session, change):  # noqa: F811
    asked = session(
        f"{SERVER}{FIRST}\ndef way(z):\n    {CHANGES[change]}\n    return np.linalg.svd(z)[1]\n", "*.svd"
    )
    with pytest.raises((CandidateError, CandidateEnded)):
        pytest.fail(f"{change}: {asked.candidate.way(Z)}")


@pytest.mark.backend_independent
def test_libraries_call_functions_behind_traps_and_a_forbidden_library_may_be_imported(session):  # noqa: F811
    asked = session(HONEST, "*.svd", "sklearn.*")
    assert asked.candidate.conditions(Z) == pytest.approx(1 + 1 / 3 + 2 + 3)
    assert asked.candidate.without_a_word(Z) == pytest.approx(1)
    assert not asked.forbidden_calls
    with pytest.raises(CandidateError, match="KMeans is a forbidden shortcut"):
        asked.candidate.means(Z)


@pytest.mark.backend_independent
def test_a_warning_in_the_name_of_a_guard_is_no_change(session):  # noqa: F811
    asked = session(WARNS, "@autodiff")
    assert asked.candidate.way(Z) == pytest.approx(6)
    assert not asked.forbidden_calls


@pytest.mark.backend_independent
def test_the_first_forbidden_function_that_an_import_brings_is_no_change(session):  # noqa: F811
    """The import of scikit-learn, which calls functions behind traps, failed in exercise 6.5."""
    asked = session(LATE, "sklearn.*", "*.logpdf")
    np.testing.assert_allclose(asked.candidate.density(np.zeros(2)), [0.5, 0.5])
    assert not asked.forbidden_calls


@pytest.mark.backend_independent
def test_libraries_that_call_a_whole_answer_while_they_are_imported_can_be_imported(session):  # noqa: F811
    """SciPy computes numbers for its docstrings, and scikit-learn makes default values: exercises 2.4 and 3.12."""
    asked = session(
        f"{LATE}\n\ndef way(z):\n    from scipy.special import logit\n    return logit(z)\n",
        *CALLED_BY_IMPORTS,
    )
    np.testing.assert_allclose(asked.candidate.density(np.zeros(2)), [0.5, 0.5])
    assert not asked.forbidden_calls
    with pytest.raises(CandidateError, match="logit is a forbidden shortcut"):
        pytest.fail(f"{asked.candidate.way(np.full(2, 0.5))}")


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the module is TensorFlow's")
def test_keras_can_be_imported_by_the_name_that_tensorflow_gives_it(session):  # noqa: F811
    """Two modules of the same file: it only imports, so it is no second copy of Keras's code."""
    asked = session(OF_TENSORFLOW, "keras.losses.*")
    assert float(asked.candidate.mean(Z)) == pytest.approx(float(np.mean(Z)))
    assert not asked.forbidden_calls
    for name in ("way", "copied"):
        with pytest.raises(CandidateError, match="forbidden shortcut"):
            pytest.fail(f"{getattr(asked.candidate, name)(Z)}")
