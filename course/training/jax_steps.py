"""What one call of a compiled step takes from an iterator of batches: one, ``steps_per_execution``, or the epoch.

Every function here is ``(state, iterator) → (state, logs)`` and raises ``StopIteration`` when no batch is left at its
beginning. Between the calls ``fit`` lets callbacks look; when there are none that look at batches, the steps of an
epoch follow one another without anything in between.
"""

from itertools import islice

import jax
import jax.numpy as jnp
import numpy as np

from course.training.jax_batches import Batches


def single(one, n):
    """Each execution takes n batches, one after the other."""
    if n == 1:
        return lambda state, iterator: one(state, next(iterator))

    def run(state, iterator):
        state, logs = one(state, next(iterator))
        for data in islice(iterator, n - 1):
            state, logs = one(state, data)
        return state, logs

    return run


def grouped(one, many, n):
    """Each execution takes n batches as one array; a remainder goes step by step, with the step compiled for it."""

    def run(state, iterator):
        group = iterator.group(n) if isinstance(iterator, Batches) else None
        if group is not None:
            return many(state, group)
        batches = list(islice(iterator, n))
        if len(batches) == n and len({_shapes(b) for b in batches}) == 1:
            return many(state, jax.tree.map(_stacked, *batches))
        return single(one, n)(state, iter(batches))

    return run


def epoch(execute, keep):
    """All executions of an epoch; should one be interrupted, ``keep`` receives the state before it."""

    def run(state, iterator):
        state, logs = execute(state, iterator)
        try:
            while True:
                state, logs = execute(state, iterator)
        except StopIteration:
            return state, logs
        except BaseException:
            keep(state)
            raise

    return run


def epoch_of_singles(one, keep):
    """The same, of executions of one step."""

    def run(state, iterator):
        state, logs = one(state, next(iterator))
        try:
            for data in getattr(iterator, "singly", iterator):
                state, logs = one(state, data)
        except BaseException:
            keep(state)
            raise
        return state, logs

    return run


def _stacked(*parts):
    """One array for several batches; NumPy's are joined before they go to the device, in one piece."""
    return (np if isinstance(parts[0], np.ndarray) else jnp).stack(parts)


def _shapes(batch):
    return tuple((x.shape, str(x.dtype)) for x in jax.tree.leaves(batch))
