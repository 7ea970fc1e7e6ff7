"""Recurrent layers that keep their state from batch to batch (``stateful=True``), in a model that nobody has built.

Keras hides a layer's states from itself: they are no weights and are not saved. But a step assigns them. And it makes
them from tensors, which is not possible while a step is run without numbers; here they are made from a function, which
is called when that run is over.

What is relied on of Keras is ``RNN._create_state_variables(batch_size)``, which sets ``states``, and
``RNN.get_initial_state``.
"""

import contextlib

import keras
from keras import tree
from keras.src import backend

from course.context import set_attribute


def states(layers):
    """The variables in which these layers keep their states."""
    kept = [layer.states for layer in layers if isinstance(layer, keras.layers.RNN) and layer.stateful]
    return [v for v in tree.flatten(kept) if v is not None]


@contextlib.contextmanager
def made_later():
    """While this lasts, the states of a layer get their first values when there are values."""
    with set_attribute(keras.layers.RNN, "_create_state_variables", _create_state_variables):
        yield


def _create_state_variables(layer, batch_size):
    def first(i):
        return lambda shape, dtype: backend.cast(tree.flatten(layer.get_initial_state(batch_size))[i], dtype)

    with backend.name_scope(layer.name, caller=layer):
        shapes = layer.get_initial_state(batch_size)
        made = [
            backend.Variable(
                first(i), shape=x.shape, dtype=layer.variable_dtype, trainable=False, name="rnn_state"
            )
            for i, x in enumerate(tree.flatten(shapes))
        ]
    layer._tracker.unlock()
    object.__setattr__(layer, "states", tree.pack_sequence_as(shapes, made))
    layer._tracker.lock()
