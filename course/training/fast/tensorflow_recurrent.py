"""An LSTM over a whole sequence in one kernel, on a CPU.

Keras's layer is a loop in the graph, a dozen small operations for each time; on a GPU it calls cuDNN instead.
TensorFlow has ``BlockLSTM`` for a CPU, which does the same for all times at once. While a step of a ``course.Model``
runs, its ``keras.layers.LSTM`` use it where it computes what the layer asks for: tanh and sigmoid, no mask, no dropout
of the state, float32. The kernel has a gradient, which itself has none, so that a loss that is differentiated twice or
forwards keeps the loop.

What is relied on of Keras is ``LSTM.inner_loop(sequences, initial_state, mask, training)``, the part of a call that
runs through the times, and its return value: the last output, the outputs, and the two states.
"""

import contextlib

import keras
import tensorflow as tf
from keras import ops

from course.context import set_attribute
from course.training.tensorflow import at_most_one_derivative


@contextlib.contextmanager
def whole_sequences(layers):
    """While this lasts, the LSTM among the layers use the kernel where they can."""
    with contextlib.ExitStack() as stack:
        if not tf.config.list_logical_devices("GPU"):
            for layer in layers:
                if type(layer) is keras.layers.LSTM and layer.use_cudnn == "auto" and not layer.unroll:
                    stack.enter_context(set_attribute(layer, "inner_loop", _inner_loop(layer)))
        yield


def _inner_loop(layer):
    general = layer.inner_loop

    def inner_loop(sequences, initial_state, mask, training=False):
        cell = layer.cell
        tensors = [
            sequences,
            *initial_state,
            *(v for v in (cell.kernel, cell.recurrent_kernel, cell.bias) if v is not None),
        ]
        if (
            not at_most_one_derivative()
            or any(m is not None for m in keras.tree.flatten(mask))
            or cell.recurrent_dropout
            or cell.activation is not keras.activations.tanh
            or cell.recurrent_activation is not keras.activations.sigmoid
            or any(ops.convert_to_tensor(t).dtype != tf.float32 for t in tensors)
        ):
            return general(sequences, initial_state, mask=mask, training=training)
        if training and cell.dropout:
            sequences = sequences * cell.get_dropout_mask(sequences[:, 0, :])[:, None]
        times = tf.transpose(sequences, (1, 0, 2))
        outputs, states = _kernel(cell, times[::-1] if layer.go_backwards else times, *initial_state)
        last = outputs[-1]
        outputs = tf.transpose(outputs, (1, 0, 2)) if layer.return_sequences else last[:, None]
        return last, outputs, [last, states[-1]]

    return inner_loop


def _kernel(cell, times, h, c):
    """cₜ = f ⊙ cₜ₋₁ + i ⊙ g, hₜ = o ⊙ tanh cₜ, with the gates i, f, o and g of [xₜ, hₜ₋₁] W + b.

    Args:
        cell: the layer's cell, with its weights.
        times: inputs, (seq, batch, features).
        h, c: the states before, (batch, units).

    Returns:
        All h and all c, (seq, batch, units).
    """
    units = cell.units
    kernel = tf.concat([ops.convert_to_tensor(cell.kernel), ops.convert_to_tensor(cell.recurrent_kernel)], 0)
    bias = tf.zeros((4 * units,)) if cell.bias is None else ops.convert_to_tensor(cell.bias)
    no_peephole = tf.zeros((units,))
    result = tf.raw_ops.BlockLSTM(
        seq_len_max=tf.shape(times, out_type=tf.int64)[0],
        x=times,
        cs_prev=c,
        h_prev=h,
        w=_reordered(kernel),
        wci=no_peephole,
        wcf=no_peephole,
        wco=no_peephole,
        b=_reordered(bias),
        forget_bias=0.0,
        cell_clip=-1.0,
        use_peephole=False,
    )
    return result.h, result.cs


def _reordered(weights):
    """Keras's gates are i, f, g, o, the kernel's i, g, f, o. (BlockLSTMV2 has Keras's order, and a wrong gradient.)"""
    i, f, g, o = tf.split(weights, 4, axis=-1)
    return tf.concat([i, g, f, o], axis=-1)
