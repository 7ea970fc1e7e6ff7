"""Unrolling: a cell run over the steps of a sequence, with a mask (§7.2)."""

from keras import ops


def unroll(cell, x, mask=None, states=None):
    """Run a cell over a sequence, equal to ``keras.layers.RNN(cell, return_sequences=True, return_state=True)``.

    states_t = cell(x_t, states_{t−1}) where m_t is true, states_{t−1} where it is not

    A masked step keeps the states and repeats the last output; before the first step with a true mask the output is 0.
    So the last output of a padded sequence is that of its last true step.

    Args:
        cell: a layer ``(x_t, states) → (y_t, states)`` with ``state_size``.
        x: shape (batch, seq, features).
        mask: m, booleans of shape (batch, seq), or None.
        states: the list of states before the first step, each of shape (batch, units); zeros if None.

    Returns:
        The outputs y, shape (batch, seq, units), and the list of the last states.

    Raises:
        ValueError: the shapes of x and mask do not fit, or the sequence has no steps.
    """
    x = ops.convert_to_tensor(x)
    if len(x.shape) != 3 or x.shape[1] is None or x.shape[1] < 1:
        raise ValueError(
            f"x has the axes (batch, seq, features) with at least one step, not {tuple(x.shape)}."
        )
    if mask is not None:
        mask = ops.cast(mask, "bool")
        if tuple(mask.shape) != tuple(x.shape[:2]):
            raise ValueError(f"The mask has the shape {tuple(x.shape[:2])}, not {tuple(mask.shape)}.")
    if states is None:
        sizes = cell.state_size if isinstance(cell.state_size, (list, tuple)) else [cell.state_size]
        states = [ops.zeros((x.shape[0], size), x.dtype) for size in sizes]
    states, outputs = list(states), []
    for t in range(x.shape[1]):
        y, new = cell(x[:, t], states)
        if mask is not None:
            true = mask[:, t, None]
            y = ops.where(true, y, outputs[-1] if outputs else ops.zeros_like(y))
            new = [ops.where(true, after, before) for after, before in zip(new, states, strict=True)]
        states = list(new)
        outputs.append(y)
    return ops.stack(outputs, axis=1), states
