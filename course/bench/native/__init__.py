"""Native loops for ``course bench``: each case as a person would write it well in one framework, without Keras.

``BACKEND/CASE.py`` has ``build(weights, precision)``; ``weights`` is the list of the course model's initial weights as
NumPy arrays in Keras's order and layout. ``BACKEND/loop.py`` runs what it returns over the batches of an epoch, in two
ways: ``native`` is the plain loop that a tutorial of the framework shows, the other is the fastest one that the
framework offers (``native_scan`` on JAX, ``native_xla`` on TensorFlow, ``native_compile`` on torch). ``LOOPS`` has
both.
"""
