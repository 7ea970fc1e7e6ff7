"""Inputs and targets are looked at before a model's loop begins: a step is compiled and cannot look at values."""

import keras

from course.validation import array, require_length, require_some


class CheckedData:
    """For a model that has ``check_inputs(x)`` or ``check_targets(y)``: arrays are looked at before the loop begins.

    ``fit``, ``evaluate``, ``train_on_batch`` and ``test_on_batch`` look at both; ``predict`` and ``predict_on_batch``
    look at the inputs. Batches from a generator or a data set are checked for their shape only, inside the step.

    Example:

    >>> class ThreeClasses(CheckedData, course.Model):
    ...     def check_targets(self, y):
    ...         course.validation.class_labels(y, 3)
    >>> ThreeClasses().fit(np.ones((2, 4)), [0, 3])
    Traceback (most recent call last):
    ValueError: ...
    """

    def check_inputs(self, x):
        """Raise a ValueError if inputs are wrong. ``x`` is as ``fit`` gets it: an array, or several in a structure."""

    def check_targets(self, y):
        """Raise a ValueError if targets are wrong. ``y`` is a NumPy array."""

    def fit(self, x=None, y=None, *args, **kwargs):
        """Check the data and those of ``validation_data``, then train as Keras does."""
        self._look_at(x, y)
        held_out = kwargs.get("validation_data")
        if isinstance(held_out, (tuple, list)) and held_out:
            self._look_at(*held_out[:2])
        return super().fit(x, y, *args, **kwargs)

    def evaluate(self, x=None, y=None, *args, **kwargs):
        """Check the data, then evaluate as Keras does."""
        self._look_at(x, y)
        return super().evaluate(x, y, *args, **kwargs)

    def train_on_batch(self, x, y=None, *args, **kwargs):
        """Check the data, then make one step as Keras does."""
        self._look_at(x, y)
        return super().train_on_batch(x, y, *args, **kwargs)

    def test_on_batch(self, x, y=None, *args, **kwargs):
        """Check the data, then evaluate on one batch as Keras does."""
        self._look_at(x, y)
        return super().test_on_batch(x, y, *args, **kwargs)

    def predict(self, x, *args, **kwargs):
        """Check the inputs, then predict as Keras does."""
        self._look_at(x)
        return super().predict(x, *args, **kwargs)

    def predict_on_batch(self, x):
        """Check the inputs, then predict one batch as Keras does."""
        self._look_at(x)
        return super().predict_on_batch(x)

    def _look_at(self, x, y=None):
        if _are_arrays(x):
            self.check_inputs(x)
        if y is None:
            return
        y = array(y)
        require_some(y, "y")
        first = keras.tree.flatten(x)[0]  # of several inputs, such as the two images of a pair
        require_length(y, first.shape[0] if getattr(first, "shape", ()) else None, "y")
        self.check_targets(y)


def _are_arrays(x):
    """Whether inputs are arrays or lists of numbers: neither a data set nor a generator nor a ``PyDataset``."""
    return x is not None and all(
        hasattr(part, "shape") or isinstance(part, (int, float)) for part in keras.tree.flatten(x)
    )
