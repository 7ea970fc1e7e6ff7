"""A causal transformer: masks, positions, dropout, a learning-rate schedule (Vaswani et al., 2017)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import tokens


@keras.saving.register_keras_serializable("published_steps")
class Transformer(course.Model):
    def __init__(self, words=6, width=8, length=8, **kwargs):
        super().__init__(**kwargs)
        self.words = words
        self.embed = layers.Embedding(words, width, mask_zero=True)
        self.positions = layers.Embedding(length, width)
        # The gradient of a key's bias is zero but for rounding, of which Adam would make steps: there is no bias.
        self.attention = layers.MultiHeadAttention(2, width // 2, dropout=0.1, use_bias=False, seed=3)
        self.norms = [layers.LayerNormalization() for _ in range(2)]
        self.feed = keras.Sequential([layers.Dense(16, activation="gelu"), layers.Dense(width)])
        self.dropout = layers.Dropout(0.1, seed=4)
        self.logits = layers.Dense(words)
        self.loss_metric = keras.metrics.Mean(name="loss")

    def call(self, words, training=False):
        h = self.embed(words) + self.positions(ops.arange(ops.shape(words)[1]))
        mask = ops.not_equal(words, 0)
        a = self.norms[0](h)
        a = self.attention(a, a, key_mask=mask, use_causal_mask=True, training=training)
        h = h + self.dropout(a, training=training)
        return self.logits(h + self.dropout(self.feed(self.norms[1](h)), training=training))

    def train_step(self, words):
        before, after = words[:, :-1], words[:, 1:]
        weight = ops.cast(after != 0, "float32")

        def loss():
            logits = self(before, training=True)
            errors = keras.losses.sparse_categorical_crossentropy(after, logits, from_logits=True)
            return ops.sum(errors * weight) / ops.sum(weight)

        value, gradients = course.value_and_grad(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        self.loss_metric.update_state(value, sample_weight=ops.sum(weight))
        return {"loss": self.loss_metric.result()}


def make():
    model = Transformer()
    # Without warm-up, which tests/parity has: in an eager step JAX compiles its ops.cond anew for each weight.
    schedule = keras.optimizers.schedules.CosineDecay(1e-2, 10)
    model.compile(keras.optimizers.AdamW(schedule, global_clipnorm=1.0))
    return model


def data():
    return (tokens(),)
