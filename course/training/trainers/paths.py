"""The places where a fast path may take over, with what is done there otherwise."""

import contextlib


class PlainPaths:
    """How the steps of a model run without fast paths.

    A trainer asks ``model._paths`` for this object, or for the one of ``course.training.fast`` that overrides its
    methods. ``jax``, ``tensorflow`` and ``torch`` each add the places of their backend.

    Args:
        model: the ``course.Model``.
    """

    def __init__(self, model):
        self.model = model

    def fit(self, args, kwargs):
        """A block in which Keras's ``fit`` runs with these arguments; it may set keywords."""
        return contextlib.nullcontext()

    def prepare(self, epoch_iterator):
        """Called with Keras's iterator over the batches before a loop begins."""
