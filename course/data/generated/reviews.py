"""Film reviews from a small grammar: text whose sentiment is known, with negation as the difficulty."""

import numpy as np

from course.data.errors import DataError
from course.data.generated.sampling import labels, positive

OPENINGS = ("the film", "the story", "this movie", "the acting", "the music", "the ending", "her performance")
VERBS = ("was", "is", "seemed", "felt")
DEGREES = ("", "really", "very", "quite", "truly")
GOOD = ("good", "wonderful", "moving", "clever", "funny", "brilliant", "charming", "gripping")
BAD = ("bad", "dull", "boring", "awful", "clumsy", "tedious", "weak", "silly")


def reviews(n=400, negation=0.25, contrast=0.0, seed=0):
    """Draw one-sentence reviews.

        review → opening verb [not] [degree] adjective
        review → opening verb "not" adjective "but" [degree] adjective

    The adjective alone decides the sentiment, except after *not*, which reverses it: a bag of words counts
    *not* and *good*, but does not know that they belong together. In the second form, the contrast, the second
    adjective decides, and the first one is of the other kind: *not dull but good* and *not good but dull* have the same
    bag of words, so only a model that sees the order can tell them apart.

    Args:
        n: number of reviews, as many of either sentiment.
        negation: probability of *not* in the first form.
        contrast: probability of the second form.
        seed: of the random numbers.

    Returns:
        ``x`` (batch,) of sentences in small letters, tokens separated by one space; ``y`` int64 (batch,):
        0 negative, 1 positive.
    """
    positive(n=n)
    for name, share in (("negation", negation), ("contrast", contrast)):
        if not 0 <= share <= 1:
            raise DataError(f"{name} must be a probability in [0, 1], not {share!r}.")
    rng = np.random.default_rng(seed)
    y = labels(n, 2, rng)
    turned = rng.uniform(size=n) < negation
    # without contrasts nothing is drawn for them, so these sentences are those of the first form alone
    contrasted = rng.uniform(size=n) < contrast if contrast > 0 else np.zeros(n, bool)
    sentences = [
        _contrast(bool(k), rng) if c else _sentence(good=bool(k) != bool(t), turned=t, rng=rng)
        for k, t, c in zip(y, turned, contrasted, strict=True)
    ]
    return {"x": np.array(sentences), "y": y}


def _contrast(good, rng):
    first, second = (BAD, GOOD) if good else (GOOD, BAD)
    words = [rng.choice(OPENINGS), rng.choice(VERBS), "not", rng.choice(first), "but", rng.choice(DEGREES)]
    return " ".join(word for word in [*words, rng.choice(second)] if word)


def _sentence(good, turned, rng):
    words = [rng.choice(OPENINGS), rng.choice(VERBS), "not" if turned else "", rng.choice(DEGREES)]
    return " ".join(word for word in [*words, rng.choice(GOOD if good else BAD)] if word)
