"""GPT: a language model made of decoder blocks, which writes text with a cache of keys and values (§7.5)."""

import keras
import numpy as np
from keras import ops

import course
from units.u08_sequence.decoder_block import DecoderBlock
from units.u08_sequence.language_model import LanguageModel
from units.u08_sequence.samplers import greedy
from units.u08_sequence.tokens import token_numbers


@keras.saving.register_keras_serializable("medl")
class GPT(LanguageModel):
    """A decoder-only transformer.

    x_t = E[w_t] + P[t];   x ← block(x), for each block;   logits_t = norm(x_t) Eᵀ

    Args:
        vocabulary: number of tokens V.
        context: the most tokens that the model sees.
        layers: number of blocks.
        heads: of each block.
        d_model: width of the vectors x_t.
        d_inner: width of the feed-forward networks, 4 · d_model if None.
        dropout: rate, in the blocks and for x_t before the first of them.
        positions: "learned" for a table P of vectors; "rotary" for queries and keys that are turned, without P.
        tied: whether the last layer uses the embedding E again. Otherwise it has a kernel of its own.
        use_bias: whether the products of the blocks have biases.
        **kwargs: those of ``LanguageModel`` and Keras.

    Shapes: tokens (batch, seq) with seq ≤ context, logits (batch, seq, vocabulary).

    Raises:
        ValueError: an unknown kind of positions, a size that is not positive, more tokens than the context holds.

    References: Radford et al., "Language models are unsupervised multitask learners" (2019).
    """

    def __init__(
        self,
        vocabulary,
        context,
        layers,
        heads,
        d_model,
        d_inner=None,
        dropout=0.0,
        positions="learned",
        tied=True,
        use_bias=True,
        **kwargs,
    ):
        super().__init__(vocabulary, **kwargs)
        if positions not in ("learned", "rotary"):
            raise ValueError(f'positions is "learned" or "rotary", not {positions!r}.')
        if min(context, layers, d_model) < 1:
            raise ValueError(
                f"context, layers and d_model must be positive, not {context}, {layers} and {d_model}."
            )
        d_inner = 4 * d_model if d_inner is None else d_inner
        self.sizes = {"context": context, "layers": layers, "heads": heads, "d_model": d_model}
        self.sizes |= {"d_inner": d_inner}
        self.context, self.rate, self.positions, self.tied = context, dropout, positions, tied
        self.use_bias = use_bias
        small = keras.initializers.RandomNormal(stddev=0.02)
        self.embedding = keras.layers.Embedding(self.vocabulary, d_model, small, name="embedding")
        self.embedding.build()
        if positions == "learned":
            small = keras.initializers.RandomNormal(stddev=0.02)
            self.place = keras.layers.Embedding(context, d_model, small, name="position_embedding")
            self.place.build()
        self.dropout = keras.layers.Dropout(dropout)
        self.blocks = [self.make_block(f"block_{i}") for i in range(layers)]
        self.norm = self.make_norm("norm")
        for layer in (*self.blocks, self.norm):
            layer.build((None, None, d_model))
        if not tied:
            self.head = keras.layers.Dense(self.vocabulary, use_bias=False, name="head")
            self.head.build((None, None, d_model))
        # what ``generate`` calls, compiled once for all texts
        self._read = course.compiled(lambda tokens: self.step(tokens)[0])
        self._add = course.compiled(lambda tokens, caches, start: self.step(tokens, caches, start))
        self.built = True

    def make_block(self, name):
        """One block, not yet built; ``ModernGPT`` has another one."""
        rotary = self.positions == "rotary"
        options = {"norm_first": True, "rotary": rotary, "use_bias": self.use_bias, "name": name}
        return DecoderBlock(self.sizes["heads"], self.sizes["d_inner"], self.rate, "gelu", **options)

    def make_norm(self, name):
        """The normalization after the last block."""
        return keras.layers.LayerNormalization(epsilon=1e-5, name=name)

    def call(self, tokens, training=False):
        """The logits of the token after each place."""
        return self.step(tokens, training=training)[0]

    def step(self, tokens, caches=None, start=0, training=False):
        """The logits for tokens whose first one has the position ``start``, and the new caches.

        Args:
            tokens: shape (batch, seq).
            caches: one for each block (``empty_caches``), which hold the tokens before ``start``; None without.
            start: an integer or an integer tensor.
            training: whether dropout is on.
        """
        if tokens.shape[1] is not None and tokens.shape[1] > self.context:
            raise ValueError(f"There are {tokens.shape[1]} tokens, and the context holds {self.context}.")
        x = self.embedding(tokens)
        if self.positions == "learned":
            x = x + self.place(ops.arange(tokens.shape[1], dtype="int32") + start)
        x, new = self.dropout(x, training=training), []
        for block, cache in zip(self.blocks, caches or [None] * len(self.blocks), strict=True):
            if cache is None:
                x = block(x, training=training)
            else:
                x, cache = block(x, cache=cache, start=start, training=training)
                new.append(cache)
        x = self.norm(x)
        if self.tied:
            return ops.matmul(x, ops.transpose(ops.cast(self.embedding.embeddings, x.dtype))), new
        return self.head(x), new

    def empty_caches(self, batch):
        """A cache for each block, with room for the whole context."""
        return [block.attention.empty_cache(batch, self.context) for block in self.blocks]

    def generate(self, prompts, steps, choose=greedy, cache=True):
        """Write tokens after the prompts, one after the other.

        If the context is full, the model goes on with its last half, as a new prompt.

        Args:
            prompts: token numbers, shape (batch, seq) with 1 ≤ seq ≤ context.
            steps: number of new tokens.
            choose: a function of the logits (batch, vocabulary) that returns the next tokens (batch,), such as
                ``greedy`` or ``lambda z: sample(z, temperature=0.8, seed=generator)``.
            cache: whether keys and values are kept. Without it the whole context is computed for each token; the
                tokens are the same, but for rounding.

        Returns:
            The prompts and the new tokens, int32 of shape (batch, seq + steps).

        Raises:
            ValueError: the prompts are no token numbers, or do not fit in the context.
        """
        written = np.asarray(prompts)
        if written.ndim != 2 or not 1 <= written.shape[1] <= self.context:
            raise ValueError(
                f"Prompts have the axes (batch, seq) with 1 to {self.context} tokens, not {written.shape}."
            )
        token_numbers(written.ravel(), self.vocabulary, "Prompts")
        written = written.astype("int32")
        first, done, caches = 0, 0, self.empty_caches(len(written))  # the context holds written[:, first:]
        for _ in range(steps):
            if written.shape[1] - first > self.context:
                first, done = written.shape[1] - max(self.context // 2, 1), 0
            if cache:
                # the first call reads all tokens of the context, the later ones the last token
                new = written[:, first + done :]
                logits, caches = self._add(
                    ops.convert_to_tensor(new), caches, ops.convert_to_tensor(done, "int32")
                )
                logits, done = logits[:, -1], done + new.shape[1]
            else:
                # a window of fixed length: what stands after the last token has no influence on it
                inside = written[:, first:]
                window = np.pad(inside, ((0, 0), (0, self.context - inside.shape[1])))
                logits = self._read(ops.convert_to_tensor(window))[:, inside.shape[1] - 1]
            token = ops.convert_to_numpy(choose(logits)).astype("int32")
            written = np.concatenate([written, token[:, None]], axis=1)
        return written

    def get_config(self):
        """The arguments of ``__init__``."""
        options = {"dropout": self.rate, "positions": self.positions, "tied": self.tied}
        options |= {"vocabulary": self.vocabulary, "ignore": self.ignore, "use_bias": self.use_bias}
        return {**super().get_config(), **self.sizes, **options}
