"""NumPy arrays as every backend can take them, and the first batch of any source of data.

Torch cannot look at memory backwards or in another machine's order of bytes, and a file that is mapped into memory
(``numpy.memmap``) is an array that has another type. Keras leaves all this to the backend.
"""

import itertools

import keras
import numpy as np
from keras import tree
from keras.src.trainers.data_adapters.generator_data_adapter import GeneratorDataAdapter
from keras.src.trainers.data_adapters.py_dataset_adapter import PyDatasetAdapter


def usable(data, batch=False):
    """The same data in arrays that every backend takes; nothing is copied that need not be.

    Args:
        data: an argument of ``fit`` and the like: arrays, plain containers of them, or anything else, which stays.
        batch: whether it is one batch, of ``train_on_batch`` and the like. Then floats become ``floatx()``,
            as in ``fit``, and what must not be written is copied.
    """
    if type(data) in (list, tuple):
        return type(data)(usable(part, batch) for part in data)
    if type(data) is dict:
        return {name: usable(part, batch) for name, part in data.items()}
    if type(data) not in (np.ndarray, np.memmap) or data.dtype.kind not in "fiub":
        return data
    data = np.asarray(data)  # of a memmap, the same memory as an array
    if not data.dtype.isnative:
        data = data.astype(data.dtype.newbyteorder("="))
    if batch and data.dtype.kind == "f":
        data = data.astype(keras.config.floatx(), copy=False)
    if any(stride < 0 for stride in data.strides) or (batch and not data.flags.writeable):
        data = data.copy()
    return data


def map_arrays(f, structure):
    """The structure with each array replaced by ``f`` of it; None stays."""
    return tree.map_structure(f, structure, none_is_leaf=False)


def first_batch(epoch_iterator, converted):
    """The first batch that an epoch iterator will give, without taking it from those that it gives.

    Args:
        epoch_iterator: Keras's.
        converted: a function that makes of an iterable of raw batches, as a dataset or a generator gives them, an
            iterable of the backend's.
    """
    adapter = epoch_iterator.data_adapter
    if isinstance(
        adapter, PyDatasetAdapter
    ):  # whose workers have a queue, and what was taken from it is lost
        return next(iter(converted([adapter._standardize_batch(adapter.py_dataset[0])])))
    if isinstance(adapter, GeneratorDataAdapter):
        return next(iter(converted(adapter._first_batches[:1])))
    given = epoch_iterator._get_iterator
    batches = iter(given())
    first = next(batches)
    rest = [itertools.chain([first], batches)]
    epoch_iterator._get_iterator = lambda: rest.pop() if rest else given()
    return first
