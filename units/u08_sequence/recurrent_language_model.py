"""A language model with a recurrent network: its state is what it knows of all tokens so far (§7.2, §7.3)."""

import keras
import numpy as np
from keras import ops

import course
from course.training.rules.checked_data import CheckedData
from units.u03_optimization.hyperparameters import check_size
from units.u08_sequence.gru_cell import GRUCell
from units.u08_sequence.lstm_cell import LSTMCell
from units.u08_sequence.rnn_cell import RNNCell
from units.u08_sequence.tokens import require_tokens, token_numbers

CELLS = {"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell}


@keras.saving.register_keras_serializable("medl")
class RecurrentLanguageModel(CheckedData, keras.Model):
    """The next token from the state of a recurrent network.

    h_t = cell(embedding(w_t), h_{t−1}),   p(· | w_1, …, w_t) = softmax(h_t W + b)

    An n-gram model sees n − 1 tokens; here the state may hold something of every token before. ``fit`` takes windows
    of a text and begins each with the state 0 (truncated backpropagation through time); ``cross_entropy`` reads a text
    of any length and hands the state on from one piece to the next.

    Args:
        vocabulary: number of tokens V.
        d_model: length of the embedding.
        units: size of the state.
        cell: "rnn", "lstm" or "gru".
        cell_options: further arguments of the cell, such as ``{"forget_bias": 2.0}``.

    Shapes: tokens (batch, seq), logits (batch, seq, vocabulary).

    Raises:
        ValueError: the cell is unknown, a size is less than 1, or a token is not of the vocabulary.

    Example:
        >>> model = RecurrentLanguageModel(4, 3, 5, "gru")
        >>> model.compile("adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        >>> ids = np.arange(64) % 4
        >>> history = model.fit(*windows(ids, 4), epochs=2, verbose=0)
        >>> bool(model.cross_entropy(ids) > 0)
        True

    References: Mikolov et al., Recurrent neural network based language model, 2010.
    """

    def __init__(self, vocabulary, d_model, units, cell="lstm", cell_options=None, **kwargs):
        super().__init__(**kwargs)
        if cell not in CELLS:
            raise ValueError(f"cell must be one of {', '.join(CELLS)}, not {cell!r}.")
        vocabulary, d_model = check_size("vocabulary", vocabulary), check_size("d_model", d_model)
        units = check_size("units", units)
        self.sizes = {"vocabulary": vocabulary, "d_model": d_model, "units": units, "cell": cell}
        self.cell_options = cell_options or {}
        self.embedding = keras.layers.Embedding(
            vocabulary, d_model, keras.initializers.RandomNormal(stddev=1.0)
        )
        made = CELLS[cell](units, **self.cell_options)
        self.recurrent = keras.layers.RNN(made, return_sequences=True, return_state=True)
        self.logits = keras.layers.Dense(vocabulary)
        self.embedding.build()
        self.recurrent.build((None, None, d_model))
        self.logits.build((None, None, units))
        # what ``cross_entropy`` and ``write`` call, compiled once for all texts
        self._read = course.compiled(lambda tokens, states: self.read(tokens, states))
        self.built = True

    def check_inputs(self, x):
        """Tokens of the vocabulary."""
        require_tokens(x, self.sizes["vocabulary"])

    def read(self, tokens, states=None):
        """Logits after each token, and the states after the last one.

        Args:
            tokens: shape (batch, seq).
            states: the states before the first token, as this method returns them; None for zeros.

        Returns:
            Logits (batch, seq, vocabulary) and a list of states (batch, units).
        """
        h, *states = self.recurrent(self.embedding(tokens), initial_state=states)
        return self.logits(h), states

    def call(self, tokens):
        """Logits after each token, from the state 0."""
        return self.read(tokens)[0]

    def first_states(self, batch):
        """The states before any token: zeros, a list of (batch, units)."""
        sizes = self.recurrent.cell.state_size
        sizes = sizes if isinstance(sizes, (list, tuple)) else [sizes]
        return [ops.zeros((batch, size)) for size in sizes]

    def cross_entropy(self, ids, steps=32):
        """The mean of −log p(w_t | w_1, …, w_{t−1}) over a text, in nats, without the first token.

        The text is read in pieces of ``steps`` tokens, and the state goes from piece to piece, so the length of the
        pieces does not change the result.

        Args:
            ids: token numbers of the text, shape (seq,), at least two.
            steps: tokens in a piece.

        Raises:
            ValueError: the text has fewer than two tokens or other numbers, or steps is less than 1.
        """
        ids = np.asarray(ids)
        if ids.ndim != 1 or len(ids) < 2 or steps < 1:
            raise ValueError(
                f"ids needs two tokens or more in one row, not the shape {ids.shape}; steps at least 1, not {steps}."
            )
        ids = token_numbers(ids, self.logits.units)
        cost, states = 0.0, self.first_states(1)
        for first in range(0, len(ids) - 1, steps):
            piece = ids[first : first + steps + 1]
            inputs = np.zeros(
                (1, steps), "int32"
            )  # all pieces have one shape; what is behind the end is not counted
            inputs[0, : len(piece) - 1] = piece[:-1]
            logits, states = self._read(ops.convert_to_tensor(inputs), states)
            z = ops.convert_to_numpy(logits)[0, : len(piece) - 1].astype("float64")
            # −log softmax(z) of the true token
            each = np.logaddexp.reduce(z, axis=1) - z[np.arange(len(z)), piece[1:]]
            cost += each.sum()
        return cost / (len(ids) - 1)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), **self.sizes, "cell_options": self.cell_options}


def write(model, ids, number, choose):
    """Lengthen a text token by token; a step costs the same however long the text is.

    Args:
        model: a ``RecurrentLanguageModel``.
        ids: the beginnings, shape (batch, seq) with seq ≥ 1.
        number: how many tokens are written.
        choose: function of the logits (batch, vocabulary) that returns tokens (batch,): ``greedy``, or ``sample`` with
            its settings and a ``keras.random.SeedGenerator``.

    Returns:
        The new tokens, a NumPy int32 array of shape (batch, number).

    Raises:
        ValueError: there is no beginning, it holds other numbers than tokens, or number is less than 1.
    """
    ids = np.asarray(ids)
    if ids.ndim != 2 or not ids.shape[1] or number < 1:
        raise ValueError(
            f"ids needs the shape (batch, seq) with at least one token, not {ids.shape}, and number at least 1."
        )
    token_numbers(ids.ravel(), model.logits.units)
    ids = ids.astype("int32")
    states, written = model.first_states(len(ids)), []
    for t in range(ids.shape[1] + number - 1):
        token = ids[:, t] if t < ids.shape[1] else written[-1]
        logits, states = model._read(ops.convert_to_tensor(token[:, None]), states)
        if t >= ids.shape[1] - 1:
            written.append(ops.convert_to_numpy(choose(logits[:, 0])).astype("int32"))
    return np.stack(written, axis=1)
