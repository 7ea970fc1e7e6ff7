"""A wrong shape is named before it is broadcast, or fails inside of a backend."""

from itertools import zip_longest


def require_shape(name, x, *axes):
    """Raise an error if an array has another shape; inside a compiled step, too.

    Args:
        name: what to call the array in the message.
        x: an array or a tensor.
        axes: for each axis its size, or a name such as ``"channels"`` where any size is right.

    Raises:
        ValueError: the shape differs. A size that a compiled step does not know fits.

    Example:
        >>> require_shape("x", np.zeros((2, 5)), 2, "channels")
    """
    found = tuple(x.shape)
    fits = len(found) == len(axes) and all(
        size is None or not isinstance(wanted, int) or size == wanted
        for size, wanted in zip(found, axes, strict=True)
    )
    if not fits:
        wanted = ", ".join("any size" if axis is None else str(axis) for axis in axes)
        raise ValueError(f"{name} must have shape ({wanted}{',' * (len(axes) == 1)}), and has {found}.")


def require_broadcast(names, x, y, both=True):
    """Raise an error if the shapes of two arrays do not broadcast; inside a compiled step, too.

    Args:
        names: what to call the two in the message, such as ``"q and delta"``.
        x, y: arrays or tensors.
        both: whether the shapes may broadcast to one another, or only that of ``y`` to that of ``x``.

    Raises:
        ValueError: an axis, counted from the last one, has two sizes, and neither of them is 1.

    Example:
        >>> require_broadcast("x and y", np.zeros((2, 5)), np.zeros((3, 1, 5)))
        >>> require_broadcast("x and y", np.zeros((2, 5)), np.zeros((2, 1)), both=False)
    """
    pairs = list(zip_longest(reversed(x.shape), reversed(y.shape), fillvalue=1))
    fits = all(a == b or b == 1 or (a == 1 and both) or None in (a, b) for a, b in pairs)
    if not fits or (not both and len(y.shape) > len(x.shape)):
        how = "broadcast to one another" if both else "fit: the second must broadcast to the first"
        raise ValueError(f"The shapes of {names}, {tuple(x.shape)} and {tuple(y.shape)}, do not {how}.")
