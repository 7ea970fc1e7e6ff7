"""Gradients of residual networks: along all paths, and at two inputs."""

from keras import ops


def forward(a, blocks, psi, shortcut):
    """The signals a_0, …, a_L.

    Args:
        a: a_0, shape (batch, units).
        blocks: W_1, …, W_L, shape (layers, units, units).
        psi: factor of the branch.
        shortcut: whether a block adds to its input.

    Returns:
        Shape (layers + 1, batch, units).
    """
    signals = [a]
    for l in range(blocks.shape[0]):
        branch = psi * ops.matmul(ops.relu(a), blocks[l])
        a = a + branch if shortcut else branch
        signals.append(a)
    return ops.stack(signals)


def input_gradient(signals, blocks, w, psi, shortcut):
    """∂C/∂a_0 of C = ⟨w, a_L⟩.

    Args:
        signals: a_0, …, a_L, shape (layers + 1, batch, units).
        blocks: shape (layers, units, units).
        w: shape (units,).
        psi: factor of the branch.
        shortcut: whether a block adds to its input.

    Returns:
        Shape (batch, units).
    """
    g = ops.ones_like(signals[0]) * w
    for l in reversed(range(blocks.shape[0])):
        active = ops.cast(signals[l] > 0, g.dtype)
        branch = psi * active * ops.matmul(g, ops.transpose(blocks[l]))
        g = g + branch if shortcut else branch
    return g


def path_gradients(signals, blocks, w, psi):
    """∂C/∂a_0 of a network with shortcuts, by the number of branches on the way.

    Args:
        signals: a_0, …, a_L, shape (layers + 1, batch, units).
        blocks: shape (layers, units, units).
        w: shape (units,).
        psi: factor of the branch.

    Returns:
        The sums over all paths with 0, 1, …, L branches, shape (layers + 1, batch, units).
    """
    start = ops.ones_like(signals[0]) * w
    sums = [start] + [ops.zeros_like(start) for _ in range(blocks.shape[0])]
    for l in reversed(range(blocks.shape[0])):
        active = ops.cast(signals[l] > 0, start.dtype)
        branches = [psi * active * ops.matmul(g, ops.transpose(blocks[l])) for g in sums]
        sums = [sums[0]] + [g + branch for g, branch in zip(sums[1:], branches[:-1], strict=True)]
    return ops.stack(sums)


def correlation(depth, psi, shortcut):
    """E⟨g, g′⟩ / E‖g‖² after ``depth`` blocks with independent ReLUs.

    Args:
        depth: L.
        psi: factor of the branch.
        shortcut: whether a block adds to its input.

    Returns:
        A number.
    """
    # E‖g Wᵀ‖² = 2 E‖g‖²; half of the entries pass one ReLU, a quarter pass both
    passed = 1.0 if shortcut else 0.0
    length, product = passed + psi**2 * 2 / 2, passed + psi**2 * 2 / 4
    return (product / length) ** depth
