"""The loss of a network in a plane through its weights (§4.1)."""

import numpy as np
from keras import ops


def random_direction(weights, rng):
    """A random direction in weight space, scaled to the size of the weights.

    d_u ← d_u ‖w_u‖ / ‖d_u‖ for the incoming weights w_u of every unit u

    Without the scaling a picture depends mostly on the size of the weights: a ReLU network does not change when the
    weights of a layer are doubled and those of the next layer halved, but the same step then changes it less.

    Args:
        weights: a list of arrays, kernels (inputs, units) and biases (units,); a bias is scaled as a whole.
        rng: ``numpy.random.Generator``.

    Returns:
        A list of float32 arrays of the same shapes.

    References: Li et al., "Visualizing the loss landscape of neural nets", NeurIPS 2018.
    """
    direction = []
    for w in (np.asarray(w, "float64") for w in weights):
        d = rng.normal(size=w.shape)
        axis = tuple(range(w.ndim - 1)) if w.ndim > 1 else None
        # d_u ← d_u ‖w_u‖ / ‖d_u‖
        d *= np.linalg.norm(w, axis=axis, keepdims=True) / np.linalg.norm(d, axis=axis, keepdims=True)
        direction.append(d.astype("float32"))
    return direction


def loss_surface(loss, weights, first, second, a, b):
    """The loss on a grid in the plane that two directions span.

    C(θ + a d₁ + b d₂)

    Args:
        loss: a function of a list of tensors, each with one more axis in front (points, ...), that returns the losses
            (points,): one evaluation for the whole grid.
        weights: θ, a list of arrays.
        first: d₁, arrays of the same shapes.
        second: d₂, arrays of the same shapes.
        a: steps along d₁, shape (columns,).
        b: steps along d₂, shape (rows,).

    Returns:
        A NumPy array of shape (rows, columns).

    Raises:
        ValueError: a direction does not have the shapes of the weights.
    """
    shapes = [np.shape(w) for w in weights]
    if [np.shape(d) for d in first] != shapes or [np.shape(d) for d in second] != shapes:
        raise ValueError("loss_surface: each direction has one array for each of the weights, of its shape.")
    grid = np.stack([g.ravel() for g in np.meshgrid(a, b)]).astype("float32")

    def along(steps, d):
        return np.multiply.outer(steps, np.asarray(d, "float32"))

    # θ + a d₁ + b d₂ for every point of the grid
    moved = [
        ops.convert_to_tensor(np.asarray(w, "float32") + along(grid[0], d1) + along(grid[1], d2))
        for w, d1, d2 in zip(weights, first, second, strict=True)
    ]
    return ops.convert_to_numpy(loss(moved)).reshape(len(b), len(a))
