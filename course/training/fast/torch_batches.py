"""Batches of arrays for torch: the order of Keras's ``DataLoader``, without its machinery around each batch."""

import numpy as np
import torch
from keras import tree
from keras.src.backend.torch.core import convert_to_tensor
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter

from course.training.trainers.arrays import map_arrays
from course.training.trainers.torch_batches import only_read


def array_batches(epoch_iterator):
    """Lets an epoch iterator over NumPy arrays slice them itself; any other kind of data is left to Keras."""
    adapter = epoch_iterator.data_adapter
    if type(adapter) is not ArrayDataAdapter:
        return
    with only_read():
        loader = adapter.get_torch_dataloader()
    slices = loader.dataset.array  # as Keras prepared them: floats are of keras.config.floatx()
    leaves = [s.array for s in tree.flatten(slices) if s is not None]
    if all(type(a) is np.ndarray and a.dtype.kind in "fib" for a in leaves):
        with only_read():
            whole = map_arrays(lambda s: torch.from_numpy(s.array), slices)
        epoch_iterator._get_iterator = lambda: _Batches(loader, whole)


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
            yield map_arrays(lambda a, i=index: convert_to_tensor(a.index_select(0, i)), self.whole)
