"""A convolution as a fully connected layer with shared weights: what is saved, and what the gradient becomes."""

from keras import ops


def count(length, channels, filters, k, stride):
    """The numbers of parameters of three layers from (length, channels) to (positions, filters), without padding.

    Args:
        length, channels: of the signal.
        filters: channels of the output.
        k: numbers of a window.
        stride: s, from one window to the next.

    Returns:
        [fully connected, locally connected, convolution], with all biases.
    """
    positions = (length - k) // stride + 1
    dense = positions * filters * (length * channels + 1)
    local = positions * filters * (k * channels + 1)
    shared = filters * (k * channels + 1)
    return [dense, local, shared]


def shared_gradient(G, k, stride):
    """The gradient of the kernel from the gradient of all weights.

    Args:
        G: ∂C/∂W of the fully connected layer, shape (positions, filters, length, channels).
        k: numbers of a window.
        stride: s, from one window to the next.

    Returns:
        ∂C/∂w, shape (k, channels, filters).
    """
    # ∂C/∂w[u] = ∑_i G[i, s i + u]
    windows = [G[i, :, stride * i : stride * i + k] for i in range(G.shape[0])]
    total = sum(windows)
    return ops.transpose(total, (1, 2, 0))


def nearest_kernel(W, k, stride):
    """The kernel whose fully connected weights T(w) are nearest to W.

    Args:
        W: any weights, shape (positions, filters, length, channels).
        k: numbers of a window.
        stride: s, from one window to the next.

    Returns:
        The w with the smallest ‖W − T(w)‖², shape (k, channels, filters).
    """
    positions = W.shape[0]
    return shared_gradient(W, k, stride) / positions


def projected_step(w, G, stride, learning_rate):
    """The kernel that is nearest to T(w) − α G.

    Args:
        w: the kernel, shape (k, channels, filters).
        G: ∂C/∂W at T(w), shape (positions, filters, length, channels).
        stride: s, from one window to the next.
        learning_rate: α.

    Returns:
        The new kernel, shape (k, channels, filters).
    """
    # the nearest kernel to a sum is the sum of the nearest kernels, and that of T(w) is w
    step = nearest_kernel(G, w.shape[0], stride)
    return w - learning_rate * step
