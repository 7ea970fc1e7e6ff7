"""What the transformers that model language share: the cost of a training step, and perplexity (§7.1)."""

import keras
import numpy as np
from keras import ops

import course
from course.training.checked_targets import CheckedTargets


class LanguageModel(CheckedTargets, course.Model):
    """A model of the next token, p(w_{t+1} | w_1, …, w_t), trained at all places of a window at once.

    C = −(1/T) ∑_t log p(w_{t+1} | w_1, …, w_t) in nats,   perplexity = e^C

    A subclass defines ``call(tokens, training)``, which returns the logits of the token after each place. The logits
    at place t may depend on the tokens up to t only.

    Args:
        vocabulary: number of tokens V.
        ignore: number of a token that does not count as a target (``PAD``), or None if all count.

    Shapes: tokens and targets (batch, seq), as from ``windows``; logits (batch, seq, vocabulary).

    Raises:
        ValueError: the targets are no integers from 0 to V − 1, or have another shape than the tokens.

    Example:
        >>> model = GPT(65, context=64, layers=4, heads=4, d_model=128)
        >>> model.compile(keras.optimizers.AdamW(1e-3))
        >>> model.fit(*windows(ids, 64), batch_size=12)
        >>> model.perplexity(*windows(new_ids, 64))
    """

    def __init__(self, vocabulary, ignore=None, **kwargs):
        super().__init__(**kwargs)
        if isinstance(vocabulary, bool) or not isinstance(vocabulary, int) or vocabulary < 1:
            raise ValueError(f"vocabulary must be a positive whole number, not {vocabulary!r}.")
        self.vocabulary, self.ignore = vocabulary, ignore
        self.nats = keras.metrics.Mean(name="nats")

    def check_targets(self, y):
        """Targets are token numbers, one for each place."""
        y = np.asarray(y)
        if y.ndim != 2 or y.dtype.kind not in "iu" or y.min() < 0 or y.max() >= self.vocabulary:
            raise ValueError(
                f"Targets are integers from 0 to {self.vocabulary - 1} with the axes (batch, seq), not "
                f"{y.dtype} of shape {y.shape}."
            )

    def cost(self, data, training):
        """C of a batch, and the number of targets that count."""
        tokens, targets, weights = keras.utils.unpack_x_y_sample_weight(data)
        if targets is None or tuple(targets.shape) != tuple(tokens.shape):
            raise ValueError("A language model needs one target for each token: fit(*windows(ids, length)).")
        if weights is not None:
            raise ValueError(
                "Every token counts the same: leave sample_weight out, and use ignore for padding."
            )
        logits = ops.cast(self(tokens, training=training), "float32")
        each = keras.losses.sparse_categorical_crossentropy(targets, logits, from_logits=True)
        if self.ignore is None:
            return ops.mean(each), ops.cast(ops.size(each), "float32")
        true = ops.cast(ops.not_equal(targets, self.ignore), "float32")
        number = ops.sum(true)
        return ops.sum(each * true) / ops.maximum(number, 1.0), number

    def train_step(self, data):
        """One update; the reported loss is the mean of C over the epoch, in nats for a token."""

        def scaled():
            value, number = self.cost(data, training=True)
            return self.optimizer.scale_loss(value), (value, number)

        variables = self.trainable_variables
        (_, (value, number)), gradients = course.value_and_grad(scaled, variables, has_aux=True)
        self.optimizer.apply(gradients, variables)
        self.nats.update_state(value, sample_weight=number)
        return {"loss": self.nats.result()}

    def test_step(self, data):
        """C in nats for a token."""
        value, number = self.cost(data, training=False)
        self.nats.update_state(value, sample_weight=number)
        return {"loss": self.nats.result()}

    def perplexity(self, tokens, targets, **options):
        """e^C on new text, a number; ``options`` are those of ``evaluate``."""
        options = {"verbose": 0, **options}
        return float(np.exp(self.evaluate(tokens, targets, return_dict=True, **options)["loss"]))
