"""How far back the gradient reaches: linear recurrences in closed form, and three cells (§7.2, §7.3)."""

import keras
import numpy as np

from course.figures import COLOURS
from units.u08_sequence.gradient_by_lag import gradient_by_lag, linear_gradient_by_lag
from units.u08_sequence.gru_cell import GRUCell
from units.u08_sequence.lstm_cell import LSTMCell
from units.u08_sequence.rnn_cell import RNNCell

UNITS, STEPS = 16, 40


def measured(cell, x):
    """The gradient by lag of a cell with its initial weights, and the factor a lag between lags 5 and 30."""
    size = gradient_by_lag(keras.layers.RNN(cell), x)
    return size, (size[30] / size[5]) ** (1 / 25)


def run(r):
    _, (left, right) = r.figure("lags", 1, 2, size=(10, 4))
    x = r.rng.normal(size=(16, STEPS, UNITS)).astype("float32")
    q, _ = np.linalg.qr(r.rng.normal(size=(UNITS, UNITS)))
    for name, decay, colour in (
        ("shrinking", 0.9, "blue"),
        ("constant", 1.0, "grey"),
        ("growing", 1.1, "red"),
    ):
        cell = RNNCell(UNITS, activation=None)
        cell.build((None, UNITS))
        cell.set_weights([np.eye(UNITS), decay * q, np.zeros(UNITS)])
        size, factor = measured(cell, x)
        exact = linear_gradient_by_lag(np.eye(UNITS), decay * q, STEPS)
        r.metric(f"factor_{name}", factor)
        left.semilogy(size, color=COLOURS[colour], label=f"λ = {decay:g}")
        left.semilogy(exact, ".", color=COLOURS["black"], markersize=4)
    left.set(title="Linear; dots: closed form", xlabel="lag k", ylabel="size of the gradient")
    rows = []
    for name, label, cell, colour in (
        ("rnn", "RNN", RNNCell(UNITS), "red"),
        ("gru", "GRU", GRUCell(UNITS), "green"),
        ("lstm_bias_1", "LSTM, bias 1", LSTMCell(UNITS), "blue"),
        ("lstm_bias_4", "LSTM, bias 4", LSTMCell(UNITS, forget_bias=4.0), "orange"),
    ):
        size, factor = measured(cell, x)
        r.metric(f"factor_{name}", factor)
        rows.append([label, f"{factor:.3f}", f"{size[0]:.2e}", f"{size[-1]:.2e}"])
        right.semilogy(size, color=COLOURS[colour], label=label)
    right.set(title="Cells with their initial weights", xlabel="lag k")
    for ax in (left, right):
        ax.legend(loc="lower left")
    r.table(["cell", "factor a lag", "lag 0", f"lag {STEPS - 1}"], rows, "size of the gradient")
