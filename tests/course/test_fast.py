"""The fast paths are off where they were not proved, where nobody wants them, and then the numbers stay the same."""

import keras
import numpy as np
import pytest
from keras import layers

import course
from course import fast, paths
from course.errors import CourseError

RNG = np.random.default_rng(3)
X = RNG.normal(size=(48, 6, 3)).astype("float32")
Y = RNG.integers(0, 3, 48)
VERSIONS = {"keras": "3.15.1", "jax": "0.10.2", "tensorflow": "2.21.0", "torch": "2.13.0+cpu"}


@pytest.fixture
def versions(monkeypatch):
    """What is installed, to be changed."""
    installed = dict(VERSIONS)
    monkeypatch.setattr(fast.metadata, "version", installed.__getitem__)
    monkeypatch.delenv(fast.VARIABLE, raising=False)
    fast._everywhere.cache_clear()
    yield installed
    fast._everywhere.cache_clear()


@pytest.mark.backend_independent
@pytest.mark.parametrize("backend", ["jax", "tensorflow", "torch"])
def test_they_are_on_with_the_versions_that_were_proved(versions, backend):
    assert fast.on(backend)
    assert fast.why_off(backend) is None


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("name", "version"),
    [("torch", "2.15.0"), ("torch", "2.1.0"), ("torch", "3.0"), ("keras", "3.16.0"), ("keras", "3.1")],
)
def test_they_are_off_with_others_and_say_so_in_a_sentence(versions, monkeypatch, name, version):
    versions[name] = version
    assert not fast.on("torch")
    assert f"not tested with {name} {version}:" in fast.why_off("torch")
    assert fast.on("jax") == (name == "torch")
    monkeypatch.setenv(fast.VARIABLE, "1")
    assert fast.on("torch")
    assert fast.why_off("torch") is None


@pytest.mark.backend_independent
def test_a_user_turns_them_off(versions, monkeypatch):
    monkeypatch.setenv(fast.VARIABLE, "0")
    assert not fast.on("jax")
    assert "COURSE_FAST=0" in fast.why_off("jax")
    monkeypatch.setenv(fast.VARIABLE, "yes")
    with pytest.raises(CourseError, match="COURSE_FAST=yes has no meaning: set it to 0 or to 1"):
        fast.on("jax")


@pytest.mark.backend_independent
def test_constraints_have_the_proved_versions():

    lines = (paths.root() / "constraints.txt").read_text("utf-8").splitlines()
    found = dict(line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    for name, proved in fast.PROVED.items():
        assert f"{found[name]}.".startswith(f"{proved}.")


class Reader(course.Model):
    """Everything that has a fast path: an LSTM, layer normalization, metrics, arrays."""

    def __init__(self):
        super().__init__()
        self.net = keras.Sequential([layers.LSTM(5), layers.LayerNormalization(), layers.Dense(3)])

    def call(self, x):
        return self.net(x)


def trained(**options):
    keras.utils.set_random_seed(5)
    model = Reader()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss=loss, metrics=["accuracy"], **options)
    history = model.fit(X, Y, batch_size=8, epochs=6, verbose=0).history  # 36 steps: torch captures after 20
    return model, history


def test_a_model_without_them_learns_the_same():
    (slow, slow_history), (quick, quick_history) = trained(fast=False), trained()
    for name in slow_history:
        np.testing.assert_allclose(slow_history[name], quick_history[name], rtol=1e-4, err_msg=name)
    for a, b in zip(slow.get_weights(), quick.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)
    if keras.backend.backend() == "torch" and fast.on():
        assert quick._captured.graphs
        assert getattr(slow, "_captured", None) is None
    np.testing.assert_allclose(
        slow.evaluate(X, Y, verbose=0), quick.evaluate(X, Y, verbose=0), rtol=1e-3, atol=1e-5
    )
