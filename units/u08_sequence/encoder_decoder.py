"""Encoder and decoder: one network reads a sentence, another one writes its translation token by token (§7.4)."""

import keras
from keras import ops

from course.training.rules.checked_data import CheckedData
from units.u03_optimization.hyperparameters import check_size
from units.u08_sequence.token_model import TokenModel, token_cross_entropy
from units.u08_sequence.tokens import END, PAD, START, require_tokens


class EncoderDecoder(CheckedData, TokenModel):
    """A model of p(target | source) = ∏_t p(w_t | w_1, …, w_{t−1}, source) that translates.

    ``fit`` is teacher forcing: at step t the decoder gets the true tokens w_1, …, w_{t−1}, and not its own, so all
    steps are trained at once. ``predict`` is greedy translation: the most likely token becomes the next input.

    A subclass defines

    - ``encode(sources, training)``: what the decoder may know of the source, a list of tensors whose first axis is the
      batch.
    - ``decode(memory, inputs, training)``: the states before the last layer, (batch, steps, width), and the weights of
      the attention to the source, (batch, steps, seq), or None. The state of step t may depend on the inputs up to t.

    Args:
        source_tokens, target_tokens: sizes of the two vocabularies.
        width: of embeddings and states.
        length: the most tokens of a translation that ``predict`` writes, ``END`` included.
        dropout: rate at which entries of embeddings and states are dropped in training.

    Shapes: sources (batch, seq); targets (batch, steps), each row ``START``, tokens, ``END``, padding; logits (batch,
    steps − 1, target_tokens); ``predict`` returns int32 (batch, length), with ``PAD`` after ``END``.

    Raises:
        ValueError: a size is not positive, a token is not of its vocabulary, or the targets have fewer than two steps.

    Example::

        model = LSTMTranslator(160, 170, width=64, length=12, attention="dot")
        model.compile(keras.optimizers.Adam(0.005))
        model.fit(sources, targets, epochs=10)
        tokens = model.predict(new_sources)

    References: Sutskever, Vinyals and Le, Sequence to sequence learning with neural networks, 2014.
    """

    def __init__(self, source_tokens, target_tokens, width, length, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        sizes = {"source_tokens": source_tokens, "target_tokens": target_tokens}
        sizes |= {"width": width, "length": length}
        self.sizes = sizes = {name: check_size(name, size) for name, size in sizes.items()}
        source_tokens, target_tokens, width, length = sizes.values()
        self.length, self.rate = length, dropout
        self.source_embedding = keras.layers.Embedding(
            source_tokens, width, keras.initializers.RandomNormal(stddev=1.0)
        )
        self.target_embedding = keras.layers.Embedding(
            target_tokens, width, keras.initializers.RandomNormal(stddev=1.0)
        )
        self.dropout = keras.layers.Dropout(dropout)
        self.logits = keras.layers.Dense(target_tokens)
        for layer in (self.source_embedding, self.target_embedding):
            layer.build()
        self.logits.build((None, None, width))
        self.built = True  # a subclass builds its own layers in __init__, too

    def check_inputs(self, x):
        """Tokens of the vocabulary of the sources."""
        require_tokens(x, self.sizes["source_tokens"], "sources")

    def check_targets(self, y):
        """Tokens of the vocabulary of the targets."""
        require_tokens(y, self.sizes["target_tokens"], "targets")

    def encode(self, sources, training=False):
        """What the decoder may know of the sources."""
        raise NotImplementedError(f"{type(self).__name__} needs a method encode(self, sources, training).")

    def decode(self, memory, inputs, training=False):
        """The states for all inputs, and the weights of the attention to the source."""
        raise NotImplementedError(
            f"{type(self).__name__} needs a method decode(self, memory, inputs, training)."
        )

    def call(self, data, training=False):
        """Logits of the token after each input, for ``(sources, inputs)``; inputs begin with ``START``."""
        sources, inputs = data
        states, _ = self.decode(self.encode(sources, training), inputs, training)
        return self.logits(states)

    def attention(self, sources, inputs):
        """The weights of each step's attention to the source, shape (batch, steps, seq), or None without attention."""
        return self.decode(self.encode(sources), inputs)[1]

    def cost(self, data, training):
        """Teacher forcing: the inputs are the targets without their last token, the outputs those without the first."""
        sources, targets = _pair(data)
        logits = self((sources, targets[:, :-1]), training=training)
        return token_cross_entropy(logits, targets[:, 1:])

    def predict_step(self, data):
        """Greedy translation of a batch: the source is read once, and ``length`` tokens are written."""
        sources, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        memory = self.encode(sources)
        places = ops.arange(self.length + 1)
        first = ops.zeros_like(sources[:, :1])
        start = ops.where(places == 0, START, PAD) + ops.cast(first, places.dtype)  # (batch, length + 1)

        def lengthen(t, tokens):
            # the decoder sees all places, but the state of place t depends on the tokens up to t only
            states, _ = self.decode(memory, tokens[:, :-1])
            token = ops.argmax(self.logits(ops.take(states, t, axis=1)), axis=-1)
            before = ops.take(tokens, t, axis=1)
            over = ops.logical_or(before == END, before == PAD)
            token = ops.where(over, PAD, ops.cast(token, tokens.dtype))
            return ops.where(places == t + 1, token[:, None], tokens)

        return ops.fori_loop(0, self.length, lengthen, start)[:, 1:]

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), **self.sizes, "dropout": self.rate}


def _pair(data):
    sources, targets, weights = keras.utils.unpack_x_y_sample_weight(data)
    if targets is None or len(targets.shape) != 2 or targets.shape[1] < 2:
        shape = None if targets is None else tuple(targets.shape)
        raise ValueError(f"Targets need the shape (batch, steps), START and END included, not {shape}.")
    if weights is not None:
        raise ValueError("Every token counts the same here: leave sample_weight out.")
    return sources, targets
