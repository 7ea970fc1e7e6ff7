"""Who remembers the first symbol? A basic network, an LSTM and a GRU over a lag (§7.3)."""

import keras
import numpy as np

from course.figures import COLOURS
from units.u08_sequence.gru_cell import GRUCell
from units.u08_sequence.lstm_cell import LSTMCell
from units.u08_sequence.rnn_cell import RNNCell

SYMBOLS, UNITS = 4, 16
CELLS = {
    "rnn": (lambda: RNNCell(UNITS), "red"),
    "gru": (lambda: GRUCell(UNITS), "green"),
    "lstm": (lambda: LSTMCell(UNITS, forget_bias=4.0), "blue"),
}


def sequences(rng, samples, lag):
    """One of four symbols, then ``lag`` steps of noise: one-hot rows of shape (batch, lag + 1, 2 · symbols)."""
    first = rng.integers(SYMBOLS, size=samples)
    noise = SYMBOLS + rng.integers(SYMBOLS, size=(samples, lag))
    rows = np.eye(2 * SYMBOLS, dtype="float32")[np.column_stack([first, noise])]
    return rows, first.astype("int32")


def run(r):
    _, ax = r.figure("recall", size=(6.4, 4))
    lags = r.pick(quick=(30,), full=(10, 30, 60, 90))
    epochs = r.pick(quick=4, full=30)
    rows = []
    for lag in lags:
        x, y = sequences(r.rng, r.pick(quick=1024, full=6400), lag)
        x_test, y_test = sequences(r.rng, 500, lag)
        for name, (cell, colour) in CELLS.items():
            model = keras.Sequential(
                [keras.Input((lag + 1, 2 * SYMBOLS)), keras.layers.RNN(cell()), keras.layers.Dense(SYMBOLS)]
            )
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            model.compile(keras.optimizers.Adam(0.01), loss=loss)
            model.optimizer.build(model.trainable_variables)  # otherwise TensorFlow traces the step twice
            history = model.fit(x, y, batch_size=64, epochs=epochs, verbose=0).history["loss"]
            right = np.mean(np.argmax(model.predict(x_test, batch_size=500, verbose=0), axis=1) == y_test)
            rows.append([lag, name, f"{right:.3f}"])
            if lag == 30:
                r.metric(f"accuracy_{name}", right)
                ax.plot(range(1, epochs + 1), history, color=COLOURS[colour], label=name.upper())
    ax.axhline(np.log(SYMBOLS), color=COLOURS["grey"], linestyle="--", label="chance: log 4")
    ax.set(title="Recall the first of 31 symbols", xlabel="epoch", ylabel="cross-entropy in nats")
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend(loc="lower left")
    r.table(["lag", "cell", "test accuracy"], rows, f"recall the first symbol, chance {1 / SYMBOLS}")
