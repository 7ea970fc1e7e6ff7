"""How Keras's ``fit``, ``evaluate`` and ``predict`` call the steps on torch.

A step runs as it is written, under ``no_grad``. ``torch.compile`` is a choice (``compile(jit_compile=True)``); torch
2.13 cannot compile a gradient of a gradient and says so.
"""

import contextlib
import functools

import numpy as np
import torch
from keras import tree
from keras.src.backend.torch.core import convert_to_tensor, get_device
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter
from keras.src.trainers.data_adapters.data_adapter_utils import get_torch_dataloader

from course.distribution import torch_loops, torch_steps
from course.distribution import torch_peers as peers
from course.training.rules import torch_rules, torch_state
from course.training.trainers import arrays, paths
from course.training.trainers.torch_batches import Groups, grouped, only_read


def kept(x):
    """A number to report, as it is now: not a variable, nor a view of its memory."""
    x = x.value if hasattr(x, "assign") else x
    shared = isinstance(x, torch.nn.Parameter) or (isinstance(x, torch.Tensor) and x._is_view())
    return x.detach().clone() if shared else x


class PlainPaths(paths.PlainPaths):
    """How steps run on torch without fast paths."""

    kept = staticmethod(kept)

    def kernels(self):
        """A block in which a step runs as it is written."""
        return contextlib.nullcontext()

    def captured(self, as_written, run, often, training=False):
        """What is called for each batch.

        Args:
            as_written: ``batch → logs``, on Keras variables.
            run: the same step, which writes the new values into the variables when it is over.
            often: whether the step is one that runs many times.
            training: whether it is the training step.
        """
        return run


class Trainer:
    """How Keras's ``fit``, ``evaluate`` and ``predict`` call the steps on torch."""

    def make_train_function(self, force=False):
        """Run ``train_step`` under ``no_grad``, ``steps_per_execution`` times a call."""
        if self.train_function is None or force:
            self.train_function = self._looped(self._step("train_step"), training=True)

    def make_test_function(self, force=False):
        """Run ``test_step`` likewise."""
        if self.test_function is None or force:
            self.test_function = self._looped(self._step("test_step"), training=False)

    def make_predict_function(self, force=False):
        """Run ``predict_step`` likewise; the outputs of several batches are concatenated."""
        if self.predict_function is None or force:
            one = self._guarded(self.predict_step, often=self.steps_per_execution > 1)

            def run(batches):
                outputs = [tree.map_structure(kept, one(data)) for data in batches]
                return tree.map_structure(lambda *x: torch.cat(x) if len(x) > 1 else x[0], *outputs)

            self.predict_function = run

    def predict(self, *args, **kwargs):
        """Keras's ``predict``."""
        with only_read(), grouped():
            return torch_loops.looped(super().predict, args, kwargs)

    def _guarded(self, step, **kind):
        """The step as one call: on the model's device, without recording derivatives; ``kind``: see ``captured``."""
        chosen = self._paths

        def as_written(data):
            with torch_state.updates_on_copies(self.optimizers), chosen.kernels():
                return step(data)

        run = functools.partial(torch_state.run, as_written)
        captured = chosen.captured(as_written, run, **kind)

        def one(data):
            # A graph cannot hold what processes tell one another.
            call = captured if peers.active() is None else run
            with torch.no_grad():
                return call(place(data))

        return torch.compile(one) if self._should_torch_compile() else one

    def _looped(self, step, training):
        one = torch_steps.distributed(self, self._guarded(step, often=True, training=training), training)

        def run(batches):
            for data in batches:
                logs = one(data)
            return tree.map_structure(kept, logs)

        return run

    def fit(self, *args, **kwargs):
        """Keras's ``fit``, on every process of a distributed run."""
        with grouped():
            return torch_loops.looped(super().fit, args, kwargs)

    def evaluate(self, *args, **kwargs):
        """Keras's ``evaluate``, likewise."""
        with grouped():
            return torch_loops.looped(super().evaluate, args, kwargs)

    def get_metrics_result(self):
        """Keras's, of the rows of all peers."""
        with torch_steps.summed(self.metrics):
            return super().get_metrics_result()

    def _settle(self):
        """After a loop, however it ended: the variables have their values all the time."""

    def _needed_numbers(self, error):
        return False  # torch has them; torch_rules refuses them when it is asked to

    def _abstractly(self):
        return torch_rules.refusing(f"{type(self).__name__}.{self._phase}_step")

    def _prepare(self, epoch_iterator):
        self._paths.prepare(epoch_iterator)

    def _batches(self, **data):
        return Groups(**data)

    def _first_batch(self, epoch_iterator):
        if isinstance(epoch_iterator.data_adapter, ArrayDataAdapter):
            return next(iter(epoch_iterator._get_iterator()))
        return arrays.first_batch(epoch_iterator, get_torch_dataloader)


def place(data):
    """Put a batch where the model is; ``train_on_batch`` brings arrays, every other loop tensors."""
    device = get_device()

    def put(x):
        x = convert_to_tensor(x) if isinstance(x, np.ndarray) else x
        return x.to(device) if isinstance(x, torch.Tensor) else x

    return _map(put, data)


def _map(f, data):
    if isinstance(data, tuple) and type(data) is tuple:
        return tuple(_map(f, part) for part in data)
    return tree.map_structure(f, data) if isinstance(data, (list, tuple, dict)) else f(data)
