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


@pytest.fixture(autouse=True)
def _seeded():
    """The same numbers in every test, whatever ran before; and no state of Keras left over."""
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(20)


@pytest.fixture
def backend():
    """The name of the running backend."""
    return keras.backend.backend()
