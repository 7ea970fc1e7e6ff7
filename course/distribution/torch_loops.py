"""Keras's loops on several torch processes: with the same start and end; the main one writes and prints."""

import inspect
import random
import zlib

import keras
import numpy as np
import torch
from keras.src.callbacks.callback_list import CallbackList
from keras.src.random import seed_generator

from course.distribution import torch_peers as peers
from course.errors import CourseError

_WRITERS = "BackupAndRestore CSVLogger ModelCheckpoint OrbaxCheckpoint RemoteMonitor TensorBoard"
WRITERS = tuple(getattr(keras.callbacks, n) for n in _WRITERS.split() if hasattr(keras.callbacks, n))


def looped(call, arguments, keywords):
    """Keras's ``fit``, ``evaluate`` or ``predict``; on several processes only the main one writes and prints.

    ``predict`` computes everything on each process, so that a callback of the main one alone may call it.
    """
    group = peers.active()
    if group is None:
        return call(*arguments, **keywords)
    fitting = call.__name__ == "fit"
    if call.__name__ != "predict":
        group.unchecked = True
    bound = inspect.signature(call).bind(*arguments, **keywords)
    given = bound.arguments.get("callbacks")
    if isinstance(given, CallbackList):  # validation inside fit, or a list of the user
        if fitting:
            given.append(Together())
    else:
        given = (
            [] if given is None else [given] if isinstance(given, keras.callbacks.Callback) else list(given)
        )
        mine = [
            c
            for c in given
            if group.is_main or not (isinstance(c, WRITERS) or getattr(c, "main_only", False))
        ]
        bound.arguments["callbacks"] = mine + ([Together()] if fitting else [])
        if not group.is_main:
            bound.arguments["verbose"] = 0
    return call(*bound.args, **bound.kwargs)


class Together(keras.callbacks.Callback):
    """The last callback of each process: it sends what callbacks changed on the main process to all processes."""

    def on_train_begin(self, logs=None):
        """Synchronize, because a checkpoint may have been read."""
        begin_alike(self.model)

    def on_epoch_begin(self, epoch, logs=None):
        """Synchronize the order of the data, and compare the first batch."""
        same_streams(self.model)
        peers.active().unchecked = True

    def on_epoch_end(self, epoch, logs=None):
        """Stop together, and wait until the main process has written its files."""
        self.model.stop_training = peers.any_of(self.model.stop_training)

    def on_train_end(self, logs=None):
        """Wait until the main process has written its files."""
        peers.any_of(False)


def _optimizers(model):
    return [o for o in getattr(model, "optimizers", [model.optimizer]) if o is not None]


def _updates(model):
    return sum(int(o.iterations) for o in _optimizers(model))


def begin_alike(model):
    """Send the main process's variables, position in training and random streams to every process."""
    variables = [
        *model.variables,
        *model.metrics_variables,
        *(v for o in _optimizers(model) for v in o.variables),
    ]
    if not peers.agree(zlib.crc32(repr([(tuple(v.shape), v.dtype) for v in variables]).encode())):
        raise CourseError("The processes built different models: every process must run the same program.")
    variables = [*variables, seed_generator.global_seed_generator().state]
    with torch.no_grad():
        for v, value in zip(variables, peers.from_main([v.value.detach() for v in variables]), strict=True):
            v.assign(value)
    model._initial_epoch = peers.object_from_main(model._initial_epoch)
    same_streams(model)


def same_streams(model):
    """Send the main process's random streams to every process, because its callbacks may have drawn from them."""
    streams = (random.getstate(), np.random.get_state(), torch.get_rng_state(), torch.initial_seed())  # noqa: NPY002
    python, numpy, torches, seed = peers.object_from_main(streams)
    random.setstate(python)
    np.random.set_state(numpy)  # noqa: NPY002
    torch.set_rng_state(torches)
    peers.active().seed = [seed, _updates(model), 0]
