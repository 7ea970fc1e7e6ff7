"""Everything that is there for speed alone: without this folder a step computes the same numbers, but for rounding.

``jax.fast_paths``, ``tensorflow.fast_paths`` and ``torch.fast_paths`` are the only ways in: each takes a model and
returns an object that overrides methods of the ``PlainPaths`` of that backend's trainer. ``model._paths`` calls the
function where ``course.fast`` and ``compile(fast=...)`` allow it.

May import distribution, processes, training, rules and trainers. Training calls it, by that function.
"""
