"""A wrong shape is named before it is broadcast, or fails inside of a backend."""


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
