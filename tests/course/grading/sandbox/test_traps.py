"""Traps stay for the next file with the same forbidden names, are complete then, and are gone afterwards."""

import sys
import types

import keras
import numpy as np
import pytest

from course.grading.sandbox.class_traps import ClassTraps
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


def refuses(function, *args):
    with pytest.raises(ForbiddenShortcut):
        function(*args)
    return True


def test_traps_of_several_files(traps):
    import scipy.special

    traps.read_libraries()
    keras.layers.Dense(2)
    for path in (__file__, "/other.py", __file__):  # a process without forks runs several files
        traps.set(FORBIDDEN, path)
        assert traps.calls == []
        for softmax in (keras.ops.softmax, keras.activations.softmax, scipy.special.softmax):
            with pytest.raises(ForbiddenShortcut, match="softmax is a forbidden shortcut"):
                softmax(X)
        if path == __file__:
            with pytest.raises(ForbiddenShortcut, match="Dense"):
                keras.layers.Dense(2)
        else:  # this test is another file then
            keras.layers.Dense(2)
        assert set(traps.calls) == set(FORBIDDEN[: 1 + (path == __file__)])
    traps.set((), __file__)
    keras.layers.Dense(2)
    assert np.allclose(scipy.special.softmax(X), 1 / 3)
    assert np.allclose(keras.ops.softmax(X), 1 / 3)


def test_a_trapped_layer_works_where_it_may_be_made_and_afterwards(traps):
    """Keras reads the signatures of the methods of a layer."""
    x = np.ones((2, 3), "float32")
    for forbidden, path in ((FORBIDDEN, "/other.py"), ((), "")):
        traps.set(forbidden, path)
        for layer in (keras.layers.Dense(2), keras.layers.TimeDistributed(keras.layers.Dense(2))):
            inputs = x[None] if isinstance(layer, keras.layers.TimeDistributed) else x
            assert tuple(layer.compute_output_shape(inputs.shape)) == (*inputs.shape[:-1], 2)
            assert layer(inputs, training=True).shape == (*inputs.shape[:-1], 2)


def test_traps_for_the_same_names_are_not_set_again(traps, monkeypatch):
    traps.set(FORBIDDEN, "/first.py")
    monkeypatch.setattr(traps, "_trap_modules", None)
    traps.set(list(FORBIDDEN), __file__)
    assert refuses(keras.layers.Dense, 2)


def test_a_library_that_is_loaded_between_two_files_is_trapped_too(traps, monkeypatch, tmp_path):
    traps.set(FORBIDDEN, "/first.py")
    (tmp_path / "later_library.py").write_text("def softmax(x):\n    return x\n")
    monkeypatch.syspath_prepend(tmp_path)
    import later_library

    monkeypatch.setitem(sys.modules, "later_library", later_library)
    traps.set(FORBIDDEN, __file__)
    assert refuses(later_library.softmax, X)
    traps.set((), "")
    assert later_library.softmax(X) is X


def test_a_library_that_has_another_function_for_the_next_names_is_trapped_too(traps, monkeypatch):
    """What has been read once is read again if it has grown, at any depth that the traps know."""
    library = types.ModuleType("growing_library")
    library.__spec__ = types.SimpleNamespace(name="growing_library")
    library.table = {}
    monkeypatch.setitem(sys.modules, "growing_library", library)
    traps.set(("*.logsumexp",), "")
    exec(compile("def _softmax(x):\n    return x\n", "growing_library.py", "exec"), vars(library))
    library.table["a"] = np.outer
    forbidden = (*FORBIDDEN, "*.outer")
    traps.set(forbidden, __file__)
    with pytest.raises(ForbiddenShortcut):
        library._softmax(X)
    with pytest.raises(ForbiddenShortcut):
        library.table["a"](X, X)
    traps.set((), "")
    assert library.table["a"] is np.outer
    assert np.outer(X, X).shape == (3, 3)


def test_a_later_import_sets_no_class_again():
    """Every import calls `forget`: if it went through all classes, `import sklearn` would take 20 seconds."""
    changed = []

    def put(setter, key, before, after):
        changed.append(key)
        setter(key, after)

    class Layer:
        def __init__(self):
            self.ready = True

        def call(self):
            return self.ready

    classes = ClassTraps(put, *[lambda *_: None] * 5)
    classes.trap_class(Layer, "a.Layer", "*.softmax")
    classes.forget()
    assert "call" in changed
    changed.clear()
    classes.forget()
    assert changed == []
