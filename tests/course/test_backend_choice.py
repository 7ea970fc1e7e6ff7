import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import pytest

from course import CourseError
from course import backend as backends


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """Return a function that asks for the choice in a made-up installation."""

    def ask(installed, option=None, variable=None, keras_json=None):
        monkeypatch.setattr(backends, "installed", lambda name: name in installed)
        monkeypatch.setenv("KERAS_HOME", str(tmp_path))
        monkeypatch.delenv("KERAS_BACKEND", raising=False)
        if variable is not None:
            monkeypatch.setenv("KERAS_BACKEND", variable)
        if keras_json is not None:
            (tmp_path / "keras.json").write_text(keras_json)
        return backends._choice(option)

    return ask


DEFAULTS = {
    "floatx": "float32",
    "epsilon": 1e-07,
    "backend": "tensorflow",
    "image_data_format": "channels_last",
}


@pytest.mark.parametrize(
    ("installed", "chosen"),
    [
        (("jax", "tensorflow", "torch"), "jax"),
        (("tensorflow", "torch"), "tensorflow"),
        (("torch",), "torch"),
    ],
)
def test_the_first_installed_one_runs(asked, installed, chosen):
    choice = asked(installed)
    assert choice.name == chosen
    assert "first installed" in choice.why


def test_the_option_comes_before_the_variable_and_the_variable_before_the_file(asked):
    everything = ("jax", "tensorflow", "torch")
    edited = json.dumps({**DEFAULTS, "backend": "torch"})
    assert asked(everything, "tensorflow", "jax", edited) == ("tensorflow", "--backend=tensorflow")
    assert asked(everything, None, "jax", edited) == ("jax", "KERAS_BACKEND=jax")
    choice = asked(everything, None, None, edited)
    assert choice.name == "torch"
    assert "keras.json" in choice.why


def test_the_file_that_keras_writes_by_itself_is_no_choice(asked):
    assert asked(("jax", "tensorflow"), keras_json=json.dumps(DEFAULTS)).name == "jax"


@pytest.mark.parametrize("broken", ["", "[1, 2]", "{no json", '"torch"'])
def test_a_broken_file_is_passed_over(asked, broken):
    assert asked(("jax",), keras_json=broken).name == "jax"


def test_a_file_that_names_what_is_not_installed_is_mentioned(asked):
    choice = asked(("jax",), keras_json=json.dumps({"backend": "torch"}))
    assert choice.name == "jax"
    assert "torch, which is not installed" in choice.why


@pytest.mark.parametrize("name", ["jax", "tensorflow", "torch"])
def test_a_backend_that_is_not_installed_is_an_error_with_its_remedy(asked, name):
    others = {"jax", "tensorflow", "torch"} - {name}
    with pytest.raises(CourseError) as error:
        asked(others, variable=name)
    advice = f'pip install -c constraints.txt -e ".[{name}]"'
    message = f"KERAS_BACKEND={name}, but {name} is not installed: {advice}"
    assert str(error.value) == message


def test_an_unknown_backend_is_an_error_that_lists_the_three(asked):
    with pytest.raises(CourseError, match=r"--backend=theano.*jax, tensorflow, torch"):
        asked(("jax",), option="theano")


def test_no_backend_at_all_is_an_error(asked):
    with pytest.raises(
        CourseError, match=r'No backend is installed: pip install -c constraints.txt -e "\.\[jax\]"'
    ):
        asked(())


def test_one_process_keeps_its_backend(backend):
    assert backends.choose(backend).name == backend
    other = next(name for name in backends.BACKENDS if name != backend)
    if backends.installed(other):
        with pytest.raises(CourseError, match=f"Keras already runs on {backend}"):
            backends.choose(other)
    assert os.environ["KERAS_BACKEND"] == backend


def test_the_device_of_a_tensor_has_a_short_name():
    kind, _, index = backends.device().partition(":")
    assert kind in ("cpu", "gpu", "tpu")
    assert index == "" or index.isdigit()


@pytest.mark.parametrize(
    ("device", "name"),
    [
        (type("Jax", (), {"platform": "gpu", "id": 1}), "gpu:1"),
        (type("Jax", (), {"platform": "cpu", "id": 0}), "cpu"),
        (type("Torch", (), {"type": "cuda", "index": 0}), "gpu:0"),
        (type("Torch", (), {"type": "mps", "index": None}), "mps"),
        ("/job:localhost/replica:0/task:0/device:GPU:3", "gpu:3"),
        ("/job:localhost/replica:0/task:0/device:CPU:0", "cpu"),
    ],
)
def test_devices_are_named_alike_on_every_backend(device, name):
    assert backends._device_name(device) == name


def test_versions_name_what_is_missing(monkeypatch):
    versions = backends.versions()
    assert versions["keras"] == keras.__version__
    assert versions["python"] == ".".join(map(str, sys.version_info[:3]))
    monkeypatch.setattr(backends, "BACKENDS", ("no-such-package",))
    assert backends.versions()["no-such-package"] is None


def test_what_was_held_back_is_shown_when_the_start_fails():
    script = """
import os
from course.backend import _held_back
with _held_back():
    os.write(2, b"noise of a start that works")
try:
    with _held_back():
        os.write(2, b"why it failed")
        raise ImportError
except ImportError:
    pass
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == "why it failed"


@pytest.mark.needs_backend("jax")
def test_a_start_on_jax_leaves_tensorflow_alone():
    """It is neither imported for a seed nor hidden: who asks for it finds it."""
    script = """
import sys
from importlib.util import find_spec
there = find_spec("tensorflow") is not None
from course import backend
backend.start("jax")
import keras
keras.utils.set_random_seed(1)
first = keras.ops.convert_to_numpy(keras.random.normal((3,)))
keras.utils.set_random_seed(1)
assert (first == keras.ops.convert_to_numpy(keras.random.normal((3,)))).all()
assert not {"tensorflow", "IPython"} & sys.modules.keys()
assert backend.installed("tensorflow") == there
"""
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.needs_backend("torch")
def test_keras_starts_without_what_it_can_do_without():
    """A package that Keras did not find can be imported afterwards; one that was there before stays."""
    script = """
import os, sys
os.environ["KERAS_BACKEND"] = "torch"
import IPython
from course.backend import import_keras
keras = import_keras(without=("IPython", "sklearn"))
assert keras.backend.backend() == "torch"
assert "IPython" in sys.modules and "sklearn" not in sys.modules
import sklearn
assert sys.modules["IPython"] is IPython
"""
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.backend_independent
def test_the_advice_is_that_of_the_pages():
    root = Path(backends.__file__).parents[1]
    for extras, page in (
        (("jax", "tune", "rl"), "README.md"),
        (("torch",), "docs/install.md"),
        (("bench",), "docs/step_cost.md"),
        (("slides",), "docs/slides.md"),
    ):
        assert backends.install(*extras) in (root / page).read_text(encoding="utf-8")
    for path in Path(backends.__file__).parent.rglob("*.py"):
        assert "medl-course[" not in path.read_text(encoding="utf-8"), path
