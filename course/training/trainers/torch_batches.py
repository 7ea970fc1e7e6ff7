"""Keras's iterator over batches on torch, for groups of steps and for arrays that must not be written."""

import contextlib
import warnings

from keras.src.backend.torch import trainer as keras_trainer

from course.context import set_attribute


@contextlib.contextmanager
def only_read():
    """While this lasts, torch does not warn of an array that must not be written: batches are copies of its rows."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        yield


def grouped():
    """While this lasts, the last group of ``steps_per_execution`` steps may be shorter than the others.

    Keras takes it for a lack of data: it warns, and tells the source of the data twice that the epoch is over.
    """
    return set_attribute(keras_trainer, "TorchEpochIterator", Groups)


class Groups(keras_trainer.TorchEpochIterator):
    """Keras's iterator over groups of batches."""

    def catch_stop_iteration(self):
        """Keras's, where no data are left at the beginning of a group or before the steps that were asked for."""
        if self.steps_per_execution > 1 and self.steps_per_epoch is None and self.num_batches:
            return contextlib.suppress(StopIteration)
        return super().catch_stop_iteration()
