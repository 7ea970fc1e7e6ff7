"""What the fast paths of the three backends share: a ``fit`` without callbacks, and memory that is retained."""

import contextlib

from course.training.fast import allocator, deferred_history


class FastFit:
    """A part of the ``FastPaths`` of each backend."""

    @contextlib.contextmanager
    def fit(self, args, kwargs):
        """A block in which Keras's ``fit`` runs with these arguments; the keyword ``callbacks`` may be set."""
        allocator.retain()
        model, history = self.model, None
        if deferred_history.no_callbacks(args, kwargs):
            history = kwargs["callbacks"] = deferred_history.DeferredHistory(
                add_history=True, model=model, verbose=0, epochs=kwargs.get("epochs", 1), kept=self.kept
            )
        model._no_callbacks = history is not None
        try:
            yield
        finally:
            model._no_callbacks = False
            if history is not None:
                history.flush()
