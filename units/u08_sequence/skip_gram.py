"""Skip-gram with negative sampling: words that occur in the same places get similar vectors (§7.1)."""

import keras
import numpy as np
from keras import ops

import course
from course.training.rules.checked_data import CheckedData
from units.u08_sequence.tokens import require_tokens, token_numbers


def skip_pairs(ids, window, separator=None):
    """All pairs of a word and a word near it.

    (w_t, w_s) for all t and s with 0 < |t − s| ≤ window

    Args:
        ids: token numbers of a text, shape (steps,).
        window: the largest distance.
        separator: a token number that ends a sentence: no pair crosses it or holds it. None if there is none.

    Returns:
        int32, shape (pairs, 2): the word in the middle and the word near it.

    Raises:
        ValueError: ids are no token numbers, window is less than 1, or there is no pair.
    """
    ids = token_numbers(ids)
    if window < 1:
        raise ValueError(f"window must be at least 1, not {window}.")
    sentence = np.zeros(len(ids), int) if separator is None else np.cumsum(ids == separator)
    true = np.ones(len(ids), bool) if separator is None else ids != separator
    pairs = []
    for k in range(1, window + 1):
        near = (sentence[:-k] == sentence[k:]) & true[:-k] & true[k:]
        first, second = ids[:-k][near], ids[k:][near]
        pairs += [np.stack([first, second], axis=1), np.stack([second, first], axis=1)]
    pairs = np.concatenate(pairs)
    if not len(pairs):
        raise ValueError("The text holds no pair of words: it needs a sentence of at least two tokens.")
    return pairs


def _counts(counts):
    counts = np.asarray(counts, "float64")
    if counts.ndim != 1 or not counts.size or not (counts.min() >= 0 and counts.sum() > 0):
        raise ValueError("counts say how often each word occurs: not negative, and not all 0.")
    return counts


def kept_share(counts, threshold):
    """The probability with which an occurrence of each word stays in the text.

    kept_w = min(1, √(threshold / f_w)),   f_w = c_w / ∑ c

    Very frequent words, such as *the*, say little about their neighbours and would fill most of the pairs.

    Args:
        counts: c, how often each word occurs, shape (vocabulary,).
        threshold: the frequency from which on occurrences are left out; 1e-5 for a text of a billion words.

    Returns:
        Shape (vocabulary,); 1 for a word that never occurs.

    Raises:
        ValueError: threshold is not positive, or counts are no numbers of words.
    """
    counts = _counts(counts)
    if not threshold > 0:
        raise ValueError(f"threshold must be positive, not {threshold}.")
    f = counts / counts.sum()
    return np.minimum(1, np.sqrt(threshold / np.maximum(f, 1e-300)))


def noise_distribution(counts, power=0.75):
    """The distribution from which wrong words are drawn: q(w) ∝ c_w^power, shape (vocabulary,).

    A power below 1 draws rare words more often than they occur.

    Raises:
        ValueError: a count is negative, or all are 0.
    """
    counts = _counts(counts)
    weights = np.where(counts > 0, counts**power, 0)
    return weights / weights.sum()


@keras.saving.register_keras_serializable("medl")
class SkipGram(CheckedData, course.Model):
    """Two vectors for each word, learned by telling true neighbours from drawn ones.

    C = −log σ_Sig(u_w · v_s) − ∑_{j=1}^{k} log σ_Sig(−u_w · v_{s_j}),   s_j ~ q

    Here (w, s) is a pair of a word and a word near it, u_w is the vector of the word and v_s that of the neighbour.
    Where the vectors are long enough, the smallest mean C has u_w · v_s = log( p(w, s) / (p(w) q(s)) ) − log k: for
    q(s) = p(s) the pointwise mutual information of the pair, shifted by log k.

    Args:
        noise: q, the probabilities of the drawn words, shape (vocabulary,).
        d_model: length of the vectors.
        negatives: k, the number of drawn words for each pair.
        seed: of the draws.

    Shapes: pairs (batch, 2), as ``skip_pairs`` returns them; products u_w · v_s (batch,).

    Raises:
        ValueError: noise is no distribution, a size is less than 1, or a word is not of the vocabulary.

    Example:
        >>> ids = np.arange(64) % 6
        >>> model = SkipGram(noise_distribution(np.bincount(ids)), d_model=4)
        >>> model.compile(keras.optimizers.Adam(0.01))
        >>> history = model.fit(skip_pairs(ids, window=2), epochs=2, verbose=0)
        >>> model.vectors().shape
        (6, 4)

    References: Mikolov et al., Distributed representations of words and phrases and their compositionality, 2013; Levy
    and Goldberg, Neural word embedding as implicit matrix factorization, 2014.
    """

    def __init__(self, noise, d_model, negatives=5, seed=None, **kwargs):
        super().__init__(**kwargs)
        noise = np.asarray(noise, "float64")
        if noise.ndim != 1 or not (noise.min() >= 0 and abs(noise.sum() - 1) <= 1e-5):
            raise ValueError("noise must be probabilities of shape (vocabulary,) whose sum is 1.")
        if d_model < 1 or negatives < 1:
            raise ValueError(f"d_model and negatives must be at least 1, not {d_model} and {negatives}.")
        self.noise, self.d_model, self.negatives, self.seed = noise.tolist(), d_model, negatives, seed
        initializer = keras.initializers.RandomUniform(-0.5 / d_model**0.5, 0.5 / d_model**0.5)
        self.words = keras.layers.Embedding(len(noise), d_model, initializer, name="words")
        self.neighbours = keras.layers.Embedding(len(noise), d_model, initializer, name="neighbours")
        self.words.build()
        self.neighbours.build()
        self.generator = keras.random.SeedGenerator(seed)
        self.mean = keras.metrics.Mean(name="mean")
        # of each word but the last: the probability of the words up to it
        self.below = np.cumsum(noise)[:-1].astype("float32")
        self.built = True

    def check_inputs(self, x):
        """Pairs of words of the vocabulary."""
        require_tokens(x, len(self.noise), "pairs")

    def call(self, pairs):
        """u_w · v_s of each pair, shape (batch,)."""
        return ops.sum(self.words(pairs[:, 0]) * self.neighbours(pairs[:, 1]), axis=-1)

    def draw(self, batch):
        """k words from q for each pair, int32 (batch, negatives)."""
        uniform = keras.random.uniform((batch * self.negatives,), seed=self.generator)
        # the word whose share of [0, 1] holds the drawn number
        drawn = ops.searchsorted(ops.convert_to_tensor(self.below), uniform, side="right")
        return ops.cast(ops.reshape(drawn, (-1, self.negatives)), "int32")

    def cost(self, pairs, drawn):
        """C for each pair, shape (batch,), with the given drawn words (batch, negatives)."""
        u = self.words(pairs[:, 0])
        wrong = ops.einsum("bd,bkd->bk", u, self.neighbours(drawn))
        # −log σ_Sig(z) = softplus(−z)
        return ops.softplus(-self(pairs)) + ops.sum(ops.softplus(wrong), axis=-1)

    def train_step(self, data):
        """One step on the mean of C over a batch."""
        pairs, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        if len(pairs.shape) != 2 or pairs.shape[1] != 2 or y is not None or weights is not None:
            raise ValueError(
                f"fit takes pairs (batch, 2) alone, as from skip_pairs, not the shape {tuple(pairs.shape)}"
                f"{' and targets' if y is not None else ''}."
            )
        drawn = self.draw(ops.shape(pairs)[0])

        def cost():
            value = ops.mean(self.cost(pairs, drawn))
            return self.optimizer.scale_loss(value), value

        (_, value), gradients = course.value_and_grad(cost, self.trainable_variables, has_aux=True)
        self.optimizer.apply(gradients, self.trainable_variables)
        self.mean.update_state(value, sample_weight=ops.shape(pairs)[0])
        return {"loss": self.mean.result()}

    def vectors(self):
        """u of all words, a NumPy array of shape (vocabulary, d_model)."""
        return ops.convert_to_numpy(self.words.embeddings)

    def get_config(self):
        """The arguments of ``__init__``."""
        own = {"noise": self.noise, "d_model": self.d_model, "negatives": self.negatives, "seed": self.seed}
        return {**super().get_config(), **own}


def nearest(vectors, word, number):
    """The words whose vectors have the smallest angle to that of a word.

    cosine(w, s) = u_w · u_s / (‖u_w‖ ‖u_s‖)

    Args:
        vectors: u, a NumPy array of shape (vocabulary, d_model).
        word: the number of the word.
        number: how many others are wanted.

    Returns:
        Their numbers, the nearest first, and their cosines.

    Raises:
        ValueError: there is no such word, or there are not so many others.
    """
    if not 0 <= word < len(vectors) or not 1 <= number < len(vectors):
        raise ValueError(
            f"With {len(vectors)} words, word is a number from 0 to {len(vectors) - 1} and number one from 1 to "
            f"{len(vectors) - 1}, not {word} and {number}."
        )
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    cosines = unit @ unit[word]
    order = np.argsort(-np.where(np.arange(len(unit)) == word, -np.inf, cosines), kind="stable")[:number]
    return order, cosines[order]
