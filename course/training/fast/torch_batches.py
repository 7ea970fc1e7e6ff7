"""Batches of arrays for torch: the order of Keras's ``DataLoader``, without its machinery around each batch."""

import contextlib
import warnings
from unittest import mock

import numpy as np
import torch
from keras import tree
from keras.src.backend.torch import trainer as keras_trainer
from keras.src.backend.torch.core import convert_to_tensor
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter


def lean(epoch_iterator):
    """Let an epoch iterator over NumPy arrays slice them itself; any other kind of data is left to Keras."""
    adapter = epoch_iterator.data_adapter
    if type(adapter) is not ArrayDataAdapter:
        return
    with only_read():
        loader = adapter.get_torch_dataloader()
    slices = loader.dataset.array  # as Keras prepared them: floats are of keras.config.floatx()
    leaves = [s.array for s in tree.flatten(slices)]
    if all(type(a) is np.ndarray and a.dtype.kind in "fib" for a in leaves):
        with only_read():
            whole = tree.map_structure(lambda s: torch.from_numpy(s.array), slices)
        epoch_iterator._get_iterator = lambda: _Batches(loader, whole)


@contextlib.contextmanager
def only_read():
    """While this lasts, torch does not warn of an array that must not be written: batches are copies of its rows."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        yield


@contextlib.contextmanager
def grouped():
    """While this lasts, the last group of ``steps_per_execution`` steps may be shorter than the others.

    Keras takes it for a lack of data: it warns, and tells the source of the data twice that the epoch is over.
    """
    with mock.patch.object(keras_trainer, "TorchEpochIterator", Groups):
        yield


class Groups(keras_trainer.TorchEpochIterator):
    """Keras's iterator over groups of batches."""

    def catch_stop_iteration(self):
        """Keras's, where no data are left at the beginning of a group or before the steps that were asked for."""
        if self.steps_per_execution > 1 and self.steps_per_epoch is None and self.num_batches:
            return contextlib.suppress(StopIteration)
        return super().catch_stop_iteration()


class _Batches:
    def __init__(self, loader, whole):
        self.loader = loader
        self.whole = whole

    def __len__(self):
        return len(self.loader)

    def __iter__(self):
        # A DataLoader draws a seed for its workers as soon as it is asked for an iterator, and Keras asks for one that
        # it does not use at the end of each epoch. The order of the rows is drawn when the first batch is wanted.
        torch.empty((), dtype=torch.int64).random_()
        return self._batches()

    def _batches(self):
        for chosen in self.loader.batch_sampler:
            index = torch.tensor(chosen)
            yield tree.map_structure(lambda a, i=index: convert_to_tensor(a.index_select(0, i)), self.whole)
