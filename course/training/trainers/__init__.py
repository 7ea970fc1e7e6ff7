"""How Keras's ``fit``, ``evaluate`` and ``predict`` call the steps of a ``course.Model``.

``jax``, ``tensorflow`` and ``torch`` compile and call a step; ``loops`` has what is the same on the three backends
around Keras's loops, ``recompiling`` and ``optimizers`` how a model is compiled, saved and loaded. Where a fast path
may take over, a trainer calls a method of ``model._paths``: ``PlainPaths`` here, or what overrides it in ``../fast``.

May import distribution, processes, training and rules. ``course.training.model`` calls it.
"""
