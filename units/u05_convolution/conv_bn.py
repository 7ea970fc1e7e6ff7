"""Convolution, batch normalization, activation: the step that most networks since 2015 repeat (§6)."""

from keras import layers


def conv_bn(x, filters, size, stride=1, padding="same", activation="relu", bias=False, epsilon=1e-3):
    """z = W ⋆ x (+ b),   z̃ = γ (z − μ) / √(σ² + ε) + β,   a = S(z̃).

    The normalization subtracts the mean, so a bias b has no effect; some published networks have one all the same.

    Args:
        x: shape (batch, height, width, channels).
        filters, size, stride, padding: of the convolution.
        activation: S; None leaves it out.
        bias: whether the convolution has a bias.
        epsilon: ε.

    Returns:
        a, shape (batch, height, width, filters).
    """
    if size == 1:
        x, stride = every(x, stride), 1
    z = layers.Conv2D(filters, size, strides=stride, padding=padding, use_bias=bias)(x)
    z = layers.BatchNormalization(epsilon=epsilon)(z)
    return z if activation is None else layers.Activation(activation)(z)


def every(x, stride):
    """Every ``stride``-th position of an image: the only ones that a 1 × 1 kernel with this stride reads.

    A network takes them before the convolution, which then has the stride 1 and the same values. oneDNN, with which
    PyTorch computes on a processor, writes beyond its memory in the gradient of a strided 1 × 1 convolution of fewer
    than 8 channels (16 with AVX-512) whose last axis is the channels (oneDNN's issue 6035, open in November 2026).

    Args:
        x: shape (batch, height, width, channels).
        stride: s, a positive integer.

    Returns:
        Shape (batch, ⌈height / s⌉, ⌈width / s⌉, channels).
    """
    return x if stride == 1 else x[:, ::stride, ::stride]


def stages(repeats, channels):
    """Pairs of repeats and channels, one for each stage; there may be channels for further stages.

    Raises:
        ValueError: there are more stages than numbers of channels.
    """
    if len(repeats) > len(channels):
        raise ValueError(f"There are {len(repeats)} stages, and channels for {len(channels)} only.")
    return list(zip(repeats, channels, strict=False))


def scaled(width, *channels):
    """Numbers of channels times a width, rounded, at least 1: an integer for one number, a list for several."""
    if width <= 0:
        raise ValueError(f"width multiplies the numbers of channels and must be positive, not {width!r}.")
    numbers = [max(1, round(width * n)) for n in channels]
    return numbers[0] if len(numbers) == 1 else numbers
