"""n-gram language models with interpolated Kneser–Ney smoothing (§7.1)."""

from collections import Counter, defaultdict

import numpy as np

from units.u08_sequence.tokens import token_numbers


class NGramModel:
    """The next token depends on the n − 1 tokens before it.

        p_n(w | h) = max(c(h w) − δ, 0)/c(h) + δ N(h ·)/c(h) · p_{n−1}(w | h without its first token)

    where c counts n-grams and N(h ·) is the number of different tokens seen after h: what is taken from each count goes
    to the next shorter context. In the shorter contexts c(h w) is replaced by the number of different tokens seen
    *before* h w: a word that occurs only after one other word is unlikely elsewhere, however frequent it is. The
    shortest distribution is p_0(w) = 1/V. A context that was never seen leaves it all to the shorter one.

    Args:
        order: n, at least 1.
        vocabulary: V, the number of tokens.
        discount: δ in (0, 1).

    References: Kneser, Ney (1995); Chen, Goodman, "An empirical study of smoothing techniques" (1999).
    """

    def __init__(self, order, vocabulary, discount=0.75):
        if order < 1 or vocabulary < 1:
            raise ValueError(f"order and vocabulary must be at least 1, not {order} and {vocabulary}.")
        if not 0 < discount < 1:
            raise ValueError(f"discount must lie between 0 and 1, not {discount}.")
        self.order, self.vocabulary, self.discount = order, vocabulary, discount
        self._after = [defaultdict(Counter) for _ in range(order)]

    def fit(self, ids):
        """Count the n-grams of a text.

        Args:
            ids: token numbers, shape (steps,).

        Returns:
            The model.

        Raises:
            ValueError: the text is shorter than one n-gram, or holds a number that is no token.
        """
        ids = token_numbers(ids, self.vocabulary).tolist()
        if len(ids) < self.order:
            raise ValueError(f"A text of {len(ids)} tokens has no {self.order}-gram.")
        self._after = [defaultdict(Counter) for _ in range(self.order)]
        grams = Counter(zip(*(ids[i:] for i in range(self.order)), strict=False))
        for gram, count in grams.items():
            self._after[-1][gram[:-1]][gram[-1]] = count
        for n in range(self.order - 1, 0, -1):
            # the number of different tokens before an n-gram is the number of different (n+1)-grams that end with it
            longer = self._after[n]
            for context, counts in longer.items():
                for token in counts:
                    self._after[n - 1][context[1:]][token] += 1
        return self

    def distribution(self, context):
        """p(· | context), shape (vocabulary,); only the last n − 1 tokens of the context count."""
        context = tuple(int(i) for i in context)[max(0, len(context) - self.order + 1) :]
        p = np.full(self.vocabulary, 1 / self.vocabulary)
        for n in range(len(context) + 1):
            counts = self._after[n].get(context[len(context) - n :])
            if counts:
                total = sum(counts.values())
                p *= self.discount * len(counts) / total
                tokens = np.fromiter(counts, int)
                p[tokens] += (np.fromiter(counts.values(), float) - self.discount) / total
        return p

    def cross_entropy(self, ids):
        """−mean of log p(w_t | the tokens before it) over a text, in nats; the first n − 1 tokens are only context."""
        ids = token_numbers(ids, self.vocabulary).tolist()
        first = self.order - 1
        if len(ids) <= first:
            raise ValueError(f"A text of {len(ids)} tokens is too short for {self.order}-grams.")
        log_p = [np.log(self.distribution(ids[t - first : t])[ids[t]]) for t in range(first, len(ids))]
        return -float(np.mean(log_p))
