"""Keras's loops on several torch processes: all begin alike and stop together, the main one writes and shows."""

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
    """Keras's ``fit``, ``evaluate`` or ``predict``; on several processes the main one writes and shows.

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
    if isinstance(given, CallbackList):  # validation inside fit, or somebody's own list
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
    """The last callback of each process: what the others changed on the main process reaches all."""

    def on_train_begin(self, logs=None):
        """A checkpoint may just have been read."""
        begin_alike(self.model)

    def on_epoch_begin(self, epoch, logs=None):
        """The same order of the data; and its first batch is compared."""
        same_streams(self.model)
        peers.active().unchecked = True

    def on_epoch_end(self, epoch, logs=None):
        """Stop together; and wait for what the main process wrote."""
        self.model.stop_training = peers.any_of(self.model.stop_training)

    def on_train_end(self, logs=None):
        """Nobody leaves while the main process still writes."""
        peers.any_of(False)


def _optimizers(model):
    return [o for o in getattr(model, "optimizers", [model.optimizer]) if o is not None]


def _updates(model):
    return sum(int(o.iterations) for o in _optimizers(model))


def begin_alike(model):
    """Give every process the main one's variables, position in training and random streams."""
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
    """Give every process the main one's random streams, whatever its callbacks drew from them."""
    streams = (random.getstate(), np.random.get_state(), torch.get_rng_state(), torch.initial_seed())  # noqa: NPY002
    python, numpy, torches, seed = peers.object_from_main(streams)
    random.setstate(python)
    np.random.set_state(numpy)  # noqa: NPY002
    torch.set_rng_state(torches)
    peers.active().seed = [seed, _updates(model), 0]
