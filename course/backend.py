"""Chooses the backend, and says why. This happens before Keras is imported, and imports nothing slow.

The first of these that applies decides:

1. `--backend`, then the environment variable `KERAS_BACKEND`. If it is not installed, that is an error.
2. Keras's own `keras.json`, if a person has edited it and the backend that it names is installed. Keras writes this
   file by itself with `"backend": "tensorflow"` when it is imported for the first time; a file that holds exactly
   these defaults is therefore ignored.
3. The first that is installed of `jax`, `tensorflow`, `torch`.
"""

import importlib
import json
import os
import sys
import tempfile
from contextlib import contextmanager
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from course import paths
from course.errors import CourseError
from course.processes import xla_flags, xla_threads

BACKENDS = ("jax", "tensorflow", "torch")

_KERAS_DEFAULTS = {
    "floatx": "float32",
    "epsilon": 1e-07,
    "backend": "tensorflow",
    "image_data_format": "channels_last",
}


class Choice(NamedTuple):
    """A backend and the reason for its choice, in words for a reader."""

    name: str
    why: str


def installed(name):
    """Tell whether a backend can be imported, without importing it."""
    return find_spec(name) is not None


def choose(name=None):
    """Choose the backend, write it to `KERAS_BACKEND`, and return the `Choice`.

    Args:
        name: What the user typed after `--backend`, or None.

    Raises:
        CourseError: An unknown backend, one that is not installed, none installed at all, or Keras already
            running on another one in this process.
    """
    choice = _choice(name)
    keras = sys.modules.get("keras")
    if keras is not None and keras.config.backend() != choice.name:
        running = keras.config.backend()
        raise CourseError(f"Keras already runs on {running} here: start a new process for {choice.name}.")
    os.environ["KERAS_BACKEND"] = choice.name
    if paths.home() is None:  # Keras would make a folder that is called "~"
        os.environ.setdefault(
            "KERAS_HOME", os.path.join(tempfile.gettempdir(), f"keras-{getattr(os, 'getuid', os.getpid)()}")
        )
    xla_flags.configure(os.environ, choice.name)
    xla_threads.configure(os.environ, choice.name)
    return choice


def start(name=None, first=None):
    """Choose the backend, import Keras without messages on the screen, and return the `Choice`.

    TensorFlow writes to the terminal from C++ while it starts, before its log level has an effect. These
    messages are captured, and shown only if the start fails. On another backend TensorFlow is not imported, see
    `spare_tensorflow`.

    Args:
        name: What the user typed after `--backend`, or None.
        first: Called when Keras is imported and nothing is computed yet, to configure devices.
    """
    choice = choose(name)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if "keras" not in sys.modules:
        with _held_back():
            keras = import_keras()
            if first is not None:
                first()
            keras.ops.zeros(1)  # the first tensor initializes the devices
            spare_tensorflow()
            keras.utils.set_random_seed(0)
    elif first is not None:
        first()
    return choice


def import_keras(without=("IPython", "jax")):
    """Import Keras faster, and return it: while it is imported, it does not find some packages.

    Keras imports them if they are installed: JAX on every backend, for Orbax's checkpoints; IPython, for the editor of
    saved files. What imports one of them later, by its name, finds it.

    Args:
        without: The packages. Without matplotlib and sklearn, too, Keras starts in half the time, but draws no gallery
            of images and wraps no model as an estimator of scikit-learn.
    """
    hidden = [name for name in without if name != os.environ["KERAS_BACKEND"] and name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # to import None is an ImportError, which Keras expects
    try:
        return importlib.import_module("keras")
    finally:
        for name in hidden:
            del sys.modules[name]


def spare_tensorflow():
    """Let Keras on JAX or torch set seeds without TensorFlow.

    Where TensorFlow is installed, Keras imports it at the first `set_random_seed` on every backend, only to set its
    seed too. That takes as long as the start of JAX. After this function Keras does not look for it any more; what
    imports TensorFlow by its name finds it. Nothing of the course needs it on another backend (`setup.cfg`).
    """
    if os.environ["KERAS_BACKEND"] == "tensorflow" or "tensorflow" in sys.modules:
        return
    keras = importlib.import_module("keras")
    sys.modules["tensorflow"] = None  # to import it now is an ImportError, which Keras remembers
    try:
        keras.utils.set_random_seed(0)
    finally:
        del sys.modules["tensorflow"]


def device():
    """Return where Keras puts a new tensor: `"cpu"`, `"gpu:0"`, `"tpu:0"`. Keras must have been started."""
    keras = importlib.import_module("keras")
    return _device_name(keras.ops.zeros(1).device)


def install(*extras):
    """Return the command that installs the course with these extras, to be typed in its folder.

    README.md and docs show the same form. Every message that advises to install something uses this function. Where the
    course was installed from a wheel, there is no such folder, and the command names the packages of the extras.
    """
    if not paths.is_clone():
        needed = [line.split(";") for line in metadata.requires("medl-course") or ()]
        chosen = [
            name.strip() for name, *when in needed if any(f'"{extra}"' in "".join(when) for extra in extras)
        ]
        return " ".join(["pip install", *(f'"{name}"' for name in chosen)])
    return f'pip install -c constraints.txt -e ".[{",".join(extras)}]"'


def versions():
    """Return the versions of Python and of the packages that decide a number, without importing them.

    A package that is not installed has the version None.
    """
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in ("medl-course", "keras", *BACKENDS, "numpy", "scipy", "scikit-learn", "matplotlib"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    return found


def _choice(name):
    for value, source in ((name, "--backend"), (os.environ.get("KERAS_BACKEND"), "KERAS_BACKEND")):
        if not value:
            continue
        if value not in BACKENDS:
            raise CourseError(f"{source}={value} is none of the three backends: {', '.join(BACKENDS)}.")
        if not installed(value):
            raise CourseError(f"{source}={value}, but {value} is not installed: {install(value)}")
        return Choice(value, f"{source}={value}")

    available = [backend for backend in BACKENDS if installed(backend)]
    if not available:
        place = ", in the folder of the course" if paths.is_clone() else ""
        raise CourseError(f"No backend is installed: {install('jax')} (or tensorflow, or torch){place}.")
    path, value = _keras_json()
    if value in available:
        return Choice(value, f"{path} says so")
    why = f"the first installed of {', '.join(BACKENDS)}"
    if value:
        why += f"; {path} names {value}, which is not installed here"
    return Choice(available[0], why)


def _keras_json():
    """Return the path of Keras's configuration file and the backend that a person chose there, or None."""
    folder, home = os.environ.get("KERAS_HOME"), paths.home()
    if not folder and home is None:
        return None, None
    path = (Path(folder) if folder else home / ".keras") / "keras.json"
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return path, None
    if not isinstance(settings, dict) or settings == _KERAS_DEFAULTS:
        return path, None
    return path, settings.get("backend")


def _device_name(device):
    kind = getattr(device, "platform", None) or getattr(device, "type", None)  # jax; torch
    if kind:
        index = getattr(device, "id", None) if hasattr(device, "id") else getattr(device, "index", None)
    else:  # tensorflow: /job:localhost/replica:0/task:0/device:GPU:0
        kind, _, index = str(device).rpartition("device:")[2].lower().partition(":")
    kind = {"cuda": "gpu"}.get(kind, kind)
    return kind if kind == "cpu" or index in (None, "") else f"{kind}:{index}"


@contextmanager
def _held_back():
    """Capture what C++ code writes to standard error; show it if the block fails."""
    try:
        stderr = sys.__stderr__.fileno()
    except (AttributeError, OSError, ValueError):  # there is no real standard error to capture
        yield
        return
    sys.__stderr__.flush()
    kept = os.dup(stderr)
    with tempfile.TemporaryFile() as buffer:
        os.dup2(buffer.fileno(), stderr)
        failed = True
        try:
            yield
            failed = False
        finally:
            sys.__stderr__.flush()
            os.dup2(kept, stderr)
            os.close(kept)
            if failed:
                buffer.seek(0)
                os.write(stderr, buffer.read())
