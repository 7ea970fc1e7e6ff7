"""Max-norm: the norm of the incoming weights of every unit is at most c (§5.6)."""

from numbers import Integral

import keras
from keras import ops

from course.validation import floats
from units.u03_optimization.clipping import length
from units.u03_optimization.hyperparameters import check_positive


@keras.saving.register_keras_serializable("medl")
class MaxNorm(keras.constraints.Constraint):
    """Project every weight vector onto the ball of radius c after each update.

    w ← w min(1, c / ‖w‖)

    The projection is the closest vector with a norm of at most c. In contrast to weight decay, a vector inside the
    ball does not change.

    Args:
        max_value: c > 0.
        axis: along which a vector's entries lie: 0 for a Keras kernel (features, units), 1 for the book's W (units,
            features); a tuple for convolutions.

    Raises:
        ValueError: c is not positive.

    Example:
    >>> ops.convert_to_numpy(MaxNorm(1.0, axis=1)([[3.0, 4.0], [0.3, 0.4]])).round(4)
    array([[0.6, 0.8],
           [0.3, 0.4]], dtype=float32)

    References: Srivastava et al., "Dropout" (2014), §5.1.
    """

    def __init__(self, max_value=2.0, axis=0):
        self.max_value = check_positive("max_value", max_value)
        self.axis = int(axis) if isinstance(axis, Integral) else tuple(int(a) for a in axis)

    def __call__(self, w):
        """The projected weights, of the shape of ``w``."""
        w = floats(w)
        # min(1, c / ‖w‖) = c / max(‖w‖, c), without a division by 0
        factor = self.max_value / ops.maximum(length(w, self.axis), self.max_value)
        return ops.cast(ops.multiply(w, factor), w.dtype)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {"max_value": self.max_value, "axis": self.axis}
