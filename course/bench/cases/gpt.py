"""A GPT over characters, as in unit 8: a step of real size, in which arithmetic takes the time.

The sizes are those that nanoGPT proposes for a processor: 4 layers, width 128, context 64, batch 12; 0.8 million
parameters. The text is generated: each character has four likely successors.
"""

import keras
import numpy as np
from keras import layers, ops

from course.bench.case import ADAM, Case
from course.bench.cases._own_step import OwnStep


class Block(layers.Layer):
    """Causal attention and a wide layer, each after a normalization, each added to its input."""

    def __init__(self, width, heads):
        super().__init__()
        self.first_norm = layers.LayerNormalization(epsilon=1e-5)
        self.attention = layers.MultiHeadAttention(num_heads=heads, key_dim=width // heads)
        self.second_norm = layers.LayerNormalization(epsilon=1e-5)
        self.wide = layers.Dense(4 * width, activation="gelu")
        self.narrow = layers.Dense(width)

    def call(self, x):
        """Sequences (batch, seq, d_model) of the same shape."""
        h = self.first_norm(x)
        x = x + self.attention(h, h, use_causal_mask=True)
        return x + self.narrow(self.wide(self.second_norm(x)))


def model(base, depth, width, heads, context, characters):
    """The compiled network, as a model with its own step or a ``keras.Model``."""

    class GPT(base):
        def __init__(self):
            super().__init__()
            self.tokens = layers.Embedding(characters, width)
            self.positions = layers.Embedding(context, width)
            self.blocks = [Block(width, heads) for _ in range(depth)]
            self.norm = layers.LayerNormalization(epsilon=1e-5)
            self.logits = layers.Dense(characters, use_bias=False)

        def call(self, x):
            x = self.tokens(x) + self.positions(ops.arange(context))
            for block in self.blocks:
                x = block(x)
            return self.logits(self.norm(x))

    net = GPT()
    net.compile(keras.optimizers.Adam(**ADAM), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return net


def case(depth=4, width=128, heads=4, context=64, characters=65, batch=12, steps=20):
    """The case for so many layers, their width, and so many characters read at once."""

    def data(rng, n):
        """Characters (n, context), and those that follow each of them, of the same shape."""
        followers = rng.integers(0, characters, (characters, 4))
        text = [rng.integers(0, characters, n)]
        for _ in range(context):
            text.append(followers[text[-1], rng.integers(0, 4, n)])
        text = np.stack(text, axis=1).astype("int32")
        return np.ascontiguousarray(text[:, :-1]), np.ascontiguousarray(text[:, 1:])

    sizes = depth, width, heads, context, characters
    own_keras = keras.backend.backend() != "tensorflow"
    return Case(
        title=f"GPT with {depth} layers, width {width}, {heads} heads, context {context}, batch {batch}",
        batch=batch,
        steps=steps,
        data=data,
        ours=lambda: model(OwnStep, *sizes),
        keras=(lambda: model(keras.Model, *sizes)) if own_keras else None,
        why_no_keras=""
        if own_keras
        else "its Adam squares the terms of an embedding's gradient before it adds them",
        large=True,
    )


CASE = case()
