"""Targets are looked at before a model's loop begins: a step is compiled and cannot look at values."""

import keras

from course.validation import array, require_length, require_some


class CheckedTargets:
    """For a ``course.Model`` that has ``check_targets(y)``: targets are looked at before the loop begins.

    ``fit``, ``evaluate``, ``train_on_batch`` and ``test_on_batch`` do so, if they are given arrays.
    Batches from a generator or a data set are checked for their shape only, inside the step.

    Example:

    >>> class ThreeClasses(CheckedTargets, course.Model):
    ...     def check_targets(self, y):
    ...         course.validation.class_labels(y, 3)
    >>> ThreeClasses().fit(np.ones((2, 4)), [0, 3])
    Traceback (most recent call last):
    ValueError: ...
    """

    def fit(self, x=None, y=None, *args, **kwargs):
        """Check the targets and those of ``validation_data``, then train as Keras does."""
        self._look_at(x, y)
        held_out = kwargs.get("validation_data")
        if isinstance(held_out, (tuple, list)) and len(held_out) > 1:
            self._look_at(*held_out[:2])
        return super().fit(x, y, *args, **kwargs)

    def evaluate(self, x=None, y=None, *args, **kwargs):
        """Check the targets, then evaluate as Keras does."""
        self._look_at(x, y)
        return super().evaluate(x, y, *args, **kwargs)

    def train_on_batch(self, x, y=None, *args, **kwargs):
        """Check the targets, then make one step as Keras does."""
        self._look_at(x, y)
        return super().train_on_batch(x, y, *args, **kwargs)

    def test_on_batch(self, x, y=None, *args, **kwargs):
        """Check the targets, then evaluate on one batch as Keras does."""
        self._look_at(x, y)
        return super().test_on_batch(x, y, *args, **kwargs)

    def _look_at(self, x, y):
        if y is None:
            return
        y = array(y)
        require_some(y, "y")
        first = keras.tree.flatten(x)[0]  # of several inputs, such as the two images of a pair
        require_length(y, first.shape[0] if getattr(first, "shape", ()) else None, "y")
        self.check_targets(y)
