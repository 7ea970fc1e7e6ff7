"""☆ Induction heads: two layers of attention that continue what they have seen before (§7.5)."""

import keras
import numpy as np
from keras import ops

import course
from course.training.rules.checked_data import CheckedData
from course.training.rules.kept_values import kept
from units.u08_sequence.multi_head_attention import MultiHeadAttention
from units.u08_sequence.tokens import require_tokens


def repeated_pieces(samples, tokens, block, pieces, piece, rng):
    """A random block of different tokens, then pieces of it in random order.

    w = block, block[i_1 : i_1 + piece], block[i_2 : i_2 + piece], …,   every i is drawn uniformly

    No token says anything about the next one in general, so inside a piece only the sequence itself helps: look for the
    earlier place where the present token stood, and say what followed there. How far away that is differs from piece
    to piece, so a look back by a fixed number of steps does not help.

    Args:
        samples: number of sequences.
        tokens: size of the vocabulary.
        block: number of different tokens in the block.
        pieces, piece: number of pieces, and their length, at least 2.
        rng: a NumPy generator.

    Returns:
        int32 (batch, seq) with seq = block + pieces · piece, and for each place the place whose token follows, int64
        (batch, seq): for a token inside a piece, but not its last one, the place in the block after the same token;
        −1 elsewhere.

    Raises:
        ValueError: a length does not fit.
    """
    if not 2 <= piece <= block <= tokens or pieces < 1:
        raise ValueError(
            f"2 ≤ piece ≤ block ≤ tokens and pieces ≥ 1 are needed, not piece={piece}, block={block}, "
            f"tokens={tokens}, pieces={pieces}."
        )
    blocks = np.argsort(rng.uniform(size=(samples, tokens)), axis=1)[:, :block]
    starts = rng.integers(block - piece + 1, size=(samples, pieces))
    places = (starts[:, :, None] + np.arange(piece)).reshape(samples, -1)
    ids = np.concatenate([blocks, np.take_along_axis(blocks, places, axis=1)], axis=1)
    last = np.arange(pieces * piece) % piece == piece - 1
    follows = np.where(last, -1, places + 1)
    return ids.astype("int32"), np.concatenate([np.full((samples, block), -1), follows], axis=1)


@keras.saving.register_keras_serializable("medl")
class AttentionOnlyModel(CheckedData, course.Model):
    """A language model of attention layers alone, without feed-forward networks.

    x ← x + attention_j(norm_j(x)) for each layer j,   logits = norm(x) W + b

    In two layers an induction head can form. A head of the first layer looks at the token before: now place s also
    knows w_{s−1}. A head of the second layer looks from place t at the places s with w_{s−1} = w_t, and copies w_s, for
    that is what followed the last time. In one layer the keys know their own tokens only, and this cannot be expressed.

    Args:
        tokens: size of the vocabulary.
        width: d_model.
        heads: number of heads in a layer.
        layers: number of layers.

    Shapes: tokens (batch, seq), logits of the next token (batch, seq, tokens).

    Raises:
        ValueError: heads or layers is less than 1, the channels of a head, width / heads, are not an even number, or a
            token is not of the vocabulary.

    References: Olsson et al., "In-context learning and induction heads" (2022).
    """

    def __init__(self, tokens, width, heads, layers=2, **kwargs):
        super().__init__(**kwargs)
        if heads < 1 or layers < 1:
            raise ValueError(f"heads and layers must be at least 1, not {heads} and {layers}.")
        if width % (2 * heads):
            raise ValueError(f"width / heads must be an even whole number, not {width} / {heads}.")
        self.sizes = {"tokens": tokens, "width": width, "heads": heads, "layers": layers}
        # as large as what an attention of normalized inputs adds: with small ones the second layer begins late to learn
        self.embedding = keras.layers.Embedding(tokens, width, keras.initializers.RandomNormal(stddev=1.0))
        self.attentions = [MultiHeadAttention(heads, width // heads, rotary=True) for _ in range(layers)]
        self.norms = [keras.layers.LayerNormalization(epsilon=1e-5) for _ in range(layers + 1)]
        self.logits = keras.layers.Dense(tokens)

    def check_inputs(self, x):
        """Tokens of the vocabulary."""
        require_tokens(x, self.sizes["tokens"])

    def call(self, ids, return_weights=False):
        """Logits, and with ``return_weights`` the weights of each layer, (batch, heads, seq, seq)."""
        x, kept = self.embedding(ids), []
        for norm, attention in zip(self.norms[:-1], self.attentions, strict=True):
            added, weights = attention(norm(x), use_causal_mask=True, return_weights=True)
            x = x + added
            kept.append(weights)
        logits = self.logits(self.norms[-1](x))
        return (logits, kept) if return_weights else logits

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), **self.sizes}


def next_tokens(ids, follows):
    """Inputs, targets, and weights that are 1 where the target can be known, for ``fit``.

    Args:
        ids, follows: what ``repeated_pieces`` returns.

    Returns:
        w_1, …, w_{T−1} (batch, seq − 1), w_2, …, w_T and float32 weights of the same shape.
    """
    return ids[:, :-1], ids[:, 1:], (follows[:, :-1] >= 0).astype("float32")


def head_scores(weights, follows):
    """How much each head of a layer is a previous-token head and an induction head.

    previous = mean of p_{t, t−1} over all t ≥ 1,   induction = mean of p_{t s} with s = follows_t, where there is one

    Both lie in [0, 1]; the first is 1 for a head that does nothing but look at the token before.

    Args:
        weights: of a layer, NumPy array of shape (batch, heads, seq, seq).
        follows: as ``repeated_pieces`` returns it, shape (batch, seq).

    Returns:
        Two arrays of shape (heads,).
    """
    t = np.arange(1, weights.shape[2])
    n, known = np.nonzero(follows >= 0)
    return weights[:, :, t, t - 1].mean(axis=(0, 2)), weights[n, :, known, follows[n, known]].mean(axis=0)


def induction_accuracy(model, ids, follows, off=()):
    """The share of right tokens where the target can be known, with some heads switched off.

    A head is switched off by zeros in its part of the output kernel: head_j W_j^o is then 0. The weights are put back.

    Args:
        model: an ``AttentionOnlyModel`` that has been called.
        ids, follows: what ``repeated_pieces`` returns.
        off: pairs (layer, head), counted from 0.

    Raises:
        ValueError: there is no such head.
    """
    for layer, head in off:
        if not (0 <= layer < model.sizes["layers"] and 0 <= head < model.sizes["heads"]):
            raise ValueError(f"There is no head {head} in a layer {layer}; both are counted from 0.")
    x, y, known = next_tokens(ids, follows)
    kernels = [attention.output_pair[0] for attention in model.attentions]
    with kept(kernels):
        for layer, head in off:
            value = np.array(ops.convert_to_numpy(kernels[layer]))
            value[head] = 0
            kernels[layer].assign(value)
        right = np.argmax(model.predict(x, batch_size=256, verbose=0), axis=-1) == y
    return float((right * known).sum() / known.sum())
