"""ResNet's bottleneck block: forward pass, parameters, multiplications."""

from keras import ops


def bottleneck(x, kernels, scales, shifts, stride):
    """y = ReLU(z + shortcut), with the stride and a border of zeros at the 3 × 3 kernel.

    Args:
        x: shape (batch, height, width, channels).
        kernels: list of W_1 (1 × 1), W_2 (3 × 3), W_3 (1 × 1) and, with a projection, W_4 (1 × 1), each of shape
            (height, width, channels of the input, channels of the output).
        scales, shifts: lists of γ and β, one for each kernel, shape (channels of the output,).
        stride: a positive integer.

    Returns:
        y, shape (batch, height / stride, width / stride, channels of W_3's output).
    """

    def step(a, k, stride=1):
        return scales[k] * ops.conv(a, kernels[k], strides=stride, padding="valid") + shifts[k]

    a = ops.relu(step(x, 0))
    bordered = ops.pad(a, ((0, 0), (1, 1), (1, 1), (0, 0)))
    a = ops.relu(step(bordered, 1, stride))
    z = step(a, 2)
    shortcut = step(x, 3, stride) if len(kernels) == 4 else x
    return ops.relu(z + shortcut)


def parameters(channels, filters, stride):
    """Trainable numbers of the block: kernels, γ and β, with a projection if the shape changes.

    Args:
        channels: number of channels of the input.
        filters: channels of the 3 × 3 kernel; the output has four times as many.
        stride: of the block.

    Returns:
        An integer.
    """
    projected = stride != 1 or channels != 4 * filters
    kernels = channels * filters + 9 * filters * filters + filters * 4 * filters
    scales_and_shifts = 2 * (filters + filters + 4 * filters)
    if projected:
        kernels += channels * 4 * filters
        scales_and_shifts += 2 * 4 * filters
    return kernels + scales_and_shifts


def multiplications(height, width, channels, filters, stride, stride_at):
    """Multiplications of all convolutions for one image.

    Args:
        height, width: of the input, multiples of the stride.
        channels: number of channels of the input.
        filters: channels of the 3 × 3 kernel; the output has four times as many.
        stride: of the block.
        stride_at: 1 for the first 1 × 1 kernel, 3 for the 3 × 3 kernel.

    Returns:
        An integer.
    """
    before, after = height * width, (height // stride) * (width // stride)
    first = after if stride_at == 1 else before
    total = first * channels * filters + after * (9 * filters * filters + filters * 4 * filters)
    if stride != 1 or channels != 4 * filters:
        total += after * channels * 4 * filters
    return total
