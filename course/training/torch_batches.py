"""Batches of arrays for torch: the order of Keras's ``DataLoader``, without its machinery around each batch."""

import numpy as np
import torch
from keras import tree
from keras.src.backend.torch.core import convert_to_tensor
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter


def lean(epoch_iterator):
    """Let an epoch iterator over NumPy arrays slice them itself; any other kind of data is left to Keras."""
    adapter = epoch_iterator.data_adapter
    if type(adapter) is not ArrayDataAdapter:
        return
    loader = adapter.get_torch_dataloader()
    slices = loader.dataset.array  # as Keras prepared them: floats are of keras.config.floatx()
    leaves = [s.array for s in tree.flatten(slices)]
    if all(type(a) is np.ndarray and a.flags.writeable and a.dtype.kind in "fib" for a in leaves):
        whole = tree.map_structure(lambda s: torch.from_numpy(s.array), slices)
        epoch_iterator._get_iterator = lambda: _Batches(loader, whole)


class _Batches:
    def __init__(self, loader, whole):
        self.loader = loader
        self.whole = whole

    def __len__(self):
        return len(self.loader)

    def __iter__(self):
        torch.empty(
            (), dtype=torch.int64
        ).random_()  # a DataLoader draws a seed for its workers here, used or not
        for chosen in self.loader.batch_sampler:
            index = torch.tensor(chosen)
            yield tree.map_structure(lambda a, i=index: convert_to_tensor(a.index_select(0, i)), self.whole)
