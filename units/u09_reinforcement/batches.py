"""The batch that an agent learns from: a dictionary of arrays, whose names and axes are checked (§8.4)."""

import keras
from keras import ops

TRANSITIONS = ("observation", "action", "reward", "next_observation", "terminated")


def checked_batch(data, names, vectors, agent):
    """The arrays of a batch as tensors.

    An array (batch, 1) beside one of shape (batch,) would be broadcast to (batch, batch), and the mean of a cost would
    go over all pairs of samples. So a column is read as a vector here. Booleans become 0.0 and 1.0.

    Args:
        data: what ``fit`` brings.
        names: of the arrays that the agent needs.
        vectors: names of those with one number for each sample.
        agent: the agent, for the message.

    Returns:
        A dictionary name → tensor, in the order of ``names``.

    Raises:
        ValueError: the data are no dictionary, an array is missing, or a vector has another shape.
    """
    if not isinstance(data, dict) or any(name not in data for name in names):
        raise ValueError(
            f"{type(agent).__name__} learns from a dictionary with the arrays {', '.join(names)}."
        )
    batch = {name: ops.convert_to_tensor(data[name]) for name in names}
    for name in vectors:
        x = batch[name]
        if len(x.shape) == 2 and x.shape[1] == 1:
            x = x[:, 0]
        if len(x.shape) != 1:
            raise ValueError(
                f"{name} has one number for each sample, shape (batch,), and not {tuple(x.shape)}."
            )
        batch[name] = ops.cast(x, "float32") if keras.backend.standardize_dtype(x.dtype) == "bool" else x
    return batch
