"""What every test starts from: few threads, a chosen backend, the same seeds."""

import gc
import os
import signal

import pytest

from course import fast
from course.backend import BACKENDS, choose

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
os.environ.setdefault("PJRT_NPROC", "1")  # JAX's
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "agg")
os.environ.setdefault("COURSE_STRICT", "1")  # a step that runs on one backend only is refused on each

# Who starts the tests in a shell's background has SIGINT ignored, and so would every process that a test interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Folders whose tests without a backend are the stage `grading`: they start many processes.
GRADING = {"cli", "experiments", "grading", "release", "security"}

choose()

import keras  # noqa: E402  its backend is chosen now

from course.processes.garbage import collect_seldom  # noqa: E402
from course.training.costs import release_programs  # noqa: E402

keras.config.disable_traceback_filtering()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """In the gate, each test runs in its stage: on every backend, on one, or in a stage of no backend."""
    if any(item.get_closest_marker("fast_paths") for item in items) and (
        why := fast.why_off(keras.backend.backend())
    ):
        for item in items:
            if item.get_closest_marker("fast_paths"):
                item.add_marker(pytest.mark.skip(reason=why))
    if stage := os.environ.get("COURSE_GATE"):
        elsewhere = {item for item in items if _stage(item, stage) != stage}
        config.hook.pytest_deselected(items=list(elsewhere))
        items[:] = [item for item in items if item not in elsewhere]


def pytest_collection_finish(session):
    """What is imported by now stays, and later collections are rare."""
    collect_seldom()


def _stage(item, running):
    """Return the stage of a test; a test without a mark belongs to the stage of each backend."""
    if mark := item.get_closest_marker("needs_backend"):
        if mark.args[0] not in BACKENDS:
            raise pytest.UsageError(
                f"{item.nodeid} is marked needs_backend({mark.args[0]!r}), which is no backend."
            )
        return mark.args[0]
    if item.get_closest_marker("backend_independent"):
        folders = set(item.path.relative_to(item.config.rootpath).parts)
        return "grading" if folders & GRADING else "independent"
    return running if running in BACKENDS else None


@pytest.fixture(autouse=True)
def _seeded():
    """The same numbers in every test, whatever ran before; and no state of Keras or many programs left over."""
    keras.utils.clear_session(free_memory=False)
    release_programs(above=600)
    keras.utils.set_random_seed(20)


@pytest.fixture(scope="module")
def earlier_objects_frozen():
    """Full collections in this module do not look at what earlier tests left: some millions of objects.

    Nor are they freed: destroying the graphs of TensorFlow took half a minute, and the process ends soon.
    """
    gc.freeze()


@pytest.fixture
def backend():
    """The name of the running backend."""
    return keras.backend.backend()
