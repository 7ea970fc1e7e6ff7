"""A Markov chain of characters: a language whose entropy is known, so that no model can have a lower cost (§1.1)."""

import numpy as np
from scipy.special import xlogy


class MarkovLanguage:
    """Texts in which the next character depends on the last two.

    p(c | a, b) ∝ (c + 1)⁻¹ e^{κ (M_{bc} + ½ M′_{ac})},   M ∝ ∑_k k^{−1/2} u_k v_kᵀ,   M′ likewise

    u_k and v_k are random vectors, and the entries of M have variance 1. Some characters are frequent and most are
    rare, and the terms of M and M′ count less and less: a model spends its parameters on the frequent and large parts
    first, as with the words of a real text.

    Args:
        vocabulary: number of characters V, at least 2.
        strength: κ ≥ 0, how much the last two characters say about the next one.
        seed: of the random vectors.

    Attributes:
        p: p(c | a, b), shape (vocabulary, vocabulary, vocabulary).
        pairs: P(a, b), how often (a, b) occurs in a long text, shape (vocabulary, vocabulary).

    Raises:
        ValueError: fewer than two characters, a negative strength, or one so large that a text keeps repeating itself.

    Example:
        >>> language = MarkovLanguage(vocabulary=4, strength=0.0)
        >>> round(language.entropy(), 4)
        1.2425

    References: Shannon, "A mathematical theory of communication" (1948), sections 3 and 7.
    """

    def __init__(self, vocabulary=24, strength=1.5, seed=0):
        if vocabulary < 2 or not strength >= 0:
            raise ValueError(
                f"There are at least 2 characters, and the strength is not negative: {vocabulary}, {strength}."
            )
        u, v = np.random.default_rng(seed).normal(size=(2, 2, vocabulary, vocabulary))
        # M = ∑_k k^{−1/2} u_k v_kᵀ, divided by its standard deviation
        size = np.arange(1, vocabulary + 1) ** -0.5
        M, other = np.einsum("iak,k,ick->iac", u, size / np.linalg.norm(size), v)
        # p(c | a, b) ∝ (c + 1)⁻¹ e^{κ (M_{bc} + ½ M′_{ac})}
        exponents = strength * (M[None] + other[:, None] / 2)
        p = np.exp(exponents - exponents.max(axis=-1, keepdims=True)) / np.arange(1, vocabulary + 1)
        self.vocabulary, self.p = vocabulary, p / p.sum(axis=-1, keepdims=True)
        pairs = np.full((vocabulary, vocabulary), 1 / vocabulary**2)
        # P(b, c) = ∑_a P(a, b) p(c | a, b), repeated until it stays
        for _ in range(500):
            before, pairs = pairs, np.einsum("ab,abc->bc", pairs, self.p)
        self.pairs = pairs / pairs.sum()
        # a text repeats itself for long if its next character is nearly certain
        if not np.abs(pairs - before).max() < 1e-6:
            raise ValueError(
                f"The strength {strength} makes texts that only repeat themselves: take a smaller one."
            )

    def entropy(self, known=2):
        """What the best model pays for a character if it sees the last ``known`` ones, in nats.

        h_k = −∑_{abc} P(a, b) p(c | a, b) log q_k(c),   q_2 = p(c | a, b),   q_1 = p(c | b),   q_0 = p(c)

        Args:
            known: 0, 1, or 2; more than two characters do not help.

        Raises:
            ValueError: another number.
        """
        if known not in (0, 1, 2):
            raise ValueError(f"known is 0, 1 or 2, not {known!r}.")
        joint = self.pairs[..., None] * self.p
        seen = joint.sum(axis=tuple(range(2 - known)), keepdims=True)  # the characters that are not known go
        q = seen / seen.sum(axis=-1, keepdims=True)
        # h_k = −∑ P(a, b) p(c | a, b) log q_k(c)
        return float(-np.sum(xlogy(joint, q)))

    def texts(self, number, length, rng):
        """Texts from the middle of a long one.

        Args:
            number: of texts.
            length: of each, at least 2.
            rng: a NumPy generator.

        Returns:
            Token numbers, int32, shape (number, length).

        Raises:
            ValueError: a text is shorter than two characters.
        """
        if length < 2:
            raise ValueError(f"A text has at least 2 characters, not {length}.")
        texts = np.empty((number, length), "int32")
        first = rng.choice(self.vocabulary**2, size=number, p=self.pairs.ravel())
        texts[:, 0], texts[:, 1] = np.divmod(first, self.vocabulary)
        below = np.cumsum(self.p, axis=-1)[..., :-1]
        for t in range(2, length):
            u = rng.random((number, 1))
            texts[:, t] = np.sum(u > below[texts[:, t - 2], texts[:, t - 1]], axis=1)
        return texts
