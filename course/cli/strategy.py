"""The devices of `course run --strategy … --devices …`: configured before the backend computes anything."""

import logging
import os
import sys
from importlib import import_module

from course import backend as backends
from course.distribution import launch
from course.distribution.front import strategy as make


def start(backend, strategy, devices):
    """Start Keras, with a strategy if one is asked for.

    Args:
        backend: What the user typed after `--backend`, or None.
        strategy: After `--strategy`, or None.
        devices: After `--devices`, or None; alone it means the strategy `auto`.

    Returns:
        The `Choice` of the backend, and a `course.distribution.Strategy` or None.

    Raises:
        CourseError: The strategy is not possible here.
    """
    if strategy is None and devices is None:
        return backends.start(backend), None
    # The run prints which devices it uses.
    logging.getLogger("course.distribution").addHandler(logging.NullHandler())
    made = []
    choice = backends.start(backend, first=lambda: made.append(make(strategy or "auto", devices)))
    import_module("course.training")  # on torch it is what trains Keras's own models on several processes
    return choice, made[0]


def processes(backend, strategy, devices):
    """How many processes of this program the request needs: several only on torch, one for each device.

    A process that was started as one of several needs no more.
    """
    if (strategy is None and devices is None) or strategy in ("none", "model_parallel"):
        return 1
    if is_one_of_several() or backends.choose(backend).name != "torch":
        return 1
    if devices is None:
        return max(1, import_module("course.distribution.torch").accelerators())
    return devices


def is_one_of_several():
    """Whether this process was started as one of several that train together."""
    return "WORLD_SIZE" in os.environ


def start_again(words, count):
    """Run `course` with these words in so many processes; return the exit code of the main one.

    Raises:
        WorkerFailed: One of them died.
    """
    return launch.start([sys.executable, "-m", "course.cli", *words], count, verdicts=(0, 1, 2))
