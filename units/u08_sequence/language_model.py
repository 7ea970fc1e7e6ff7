"""What the transformers that model language share: the cost of a training step, and perplexity (§7.1)."""

import keras
import numpy as np
from keras import ops

from course.training.rules.checked_data import CheckedData
from units.u03_optimization.hyperparameters import check_size
from units.u08_sequence.token_model import TokenModel, token_cross_entropy
from units.u08_sequence.tokens import require_tokens


class LanguageModel(CheckedData, TokenModel):
    """A model of the next token, p(w_{t+1} | w_1, …, w_t), trained at all places of a window at once.

    C = −(1/T) ∑_t log p(w_{t+1} | w_1, …, w_t) in nats,   perplexity = e^C

    A subclass defines ``call(tokens, training)``, which returns the logits of the token after each place. The logits
    at place t may depend on the tokens up to t only.

    Args:
        vocabulary: number of tokens V.
        ignore: number of a token that does not count as a target (``PAD``), or None if all count.

    Shapes: tokens and targets (batch, seq), as from ``windows``; logits (batch, seq, vocabulary).

    Raises:
        ValueError: tokens or targets are no integers from 0 to V − 1, or targets have another shape than the tokens.

    Example:
        >>> model = GPT(vocabulary=4, context=8, layers=1, heads=2, d_model=8)
        >>> model.compile(keras.optimizers.AdamW(1e-2))
        >>> ids = np.arange(128) % 4
        >>> history = model.fit(*windows(ids, 8), epochs=2, verbose=0)
        >>> bool(model.perplexity(*windows(ids, 8)) > 1)
        True
    """

    def __init__(self, vocabulary, ignore=None, **kwargs):
        super().__init__(**kwargs)
        self.vocabulary, self.ignore = check_size("vocabulary", vocabulary), ignore

    def check_inputs(self, x):
        """Tokens of the vocabulary."""
        require_tokens(x, self.vocabulary)

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
        counted = ops.ones_like(targets, dtype="bool")
        if self.ignore is not None:
            counted = ops.not_equal(targets, self.ignore)
        return token_cross_entropy(self(tokens, training=training), targets, counted)

    def perplexity(self, tokens, targets, **options):
        """e^C on new text, a number; ``options`` are those of ``evaluate``."""
        options = {"verbose": 0, **options}
        return float(np.exp(self.evaluate(tokens, targets, return_dict=True, **options)["loss"]))
