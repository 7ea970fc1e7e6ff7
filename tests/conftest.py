"""What every test starts from: few threads, a chosen backend, the same seeds."""

import gc
import os
import signal

import pytest

from course.backend import choose

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "agg")

# Who starts the tests in a shell's background has SIGINT ignored, and so would every process that a test interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

choose()

import keras  # noqa: E402  its backend is chosen now

keras.config.disable_traceback_filtering()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """In the gate, what does not depend on the backend runs in one of its three processes."""
    if os.environ.get("COURSE_GATE"):
        elsewhere = {item for item in items if _stage(item) not in (None, keras.backend.backend())}
        config.hook.pytest_deselected(items=list(elsewhere))
        items[:] = [item for item in items if item not in elsewhere]


def pytest_collection_finish(session):
    """What is imported by now stays: the many full collections to come need not look through it."""
    gc.freeze()


def _stage(item):
    """Beside which backend a test runs that is marked `once`: torch, or the one that the mark names."""
    mark = item.get_closest_marker("once")
    return None if mark is None else (*mark.args, "torch")[0]


@pytest.fixture(autouse=True)
def _seeded():
    """The same numbers in every test, whatever ran before; and no state of Keras left over."""
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(20)


@pytest.fixture
def backend():
    """The name of the running backend."""
    return keras.backend.backend()
