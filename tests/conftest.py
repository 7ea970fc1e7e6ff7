"""What every test starts from: few threads, a chosen backend, the same seeds."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "agg")

import keras
import pytest

keras.config.disable_traceback_filtering()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """In the gate, what does not depend on the backend runs in one of its three processes."""
    if os.environ.get("COURSE_GATE") and keras.backend.backend() != "torch":
        once = [item for item in items if item.get_closest_marker("once")]
        config.hook.pytest_deselected(items=once)
        items[:] = [item for item in items if item not in set(once)]


@pytest.fixture(autouse=True)
def _seeded():
    """The same numbers in every test, whatever ran before; and no state of Keras left over."""
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(20)


@pytest.fixture
def backend():
    """The name of the running backend."""
    return keras.backend.backend()
