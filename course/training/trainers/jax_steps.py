"""What one call of a compiled step takes from an iterator of batches: one batch, or ``steps_per_execution``.

Every function here is ``(state, iterator) → None``: the values and the logs stay in the ``jax_state.LoopState``. It
raises ``StopIteration`` if no batch is left when it is called.
"""

from itertools import islice

import jax
import jax.numpy as jnp
import numpy as np


def single(one, n):
    """Each execution takes n batches, one after the other."""

    def run(state, iterator):
        state.step(one, next(iterator))
        for data in islice(iterator, n - 1):
            state.step(one, data)

    return run


def grouped(one, many, n):
    """Each execution takes n batches as one array; a remainder goes step by step, with the step compiled for it."""

    def run(state, iterator):
        group = iterator.group(n) if hasattr(iterator, "group") else None
        if group is not None:
            return state.step(many, group)
        batches = list(islice(iterator, n))
        if len(batches) == n and len({_shapes(b) for b in batches}) == 1:
            return state.step(many, jax.tree.map(_stacked, *batches))
        return single(one, n)(state, iter(batches))

    return run


def _stacked(*parts):
    """One array for several batches; NumPy's are joined before they go to the device, in one piece."""
    return (np if isinstance(parts[0], np.ndarray) else jnp).stack(parts)


def _shapes(batch):
    return tuple((x.shape, str(x.dtype)) for x in jax.tree.leaves(batch))
