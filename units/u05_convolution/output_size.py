"""How large the output of a convolution is, and how many zeros are added on which side (§6.3).

Everything is said for one axis; an image has two of them, which do not influence each other.
"""

import numbers
from typing import NamedTuple


class Axis(NamedTuple):
    """One axis of a convolution: numbers of positions, and zeros before and after the input."""

    size: int
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int
    output: int


def span(kernel, dilation=1):
    """The number of positions from the first to the last entry of a dilated kernel: d (k − 1) + 1."""
    # d (k − 1) + 1
    return dilation * (kernel - 1) + 1


def zeros_added(size, kernel, stride=1, padding="valid", dilation=1):
    """The number of zeros ``(before, after)`` that a padding adds along one axis.

    ``"valid"``:  none.
    ``"same"``:   p = max(0, (o − 1) s + d (k − 1) + 1 − n) with o = ⌈n / s⌉; ⌊p/2⌋ before and the rest after
    ``"causal"``: d (k − 1) before, none after: an output depends on no later input.

    With s = 1 and an odd kernel ``"same"`` is symmetric. With s = 2 it usually is not: for n = 32 and k = 3 there is
    one zero, and it stands **after** the input. PyTorch's layers add the same number on both sides, so ``padding=1``
    there is another convolution: its windows begin one position earlier.

    Args:
        size: n, positions of the input.
        kernel: k.
        stride: s.
        padding: a name, a number of zeros on each side, or ``(before, after)``.
        dilation: d.

    Returns:
        ``(before, after)``.

    Raises:
        ValueError: an unknown padding, a negative number, or a kernel, stride or dilation that is not a positive
            integer.

    Example:
        >>> zeros_added(32, 3, stride=2, padding="same")
        (0, 1)
    """
    for value, name in ((kernel, "kernel"), (stride, "stride"), (dilation, "dilation")):
        one_for_each_axis(value, 1, name)
    if padding == "valid":
        return 0, 0
    if padding == "causal":
        return span(kernel, dilation) - 1, 0
    if padding == "same":
        if size is None and stride == 1:
            total = span(kernel, dilation) - 1
        elif size is None:
            raise ValueError(
                'padding="same" with a stride depends on the size of the input: give Input a known height and width.'
            )
        else:
            # p = max(0, (o − 1) s + d (k − 1) + 1 − n),   o = ⌈n / s⌉
            total = max(0, (-(-size // stride) - 1) * stride + span(kernel, dilation) - size)
        return total // 2, total - total // 2
    pair = tuple(padding) if hasattr(padding, "__iter__") else (padding, padding)
    if len(pair) != 2 or not all(isinstance(p, numbers.Integral) and p >= 0 for p in pair):
        raise ValueError(
            f'padding is "valid", "same", "causal", a number ≥ 0, or (before, after), not {padding!r}.'
        )
    return pair


def output_size(size, kernel, stride=1, padding="valid", dilation=1):
    """The number of positions at which the kernel is applied.

    o = ⌊(n + p_before + p_after − d (k − 1) − 1) / s⌋ + 1

    Arguments as ``zeros_added``. For ``"same"`` and ``"causal"`` this is ⌈n / s⌉, whatever the kernel.

    Raises:
        ValueError: the padded input is shorter than the kernel, or as in ``zeros_added``.

    Example:
        >>> output_size(28, 5), output_size(28, 3, stride=2, padding="same")
        (24, 14)
    """
    before, after = zeros_added(size, kernel, stride, padding, dilation)
    # o = ⌊(n + p_before + p_after − d (k − 1) − 1) / s⌋ + 1
    room = size + before + after - span(kernel, dilation)
    if room < 0:
        raise ValueError(
            f"A kernel that covers {span(kernel, dilation)} positions does not fit into an input of size {size} "
            f"with {before} + {after} zeros: use a smaller kernel or padding='same'."
        )
    return room // stride + 1


def axes(spatial, kernel_size, strides=1, padding="valid", dilation_rate=1):
    """An ``Axis`` for every spatial axis of an input; single numbers stand for all axes.

    Args:
        spatial: sizes of the input without batch and channels.
        kernel_size, strides, dilation_rate: a positive integer, or one for each axis.
        padding: a name for all axes, or a list with one padding for each axis.

    Raises:
        ValueError: a size, a stride or a dilation is not a positive integer, or there are not as many as axes.
    """
    rank = len(spatial)
    kernel_size = one_for_each_axis(kernel_size, rank, "kernel_size")
    strides = one_for_each_axis(strides, rank, "strides")
    dilation_rate = one_for_each_axis(dilation_rate, rank, "dilation_rate")
    paddings = padding if isinstance(padding, list) else [padding] * rank
    if len(paddings) != rank:
        raise ValueError(f"padding is a list of {len(paddings)} for {rank} axes: give one for each axis.")
    found = []
    for n, k, s, p, d in zip(spatial, kernel_size, strides, paddings, dilation_rate, strict=True):
        before, after = zeros_added(n, k, s, p, d)
        o = None if n is None else output_size(n, k, s, (before, after), d)
        found.append(Axis(n, k, s, d, before, after, o))
    return found


def one_for_each_axis(value, rank, name):
    """A number as a tuple of ``rank`` equal numbers; a tuple is checked and returned."""
    values = tuple(value) if hasattr(value, "__iter__") else (value,) * rank
    good = all(isinstance(v, numbers.Integral) and not isinstance(v, bool) and v > 0 for v in values)
    if len(values) != rank or not good:
        several = f", or {rank} of them (one for each axis)" if rank > 1 else ""
        raise ValueError(f"{name} must be a positive integer{several}, not {value!r}.")
    return tuple(int(v) for v in values)


def transposed_output_size(size, kernel, stride=1, padding="valid", dilation=1, output_padding=None):
    """The output size of a transposed convolution, and how many positions of its full result are left out before.

    The full result has (n − 1) s + d (k − 1) + 1 positions. ``"valid"`` keeps them all (and at least n s),
    ``"same"`` keeps n s. A number ``output_padding`` (less than s) replaces the choice of the size, because several
    input sizes of a convolution with a stride have the same output size:
    (n − 1) s + d (k − 1) + 1 + output_padding for ``"valid"``, and for ``"same"`` (n − 1) s + output_padding, plus 1 if
    d (k − 1) + 1 is odd. With ``"same"``, an even kernel and output_padding 0 the output is so short that a convolution
    makes less than n of it; Keras's layer on TensorFlow fails there, on JAX and torch it is computed as here.

    Returns:
        ``(o, before)``: positions before, …, before + o − 1 of the full result; beyond its end there are zeros.

    Raises:
        ValueError: an unknown padding, or an output padding that is not in 0, …, s − 1.

    Example:
        >>> transposed_output_size(14, 3, stride=2, padding="same")
        (28, 0)
    """
    if padding not in ("valid", "same"):
        raise ValueError(f'The padding of a transposed convolution is "valid" or "same", not {padding!r}.')
    if output_padding is not None and not 0 <= output_padding < stride:
        raise ValueError(
            f"output_padding must be less than the stride {stride} and not negative, got {output_padding!r}."
        )
    wide = span(kernel, dilation)
    full = (size - 1) * stride + wide
    if padding == "valid":
        return (max(full, size * stride) if output_padding is None else full + output_padding), 0
    output = size * stride if output_padding is None else (size - 1) * stride + wide % 2 + output_padding
    # the zeros before the input of the convolution with padding="same" whose input has `output` positions
    return output, max(0, full - output) // 2
