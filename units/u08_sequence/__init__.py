"""Unit 8: sequence models (§7)."""

from units.u08_sequence.backpropagation_through_time import (
    Gradients,
    backpropagation_through_time,
    hidden_states,
)
from units.u08_sequence.gradient_by_lag import gradient_by_lag, linear_gradient_by_lag
from units.u08_sequence.gru_cell import GRUCell
from units.u08_sequence.linear_recurrence import combine, linear_recurrence, linear_recurrence_by_loop
from units.u08_sequence.lstm_cell import LSTMCell
from units.u08_sequence.recurrent_cell import RecurrentCell
from units.u08_sequence.rnn_cell import RNNCell
from units.u08_sequence.unroll import unroll
