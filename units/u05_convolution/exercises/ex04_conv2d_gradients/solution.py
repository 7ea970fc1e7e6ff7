"""A convolution without borders, and its gradients."""

from keras import ops


def forward(x, W, b):
    """The convolution with circular padding.

    z_{n i j f} = b_f + ∑_{u v c} W_{u v c f} x_{n, (i + u) mod height, (j + v) mod width, c}

    Args:
        x: shape (batch, height, width, channels).
        W: shape (height, width of the kernel, channels, filters).
        b: shape (filters,).

    Returns:
        z, shape (batch, height, width, filters).
    """
    z = b
    for u in range(W.shape[0]):
        for v in range(W.shape[1]):
            window = ops.roll(ops.roll(x, -u, axis=1), -v, axis=2)
            z = z + ops.matmul(window, W[u, v])
    return z


def by_bias(D):
    """The gradient in b.

    Args:
        D: ∂C/∂z, shape (batch, height, width, filters).

    Returns:
        ∂C/∂b, shape (filters,).
    """
    return ops.sum(D, axis=(0, 1, 2))


def by_kernel(D, x, kernel_height, kernel_width):
    """The gradient in W.

    Args:
        D: ∂C/∂z, shape (batch, height, width, filters).
        x: shape (batch, height, width, channels).
        kernel_height, kernel_width: size of the kernel.

    Returns:
        ∂C/∂W, shape (kernel_height, kernel_width, channels, filters).
    """
    slope = ops.reshape(D, (-1, D.shape[-1]))
    rows = []
    for u in range(kernel_height):
        row = []
        for v in range(kernel_width):
            window = ops.roll(ops.roll(x, -u, axis=1), -v, axis=2)
            window = ops.reshape(window, (-1, x.shape[-1]))
            row.append(ops.matmul(ops.transpose(window), slope))
        rows.append(ops.stack(row))
    return ops.stack(rows)


def by_input(D, W):
    """The gradient in x.

    Args:
        D: ∂C/∂z, shape (batch, height, width, filters).
        W: shape (height, width of the kernel, channels, filters).

    Returns:
        ∂C/∂x, shape (batch, height, width, channels).
    """
    total = 0
    for u in range(W.shape[0]):
        for v in range(W.shape[1]):
            slope = ops.matmul(D, ops.transpose(W[u, v]))
            total = total + ops.roll(ops.roll(slope, u, axis=1), v, axis=2)
    return total
