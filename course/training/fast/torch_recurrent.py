"""Keras's LSTM and GRU on a CPU by torch's own functions, which Keras calls on a GPU only.

Keras's layers on torch compute on a CPU step after step of the sequence: a dozen small operations for each, and as many
again for the derivative. ``torch.lstm`` is one operation (oneDNN's, where torch was built with it). The gates stand in
the same order, i, f, c, o; torch has a second bias, which stays zero. ``torch.gru`` is a loop in C++ with about two
thirds of the operations; Keras's gates are z, r, h, torch's r, z, h.

The LSTM's kernel has one derivative in reverse mode. So both are used while a model's step runs, where no more is
asked: without a derivative, and in the function of an outermost ``course.value_and_grad`` or ``course.grad``. Keras's
loop remains inside a nested derivative, ``course.vjp`` and ``course.jvp``, and for whatever torch has no form for: a
mask, other activations, ``unroll``, ``reset_after=False``, other dtypes, ``torch.compile``.
"""

import functools

import torch
import torch.autograd.forward_ad as forward_ad
from keras import activations
from keras.src import backend  # keras.layers.LSTM calls keras.src.backend.lstm, and GRU its gru
from keras.src.backend.torch.core import convert_to_tensor

from course.training.given_variables import Converted
from course.training.torch import at_most_one_derivative

DTYPES = (torch.float32, torch.bfloat16)
_keras_lstm, _keras_gru = backend.lstm, backend.gru


def _suits(inputs, kernel, mask, activation, recurrent_activation, unroll):
    return (
        mask is None
        and not unroll
        and activation is activations.tanh
        and recurrent_activation is activations.sigmoid
        and kernel.dtype in DTYPES
        and kernel.device.type == inputs.device.type == "cpu"
        and inputs.numel() > 0
        and forward_ad._current_level < 0
        and torch._C._functorch.peek_interpreter_stack() is None  # torch.vmap, torch.func
        and not torch.compiler.is_compiling()
        and not torch.jit.is_tracing()
    )


@functools.wraps(_keras_lstm)
def _lstm(
    inputs, initial_state_h, initial_state_c, mask, kernel, recurrent_kernel, bias, activation,
    recurrent_activation, return_sequences=False, go_backwards=False, unroll=False, batch_first=True,
):  # fmt: skip
    if at_most_one_derivative():
        x, weights = convert_to_tensor(inputs), convert_to_tensor(kernel)
        if _suits(x, weights, mask, activation, recurrent_activation, unroll):
            states = convert_to_tensor(initial_state_h), convert_to_tensor(initial_state_c)
            recurrent = convert_to_tensor(recurrent_kernel)
            bias = None if bias is None else convert_to_tensor(bias)
            return _whole(x, states, weights, recurrent, bias, return_sequences, go_backwards, batch_first)
    return _keras_lstm(
        inputs, initial_state_h, initial_state_c, mask, kernel, recurrent_kernel, bias, activation,
        recurrent_activation, return_sequences, go_backwards, unroll, batch_first,
    )  # fmt: skip


@functools.wraps(_keras_gru)
def _gru(
    inputs, initial_state, mask, kernel, recurrent_kernel, bias, activation, recurrent_activation,
    return_sequences=False, go_backwards=False, unroll=False, reset_after=True,
):  # fmt: skip
    if reset_after and at_most_one_derivative():
        x, weights = convert_to_tensor(inputs), convert_to_tensor(kernel)
        if _suits(x, weights, mask, activation, recurrent_activation, unroll):
            state, recurrent = convert_to_tensor(initial_state), convert_to_tensor(recurrent_kernel)
            biases = (None, None) if bias is None else convert_to_tensor(bias)
            return _whole_gru(x, state, weights, recurrent, biases, return_sequences, go_backwards)
    return _keras_gru(
        inputs, initial_state, mask, kernel, recurrent_kernel, bias, activation, recurrent_activation,
        return_sequences, go_backwards, unroll, reset_after,
    )  # fmt: skip


# a block in which the layers of Keras use torch's functions
whole_sequences = Converted((), {(backend, "lstm"): _lstm, (backend, "gru"): _gru})


def _whole(x, states, weights, recurrent, bias, return_sequences, go_backwards, batch_first):
    """The last output, the outputs and the two states, as Keras's function returns them."""
    time = 1 if batch_first else 0
    x = x.to(weights.dtype)
    x = torch.flip(x, dims=[time]) if go_backwards else x
    zeros = torch.zeros(weights.shape[1], dtype=weights.dtype, device=weights.device)
    outputs, h, c = torch._VF.lstm(
        x,
        # (layers, batch, units); a copy, since a stateful layer assigns its state before the derivative reads it
        [state.to(weights.dtype, copy=True).unsqueeze(0) for state in states],
        [weights.T.contiguous(), recurrent.T.contiguous(), zeros if bias is None else bias, zeros],
        True,  # biases
        1,  # layers
        0.0,  # dropout between layers
        torch.is_grad_enabled(),  # keep what the derivative needs
        False,  # both directions
        batch_first,
    )
    h, c = h.squeeze(0), c.squeeze(0)
    return h, outputs if return_sequences else h.unsqueeze(time), [h, c]


def _whole_gru(x, state, weights, recurrent, biases, return_sequences, go_backwards):
    """The last output, the outputs and the state, as Keras's function returns them."""
    x = x.to(weights.dtype)
    x = torch.flip(x, dims=[1]) if go_backwards else x
    zeros = torch.zeros(weights.shape[1], dtype=weights.dtype, device=weights.device)
    outputs, h = torch._VF.gru(
        x,
        state.to(weights.dtype, copy=True).unsqueeze(0),
        [_reset_first(w.T) for w in (weights, recurrent)]
        + [zeros if b is None else _reset_first(b) for b in biases],
        True,  # biases
        1,  # layers
        0.0,  # dropout between layers
        torch.is_grad_enabled(),  # keep what the derivative needs
        False,  # both directions
        True,  # (batch, seq, features)
    )
    h = h.squeeze(0)
    return h, outputs if return_sequences else h.unsqueeze(1), [h]


def _reset_first(rows):
    """The gates' rows in torch's order r, z, h, as a copy without gaps; Keras has z, r, h."""
    z, r, h = torch.chunk(rows, 3)
    return torch.cat([r, z, h])


def layer(*arguments):
    """oneDNN's layer in a graph that is replayed: what its derivative needs it keeps only in torch's grad mode."""
    with torch.set_grad_enabled(arguments[-1]), torch._C._AutoDispatchBelowAutograd():
        return torch.ops.aten.mkldnn_rnn_layer.default(*arguments)
