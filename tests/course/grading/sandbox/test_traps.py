"""Traps that a warm process prepares: not set before a file is loaded, complete then, and gone afterwards."""

import sys
import types

import keras
import numpy as np
import pytest

from course.grading.sandbox.traps import ForbiddenShortcut, Traps

FORBIDDEN = ("*.softmax", "keras.layers.Dense")
X = np.zeros(3, "float32")


@pytest.fixture
def traps():
    """New `Traps`; afterwards no trap is left in this process."""
    path = list(sys.meta_path)
    made = Traps()
    yield made
    made.set((), "")
    sys.meta_path[:] = path


@pytest.mark.parametrize("prepared", [False, True])
def test_prepared_traps_do_what_others_do(traps, prepared):
    import scipy.special

    if prepared:
        traps.prepare(FORBIDDEN)
        keras.layers.Dense(2)
    for _ in range(2):  # a process without forks loads several files
        assert np.allclose(keras.ops.softmax(X), 1 / 3)
        traps.set(FORBIDDEN, __file__)
        for softmax in (keras.ops.softmax, keras.activations.softmax, scipy.special.softmax):
            with pytest.raises(ForbiddenShortcut, match="softmax is a forbidden shortcut"):
                softmax(X)
        with pytest.raises(ForbiddenShortcut, match="Dense"):
            keras.layers.Dense(2)
        assert set(traps.calls) == set(FORBIDDEN)
        traps.set((), "")
        keras.layers.Dense(2)
    assert np.allclose(scipy.special.softmax(X), 1 / 3)


def test_a_library_that_is_loaded_after_the_preparation_is_trapped_too(traps, monkeypatch):
    traps.prepare(FORBIDDEN)
    later = types.ModuleType("later_library")
    later.__spec__ = types.SimpleNamespace(name="later_library")
    exec(compile("def softmax(x):\n    return x\n", "later_library.py", "exec"), vars(later))
    monkeypatch.setitem(sys.modules, "later_library", later)
    traps.set(FORBIDDEN, __file__)
    with pytest.raises(ForbiddenShortcut):
        later.softmax(X)


def test_a_library_that_has_another_function_after_a_preparation_is_trapped_too(traps, monkeypatch):
    """What has been read once is read again if it has grown, at any depth that the traps know."""
    library = types.ModuleType("growing_library")
    library.__spec__ = types.SimpleNamespace(name="growing_library")
    library.table = {}
    monkeypatch.setitem(sys.modules, "growing_library", library)
    traps.prepare(("*.logsumexp",))
    exec(compile("def _softmax(x):\n    return x\n", "growing_library.py", "exec"), vars(library))
    library.table["a"] = np.outer
    forbidden = (*FORBIDDEN, "*.outer")
    traps.prepare(forbidden)
    traps.set(forbidden, __file__)
    with pytest.raises(ForbiddenShortcut):
        library._softmax(X)
    with pytest.raises(ForbiddenShortcut):
        library.table["a"](X, X)
    traps.set((), "")
    assert library.table["a"] is np.outer
    assert np.outer(X, X).shape == (3, 3)
