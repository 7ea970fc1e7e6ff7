"""A ``fit`` to whose batches nobody listens: no progress bar, no callbacks.

Then an epoch is one execution where the backend allows it, and its numbers are read when ``fit`` is over.
"""

import keras
import numpy as np
from keras import tree

from course.distribution import front


def nobody_listens(args, kwargs):
    """Whether ``fit`` was called like that: with ``verbose=0`` and without callbacks. Under a strategy all listen."""
    return (
        kwargs.get("verbose") == 0
        and not kwargs.get("callbacks")
        and len(args) < 6  # callbacks are its sixth argument
        and front.current() is None
    )


class HistoryAlone(keras.callbacks.CallbackList):
    """Keras's list of callbacks when there is only the history, which is read when ``fit`` is over.

    Keras's starts a thread after each batch to call nobody, and waits after each epoch for its numbers; a device that
    works beside Python then idles until the next epoch has begun.

    Args:
        kept: a function of the backend: a number to report, which may be a variable or its memory, as it is now.
    """

    def __init__(self, *args, kept, **kwargs):
        super().__init__(*args, **kwargs)
        self._kept = kept
        self._untold = []

    def on_train_batch_begin(self, batch, logs=None):
        """Nobody listens."""

    def on_train_batch_end(self, batch, logs=None):
        """Nobody listens."""

    def on_epoch_end(self, epoch, logs=None):
        """Nobody listens before the end."""
        kept = tree.map_structure(lambda x: x.copy() if isinstance(x, np.ndarray) else self._kept(x), logs)
        self._untold.append((epoch, kept))

    def tell(self):
        """Let the history have the epochs that ended, as numbers."""
        for epoch, logs in self._untold:
            super().on_epoch_end(epoch, logs)
