"""How far back a gradient reaches in an untrained cell: basic, LSTM, GRU, and a linear recurrence (§7.2)."""

import keras

from course import figures
from units.u08_sequence.gradient_by_lag import gradient_by_lag
from units.u08_sequence.gru_cell import GRUCell
from units.u08_sequence.lstm_cell import LSTMCell
from units.u08_sequence.rnn_cell import RNNCell

FACTOR = 0.9


class LinearCell(keras.layers.Layer):
    """h_t = λ h_{t−1} + x_t, whose gradient by lag is λ^k times a constant."""

    def __init__(self, units):
        super().__init__()
        self.units = self.state_size = units

    def call(self, x, states, training=False):
        """One step."""
        h = FACTOR * states[0] + x
        return h, [h]


def run(r):
    units, steps = r.pick(quick=16, full=64), r.pick(quick=30, full=100)
    x = r.rng.normal(size=(8, steps, units)).astype("float32")
    _, ax = r.figure("gradient", size=(8, 4.2))
    rows = []
    cells = {
        "basic": RNNCell(units),
        "LSTM": LSTMCell(units),
        "GRU": GRUCell(units),
        "linear": LinearCell(units),
    }
    for (name, cell), colour in zip(cells.items(), ("red", "blue", "green", "black"), strict=True):
        norms = gradient_by_lag(keras.layers.RNN(cell), x)
        style = "--" if name == "linear" else "-"
        ax.semilogy(norms / norms[0], style, color=figures.COLOURS[colour], label=name)
        rows.append([name, *(f"{norms[k] / norms[0]:.1e}" for k in (1, 5, 10, 20, steps - 1))])
        if name == "linear":
            r.metric("ratio_linear", (norms[10] / norms[0]) ** 0.1)
        else:
            r.metric(f"left_of_{name.lower().replace('basic', 'rnn')}", norms[10] / norms[0])
    r.table(
        ["cell", *(f"k = {k}" for k in (1, 5, 10, 20, steps - 1))],
        rows,
        title="Gradient norm over that of k = 0",
    )
    ax.set(
        title=f"Gradient of the last state, {units} units, untrained",
        xlabel="steps back, k",
        ylabel="norm over that of k = 0",
    )
    ax.legend()
