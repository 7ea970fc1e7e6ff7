"""Early stopping: keep the weights of the best epoch, and stop after some epochs without improvement (§5.6)."""

import keras

from units.u03_optimization.hyperparameters import check_positive, check_size


class EarlyStopping(keras.callbacks.Callback):
    """Compare one logged number with the best so far after every epoch.

    better: value < best − min_delta.   Stop after ``patience`` epochs in a row that were not better.

    Args:
        monitor: name of the number in the logs; smaller is better unless ``maximize``.
        patience: after so many epochs in a row without improvement training stops, at least 1.
        min_delta: ≥ 0, the least difference that counts.
        maximize: whether larger is better, as for an accuracy; then better: value > best + min_delta.
        restore_best: put the best epoch's weights back at the end of training.

    After ``fit``: ``best``, ``best_epoch`` (counted from 0), ``stopped_epoch`` (None if it was not stopped).

    Raises:
        ValueError: a patience below 1, or a negative ``min_delta``; in ``fit``, if no such number is logged.

    References: §5.6; Prechelt, "Early stopping, but when?" (1998).
    """

    def __init__(self, monitor="val_loss", patience=5, min_delta=0.0, maximize=False, restore_best=True):
        super().__init__()
        self.monitor, self.patience = monitor, check_size("patience", patience)
        self.min_delta = check_positive("min_delta", min_delta, zero=True)
        self.maximize, self.restore_best = maximize, restore_best

    def on_train_begin(self, logs=None):
        """Reset what an earlier ``fit`` has recorded."""
        self.best, self.best_epoch, self.best_weights = None, None, None
        self.waited, self.stopped_epoch = 0, None

    def on_epoch_end(self, epoch, logs=None):
        """Compare the value of this epoch, store the weights, count the epochs without improvement."""
        if self.monitor not in (logs or {}):
            known = ", ".join(sorted(logs or {})) or "nothing"
            raise ValueError(
                f"Early stopping monitors {self.monitor!r}, but the logs contain {known}. "
                "For a val_… name give fit validation_data."
            )
        value = float(logs[self.monitor])
        if self.is_better(value):
            self.best, self.best_epoch, self.waited = value, epoch, 0
            self.best_weights = self.model.get_weights() if self.restore_best else None
            return
        self.waited += 1
        if self.waited >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def is_better(self, value):
        """Whether a value improves on the best so far by more than ``min_delta``; NaN never does."""
        if self.best is None:
            return value == value
        # best − value, or value − best if larger is better
        gain = value - self.best if self.maximize else self.best - value
        return gain > self.min_delta

    def on_train_end(self, logs=None):
        """Put the best weights back."""
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)
