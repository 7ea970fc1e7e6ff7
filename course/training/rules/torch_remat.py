"""``keras.remat`` in a step on torch: what is computed twice is assigned once.

Torch runs the function a second time when it differentiates. What it assigns, such as the averages of a
``BatchNormalization`` and the state of a random generator, would be assigned again, and the second run would draw
other numbers than the first. Here the second run starts from the values of the first, and what it assigns is dropped.
"""

from keras.src.backend.common.stateless_scope import get_stateless_scope
from torch.utils.checkpoint import checkpoint

from course.training.state import Scope, is_tracing


def remat(f):
    """Keras's, of a function that may assign variables."""

    def run(*args, **kwargs):
        if is_tracing():
            return f(*args, **kwargs)
        before, runs = dict(get_stateless_scope().state_mapping), []

        def once_or_again(*args, **kwargs):
            runs.append(None)
            if len(runs) == 1:
                return f(*args, **kwargs)
            with Scope() as scope:
                scope.state_mapping = dict(before)
                return f(*args, **kwargs)

        return checkpoint(once_or_again, *args, use_reentrant=False, **kwargs)

    return run
