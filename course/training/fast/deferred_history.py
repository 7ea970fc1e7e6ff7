"""The history of a ``fit`` without callbacks and without a progress bar.

Nothing reads the numbers of a batch or of an epoch while such a ``fit`` runs. So an epoch is one execution where the
backend allows it, and the numbers of all epochs are read when ``fit`` is over.
"""

import keras
import numpy as np
from keras import tree

from course.distribution import front


def no_callbacks(args, kwargs):
    """Whether these are the arguments of a ``fit`` with ``verbose=0``, without callbacks and without a strategy."""
    return (
        kwargs.get("verbose") == 0
        and not kwargs.get("callbacks")
        and len(args) < 6  # callbacks are its sixth argument
        and front.current() is None
    )


class DeferredHistory(keras.callbacks.CallbackList):
    """Keras's list of callbacks with the history alone, which gets its numbers when ``fit`` is over.

    Keras's own list starts a thread after each batch, although there is no callback to call, and converts the logs of
    each epoch to numbers at once. The conversion waits for the device, which then idles until the next epoch begins.

    Args:
        kept: a function of the backend that copies a number to report if a later step would overwrite it.
    """

    def __init__(self, *args, kept, **kwargs):
        super().__init__(*args, **kwargs)
        self._kept = kept
        self._epochs = []

    def on_train_batch_begin(self, batch, logs=None):
        """Does nothing: there is no callback to call."""

    def on_train_batch_end(self, batch, logs=None):
        """Does nothing: there is no callback to call."""

    def on_epoch_end(self, epoch, logs=None):
        """Stores the logs of an epoch, without reading their numbers."""
        kept = tree.map_structure(lambda x: x.copy() if isinstance(x, np.ndarray) else self._kept(x), logs)
        self._epochs.append((epoch, kept))

    def flush(self):
        """Hands the logs of all epochs to the history, as numbers."""
        for epoch, logs in self._epochs:
            super().on_epoch_end(epoch, logs)
