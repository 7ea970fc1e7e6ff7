"""Sizes and receptive fields of networks, from whole numbers."""


def sizes(n, layers):
    """The sizes of the outputs of all layers, one after the other.

    o = ⌊(n + p + e − d (k − 1) − 1) / s⌋ + 1

    Args:
        n: number of positions of the input.
        layers: a list of layers ``[k, s, d, p, e]``.

    Returns:
        A list with one int for each layer.
    """
    found = []
    for k, s, d, p, e in layers:
        n = (n + p + e - d * (k - 1) - 1) // s + 1
        found.append(n)
    return found


def unread(n, layer):
    """How many positions at the end of the input no window reaches.

    Args:
        n: number of positions of the input.
        layer: ``[k, s, d, p, e]``.

    Returns:
        An int.
    """
    k, s, d, p, _ = layer
    (o,) = sizes(n, [layer])
    last = s * (o - 1) - p + d * (k - 1)
    return max(0, n - 1 - last)


def smallest_input(o, layers):
    """The smallest input for which the last layer has at least o outputs.

    Args:
        o: a number of outputs, at least 1.
        layers: a list of layers ``[k, s, d, p, e]``.

    Returns:
        An int.
    """
    for k, s, d, p, e in reversed(layers):
        o = max(1, s * (o - 1) + d * (k - 1) + 1 - p - e)
    return o


def seen(i, layers):
    """The first and the last input position that output i of the last layer depends on.

    Args:
        i: the number of an output, from 0.
        layers: a list of layers ``[k, s, d, p, e]``.

    Returns:
        A list of two ints; they may lie outside of the input.
    """
    first = last = i
    for k, s, d, p, _ in reversed(layers):
        first = s * first - p
        last = s * last - p + d * (k - 1)
    return [first, last]
