"""What one call of a compiled step takes from an iterator of batches: one, ``steps_per_execution``, or the epoch.

Every function here is ``(held, iterator) → None``: the state and the logs stay in ``held`` (``jax_state.Held``). It
raises ``StopIteration`` when no batch is left at its beginning. Between the calls ``fit`` lets callbacks look; when
there are none that look at batches, the steps of an epoch follow one another without anything in between.
"""

from itertools import islice

import jax
import jax.numpy as jnp
import numpy as np

from course.training.fast.jax_batches import Batches


def single(one, n):
    """Each execution takes n batches, one after the other."""

    def run(held, iterator):
        held.step(one, next(iterator))
        for data in islice(iterator, n - 1):
            held.step(one, data)

    return run


def grouped(one, many, n):
    """Each execution takes n batches as one array; a remainder goes step by step, with the step compiled for it."""

    def run(held, iterator):
        group = iterator.group(n) if isinstance(iterator, Batches) else None
        if group is not None:
            return held.step(many, group)
        batches = list(islice(iterator, n))
        if len(batches) == n and len({_shapes(b) for b in batches}) == 1:
            return held.step(many, jax.tree.map(_stacked, *batches))
        return single(one, n)(held, iter(batches))

    return run


def epoch(execute):
    """All executions of an epoch."""

    def run(held, iterator):
        execute(held, iterator)
        try:
            while True:
                execute(held, iterator)
        except StopIteration:
            return

    return run


def epoch_of_singles(one):
    """The same, of executions of one step."""

    def run(held, iterator):
        step = held.step
        step(one, next(iterator))
        for data in getattr(iterator, "singly", iterator):
            step(one, data)

    return run


def _stacked(*parts):
    """One array for several batches; NumPy's are joined before they go to the device, in one piece."""
    return (np if isinstance(parts[0], np.ndarray) else jnp).stack(parts)


def _shapes(batch):
    return tuple((x.shape, str(x.dtype)) for x in jax.tree.leaves(batch))
