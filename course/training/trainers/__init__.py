"""How Keras's ``fit``, ``evaluate`` and ``predict`` call the steps of a ``course.Model``.

``jax``, ``tensorflow`` and ``torch`` compile and call a step; ``loops`` has what is the same on the three backends
around Keras's loops, ``recompiling`` and ``optimizers`` how a model is compiled, saved and loaded.

May import distribution, processes, training, rules and fast. ``course.training.model`` calls it.
"""
