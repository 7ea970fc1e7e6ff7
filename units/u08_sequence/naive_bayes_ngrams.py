"""A linear classifier of texts: word n-grams, each scaled by how much more often it occurs in one class (§7.1)."""

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from course.validation import binary_labels

# a word with its apostrophe, or one mark of punctuation
TOKEN = r"\w+'?\w*|[^\w\s]"


def log_count_ratio(present, y, alpha=1.0):
    """The weights of naive Bayes: in which class an n-gram occurs more often.

    r_j = log( (α + c⁺_j) / ∑_i (α + c⁺_i) ) − log( (α + c⁻_j) / ∑_i (α + c⁻_i) )

    c⁺_j and c⁻_j are the numbers of positive and of negative texts with n-gram j.

    Args:
        present: 1 where a text has an n-gram and 0 elsewhere, a NumPy array or a SciPy sparse matrix of shape (batch,
            features).
        y: 0 or 1 for each text, shape (batch,).
        alpha: α > 0, added to every count.

    Returns:
        r, a NumPy array of shape (features,).

    Raises:
        ValueError: α is not positive, a class has no text, or y is no row of labels 0 and 1.
    """
    y = binary_labels(y, rows=present.shape[0])
    if not alpha > 0:
        raise ValueError(f"alpha must be positive, not {alpha}: a count of 0 has no logarithm.")
    if not (y == 0).any() or not (y == 1).any():
        raise ValueError("y needs texts of both classes, 0 and 1.")
    # the counts of a class are sums of rows
    positive, negative = (alpha + np.asarray(present[y == k].sum(axis=0), "float64").ravel() for k in (1, 0))
    return np.log(positive / positive.sum()) - np.log(negative / negative.sum())


class NaiveBayesNGrams:
    """Logistic regression on word n-grams that are scaled by their log-count ratio.

    p(positive | text) = σ_Sig(∑_j w_j r_j x_j + b),   x_j = 1 if the text has n-gram j, otherwise 0

    An n-gram that is as frequent in both classes has r_j = 0 and no influence. With scaled inputs the same penalty on w
    leaves large weights to the n-grams that naive Bayes trusts.

    Args:
        order: the longest n-gram; the features are all n-grams of 1 to ``order`` words.
        penalty: factor of ½ (∑ w_j² + b²) beside the sum of the cross-entropies of all texts.
        alpha: α of ``log_count_ratio``.
        scaled: whether inputs are scaled; without it this is the usual bag of n-grams.

    Raises:
        ValueError: order is less than 1, or penalty is not positive.

    Example:
        >>> model = NaiveBayesNGrams(order=2).fit(["good", "not good", "bad", "not bad"], [1, 0, 0, 1])
        >>> model.predict(["not good"]).tolist()
        [0]

    References: Wang and Manning, Baselines and bigrams: simple, good sentiment and topic classification, 2012.
    """

    def __init__(self, order=3, penalty=1.0, alpha=1.0, scaled=True):
        if order < 1:
            raise ValueError(f"order must be at least 1, not {order}.")
        if not penalty > 0:
            raise ValueError(f"penalty must be positive, not {penalty}.")
        self.alpha, self.scaled = alpha, scaled
        self.words = CountVectorizer(
            ngram_range=(1, order), token_pattern=TOKEN, binary=True, dtype=np.float32
        )
        self.classifier = LogisticRegression(C=1 / penalty, solver="liblinear")

    def fit(self, texts, y):
        """Count n-grams, compute r, fit w and b; returns the model."""
        y = binary_labels(y, rows=len(texts))
        if np.unique(y).size < 2:
            raise ValueError("y needs texts of both classes, 0 and 1.")
        present = self.words.fit_transform(texts)
        self.r = log_count_ratio(present, y, self.alpha) if self.scaled else np.ones(present.shape[1])
        self.r = self.r.astype("float32")
        self.classifier.fit(present.multiply(self.r).tocsr(), y)
        return self

    def predict(self, texts):
        """The more likely class of each text, shape (batch,)."""
        return self.classifier.predict(self.words.transform(texts).multiply(self.r).tocsr())
