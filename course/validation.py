"""Checks the arguments of the units' functions: class labels, targets, scores, features and weights.

One rule for the whole course: **a column is a vector.** Labels, targets and scores of shape (batch, 1) are read as
(batch,); any other shape that does not fit raises an error, so nothing is ever broadcast to (batch, batch).

Whole numbers may come in any dtype: ``1``, ``1.0`` and ``True`` are the same class. A value that would silently
give a wrong number (a label that is no class, NaN in a label, a target or a score) raises a ``ValueError``. NaN in the
inputs of a loss, such as logits, is allowed, because then the loss is NaN and shows it.

In a compiled step a tensor has a shape and a dtype, but no values: there ``class_labels`` and ``targets`` check the
shape, and ``course.training.rules.checked_data`` checks the arrays before the loop.
"""

import keras
import numpy as np
from keras import ops


def tensor(x):
    """A tensor with the dtype that the backend gives to x; JAX compiles no program if it gets an array and a dtype."""
    narrow = isinstance(x, np.ndarray) and x.dtype.name in ("float32", "int32", "bool")
    return ops.convert_to_tensor(x, dtype=x.dtype.name if narrow else None)


def floats(x):
    """A tensor of floats: integers and booleans become Keras's floatx, floats keep their dtype."""
    x = tensor(x)
    return x if keras.backend.is_float_dtype(x.dtype) else ops.cast(x, keras.config.floatx())


def precise_floats(x):
    """A tensor of floats of at least float32: in float16 the square of 300 is infinite, in bfloat16 256 + 1 is 256."""
    x = floats(x)
    return ops.cast(x, keras.backend.result_type(x.dtype, "float32"))


def class_labels(y, classes=None, shape=(None,), name="y", some=True):
    """Class numbers as an int32 tensor; also usable inside a compiled step.

    Args:
        y: class numbers 0, …, K − 1 of the given shape, or with one more axis of length 1.
        classes: K; None if any number from 0 on is a class.
        shape: the shape of the labels; None stands for any length.
        name: what to call them in a message.
        some: whether there must be at least one.

    Raises:
        ValueError: another shape, no labels, NaN, a fraction, or a number that is no class.
    """
    values = _values(y)
    if values is not None:
        if some:
            require_some(values, name)
        _require_class_numbers(values, classes, name)
    y = ops.cast(y if _is_tensor(y) else tensor(values.astype("int32")), "int32")
    return _fitted(y, shape, name, "one class number for each sample")


def targets(y, like, name="y", low=-np.inf, high=np.inf):
    """Targets with the shape and dtype of predictions; also usable inside a compiled step.

    Args:
        y: numbers of the predictions' shape, or with an axis of length 1 more or less at the end; a single number
            stands for all.
        like: the predictions, a tensor of floats.
        name: what to call the targets in a message.
        low, high: the smallest and the largest value allowed.

    Raises:
        ValueError: another shape, NaN or infinity, or a value out of range.
    """
    values = _values(y)
    if values is not None:
        require_some(values, name)
        _require_finite(values, name)
        _require_range(values, low, high, name)
    y = ops.cast(y if _is_tensor(y) else tensor(values), like.dtype)
    if len(y.shape) == 0:
        return y
    if len(like.shape) == len(y.shape) + 1 and like.shape[-1] == 1:
        y = ops.expand_dims(y, axis=-1)
    return _fitted(y, like.shape, name, "one target for each prediction")


def probabilities(p, name="p"):
    """Probabilities as a tensor of floats of their own shape; also usable inside a compiled step.

    Raises:
        ValueError: NaN, or a value outside [0, 1].
    """
    p = floats(p)
    return targets(p, p, name, low=0, high=1)


def binary_labels(y, rows=None, values=(0, 1), name="y"):
    """Labels of two classes as a NumPy int32 array (batch,).

    Args:
        y: labels, shape (batch,) or (batch, 1).
        rows: how many there must be, if that is known.
        values: the two labels, (0, 1) or (-1, 1).
        name: what to call them in a message.

    Raises:
        ValueError: another shape or length, no labels, or another value.
    """
    y = _vector(y, rows, name)
    _require_numbers(y, name)
    wrong = y[~np.isin(y, values)]
    if wrong.size:
        more = ""
        if np.isin(y, (-1, 0, 1)).all():
            more = (
                "; 2 * y - 1 turns 0 and 1 into them"
                if -1 in values
                else "; (y + 1) / 2 turns −1 and +1 into them"
            )
        raise ValueError(f"{name} holds {wrong[0]:g}, but the labels are {values[0]} and {values[1]}{more}.")
    return y.astype("int32")


def group_labels(y, rows=None, name="y"):
    """Labels of any kind (numbers, words) as a NumPy array (batch,).

    Raises:
        ValueError: another shape or length, no labels, or a label that is missing (NaN or None).
    """
    y = _vector(y, rows, name)
    missing = np.array([label is None or label != label for label in y.tolist()])
    if missing.any():
        raise ValueError(
            f"{name} holds a missing label (NaN or None) at row {missing.argmax()}: leave it out."
        )
    return y


def distributions(p, name="p"):
    """Rows of probabilities, such as one-hot labels, as a tensor of floats; also usable inside a compiled step.

    Raises:
        ValueError: NaN, a value outside [0, 1], or a row whose sum is not 1.
    """
    p = probabilities(p, name)
    values = _values(p)
    if values is not None:
        sums = np.atleast_1d(values.astype("float64").sum(axis=-1))
        wrong = sums[np.abs(sums - 1) > (1e-3 if values.dtype.itemsize > 2 else 2e-2)]
        if wrong.size:
            raise ValueError(
                f"each row of {name} must add to 1, as one-hot labels do; one adds to {wrong[0]:g}."
            )
    return p


def numbers(y, rows=None, name="y", of="samples"):
    """Targets of a fit, or scores, as a NumPy array of floats (batch,).

    Args:
        y: the numbers.
        rows: how many there must be, if that is known.
        name: what to call them in a message.
        of: what there is one number for, in a message.

    Raises:
        ValueError: another shape or length, none at all, NaN or infinity.
    """
    y = _vector(y, rows, name, of)
    _require_finite(y, name)
    return y if np.issubdtype(y.dtype, np.floating) else y.astype("float64")


def scores(s, rows=None, name="scores"):
    """Scores of several classes as a NumPy array of floats (batch, classes).

    Raises:
        ValueError: another shape or length, none at all, NaN or infinity.
    """
    return features(s, rows, name, axes="(batch, classes)")


def features(x, rows=None, name="x", axes="(batch, features)", columns=None):
    """Samples as a NumPy array of floats (batch, features).

    Args:
        x: the samples.
        rows: how many samples there must be, if that is known.
        name: what to call them in a message.
        axes: what to call the axes in a message.
        columns: how many features there must be, if that is known: as many as a model was fitted to.

    Raises:
        ValueError: another shape or length, no sample, NaN or infinity.
    """
    x = array(x)
    if x.ndim != 2:
        raise ValueError(f"{name} must have shape {axes}, and has {x.shape}.")
    require_some(x, name)
    require_length(x, rows, name)
    if columns not in (None, x.shape[1]):
        raise ValueError(f"{name} has {x.shape[1]} features, and the model was fitted to {columns}.")
    _require_finite(x, name)
    return x if np.issubdtype(x.dtype, np.floating) else x.astype("float64")


def array(x):
    """A list, an array or a tensor as a NumPy array of the same dtype."""
    return ops.convert_to_numpy(x) if _is_tensor(x) else np.asarray(x)


# What is required of values


def _values(x):
    """The numbers of a list, an array or a tensor; None inside a compiled step, where a tensor has none."""
    if isinstance(x, keras.KerasTensor):
        return None
    if not _is_tensor(x):
        return np.asarray(x)
    try:
        return ops.convert_to_numpy(x)
    except Exception:  # a tensor of a trace: each backend raises an exception of its own
        return None


def _is_tensor(x):
    return ops.is_tensor(x) or isinstance(x, keras.Variable)


def _vector(y, rows, name, of="samples"):
    y = array(y)
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1:
        raise ValueError(f"{name} must have shape (batch,) or (batch, 1), and has {y.shape}.")
    require_some(y, name)
    require_length(y, rows, name, of)
    return y


def _fitted(y, shape, name, meaning):
    """``y`` in the wanted shape: as it is, or without a last axis of length 1."""
    found, wanted = tuple(y.shape), tuple(shape)
    if len(found) == len(wanted) + 1 and found[-1] == 1:
        y = ops.squeeze(y, axis=-1)
    if len(y.shape) != len(wanted) or any(
        None not in (n, m) and n != m for n, m in zip(y.shape, wanted, strict=True)
    ):
        plain = str(tuple("batch" if n is None else n for n in wanted)).replace("'", "")
        hint = " (of one-hot rows take ops.argmax(y, axis=-1))" if len(found) == len(wanted) + 1 else ""
        raise ValueError(f"{name} has the shape {found}, but must hold {meaning}, shape {plain}{hint}.")
    return y


def require_some(y, name):
    """Raise a ValueError if there is no sample."""
    if y.size == 0:
        raise ValueError(f"{name} is empty: at least one sample is needed.")


def require_length(y, rows, name, of="samples"):
    """Raise a ValueError if there is not one entry of y for each of ``rows`` samples; None: any number is right."""
    if rows is not None and (y.ndim == 0 or len(y) != rows):
        raise ValueError(
            f"{name} has {len(y) if y.ndim else 0} rows for {rows} {of}: each needs exactly one."
        )


def _require_numbers(y, name):
    real = np.issubdtype(y.dtype, np.number) and not np.issubdtype(y.dtype, np.complexfloating)
    if not (real or y.dtype == bool or "float" in str(y.dtype)):
        raise ValueError(f"{name} must hold numbers, and holds values of the type {y.dtype}.")


def _require_finite(y, name):
    _require_numbers(y, name)
    if not np.isfinite(y).all():
        raise ValueError(f"{name} holds a value that is not a finite number (NaN or infinity).")


def _require_range(y, low, high, name):
    wrong = y[(y < low) | (y > high)]
    if wrong.size:
        more = (
            "; (y + 1) / 2 turns labels −1 and +1 into 0 and 1"
            if low == 0 and np.isin(y, (-1, 1)).all()
            else ""
        )
        raise ValueError(f"{name} holds {wrong.flat[0]:g}, but must lie between {low:g} and {high:g}{more}.")


def _require_class_numbers(y, classes, name):
    _require_finite(y, name)
    known = f"0, …, {classes - 1}" if classes is not None else "0, 1, 2, …"
    wrong = y[(y < 0) | (y != np.floor(y)) | (y >= (np.inf if classes is None else classes))]
    if wrong.size:
        more = "; (y + 1) / 2 turns labels −1 and +1 into 0 and 1" if np.isin(y, (-1, 1)).all() else ""
        raise ValueError(f"{name} holds {wrong.flat[0]:g}, but the classes are numbered {known}{more}.")
