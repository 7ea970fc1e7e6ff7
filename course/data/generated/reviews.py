"""Film reviews from a small grammar: text whose sentiment is known, with negation as the difficulty."""

import numpy as np

from course.data.errors import DataError
from course.data.generated.sampling import labels, positive

OPENINGS = ("the film", "the story", "this movie", "the acting", "the music", "the ending", "her performance")
VERBS = ("was", "is", "seemed", "felt")
DEGREES = ("", "really", "very", "quite", "truly")
GOOD = ("good", "wonderful", "moving", "clever", "funny", "brilliant", "charming", "gripping")
BAD = ("bad", "dull", "boring", "awful", "clumsy", "tedious", "weak", "silly")


def reviews(n=400, negation=0.25, seed=0):
    """Draw one-sentence reviews.

        review → opening verb [not] [degree] adjective

    The adjective alone decides the sentiment, except after *not*, which reverses it: a bag of words counts
    *not* and *good*, but does not know that they belong together.

    Args:
        n: number of reviews, as many of either sentiment.
        negation: probability of *not*.
        seed: of the random numbers.

    Returns:
        ``x`` (batch,) of sentences in small letters, tokens separated by one space; ``y`` int64 (batch,):
        0 negative, 1 positive.
    """
    positive(n=n)
    if not 0 <= negation <= 1:
        raise DataError(f"negation must be a probability in [0, 1], not {negation!r}.")
    rng = np.random.default_rng(seed)
    y = labels(n, 2, rng)
    turned = rng.uniform(size=n) < negation
    sentences = [
        _sentence(good=bool(k) != bool(t), turned=t, rng=rng) for k, t in zip(y, turned, strict=True)
    ]
    return {"x": np.array(sentences), "y": y}


def _sentence(good, turned, rng):
    words = [rng.choice(OPENINGS), rng.choice(VERBS), "not" if turned else "", rng.choice(DEGREES)]
    return " ".join(word for word in [*words, rng.choice(GOOD if good else BAD)] if word)
