"""Which part of the input an output sees: size, step and first position of receptive fields (§6.3)."""

from typing import NamedTuple

from units.u05_convolution.output_size import output_size, span, zeros_added


class Field(NamedTuple):
    """The receptive fields of a layer along one axis.

    Output i sees the input positions first + i · step, …, first + i · step + size − 1; those below 0 are padding.
    """

    size: int
    step: int
    first: int


def receptive_field(layers, size=None):
    """The receptive field of the outputs behind a list of layers.

    size ← size + d (k − 1) step,   first ← first − p_before step,   step ← step s,   beginning with 1, 0 and 1

    where the step is the distance of two neighbouring outputs in the input. Two layers of k = 3 see 5 positions, as one
    of k = 5 does. Behind a stride every later kernel reaches further, because the step multiplies its size.

    Args:
        layers: ``(kernel, stride, dilation, padding)`` for each layer; trailing entries may be missing and are 1, 1 and
            ``"valid"``. Pooling is such a layer too.
        size: of the input. Needed if a layer has padding ``"same"`` and a stride.

    Returns:
        A ``Field``.

    Example:
        >>> receptive_field([(3,), (3,), (2, 2), (3,)])
        Field(size=10, step=2, first=0)
    """
    field, step, first = 1, 1, 0
    for layer in layers:
        k, s, d, padding = (*layer, *(None, 1, 1, "valid")[len(layer) :])
        before, _ = zeros_added(size, k, s, padding, d)
        # size ← size + d (k − 1) step,   first ← first − p_before step,   step ← step s
        field, first, step = field + (span(k, d) - 1) * step, first - before * step, step * s
        size = None if size is None else output_size(size, k, s, padding, d)
    return Field(field, step, first)


def sizes_by_layer(size, layers):
    """The sizes of the input and of the output of every layer, along one axis.

    Args:
        size: of the input.
        layers: as in ``receptive_field``.

    Returns:
        A list, one longer than ``layers``.
    """
    found = [size]
    for layer in layers:
        k, s, d, padding = (*layer, *(None, 1, 1, "valid")[len(layer) :])
        found.append(output_size(found[-1], k, s, padding, d))
    return found
