"""Is a review positive? Counted n-grams, an LSTM and a transformer; negation is what makes it hard (§7.3, §7.5)."""

import re

import keras
import numpy as np

from course.figures import COLOURS
from units.u08_sequence.naive_bayes_ngrams import NaiveBayesNGrams
from units.u08_sequence.sentence_classifier import LSTMClassifier, TransformerClassifier
from units.u08_sequence.tokens import padded
from units.u08_sequence.word_tokenizer import WordTokenizer


def split(r):
    """Texts and labels to train on and to test on, in small letters."""
    if r.data_name == "imdb":
        d = r.data()
        parts = [(d.texts(s), d.labels(s)) for s in ("train", "test")]
    else:
        d = r.data(n=1600, negation=0.3, contrast=0.3, seed=r.seed)
        texts, y = d.texts(), d.labels()
        parts = [(texts[:800], y[:800]), (texts[800:], y[800:])]
    return [([re.sub("<br ?/>", " ", text).lower() for text in texts], y) for texts, y in parts]


def run(r):
    (texts, y), (new_texts, new_y) = split(r)
    order = r.rng.permutation(len(y))
    texts, y = [texts[i] for i in order], y[order]
    accuracy = {}
    for name, longest, scaled in (("words", 1, False), ("scaled_3_grams", 3, True)):
        with r.model(f"accuracy_{name}") as record:
            model = NaiveBayesNGrams(longest, scaled=scaled).fit(texts, y)
        record.parameters = len(model.r)
        accuracy[name] = [np.mean(model.predict(new_texts) == new_y)]
        r.log(f"{name}: {len(model.r)} features, accuracy {accuracy[name][0]:.4f}")
    length = r.pick(quick=9, full=256)
    tokenizer = WordTokenizer(texts, size=20_000)
    # of a long review the last words: it often ends with its judgement
    x, new_x = (padded([tokenizer.encode(t)[-length:] for t in part], length) for part in (texts, new_texts))
    width = r.pick(quick=16, full=32)
    # found on 5,000 reviews of the training set: no review of the same label in the rest is about one of their films
    options = r.pick(quick={}, full={"dropout": 0.3, "token_dropout": 0.15, "pairs": 100_000})
    epochs, batch, rate = r.pick(quick=12, full=1), r.pick(quick=50, full=64), r.pick(quick=0.015, full=0.005)
    models = {
        "transformer": lambda: TransformerClassifier(len(tokenizer), width, 2, 2 * width, **options),
        "lstm": lambda: LSTMClassifier(len(tokenizer), width, width, **options),
    }
    for name, make in models.items():
        accuracy[name] = []
        for _ in range(r.pick(quick=1, full=3)):
            model = make()
            if model.pairs is not None:
                model.pairs.adapt(x)
            steps = epochs * -(-len(x) // batch)
            model.compile(
                keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, steps)),
                loss=keras.losses.BinaryCrossentropy(from_logits=True),
            )
            model(keras.KerasTensor((None, length), "int32"))
            model.optimizer.build(model.trainable_variables)  # otherwise TensorFlow traces the step twice
            with r.model(f"accuracy_{name}", model):
                model.fit(x, y, batch_size=batch, epochs=epochs, verbose=0)
            right = np.mean((model.predict(new_x, batch_size=200, verbose=0)[:, 0] > 0) == new_y)
            accuracy[name].append(right)
            r.log(f"{name}: accuracy {right:.4f} after epoch {epochs}")
    for name, values in accuracy.items():
        r.metric(f"accuracy_{name}", np.mean(values))
    rows = [[name, f"{np.mean(v):.4f}", f"{min(v):.4f}–{max(v):.4f}"] for name, v in accuracy.items()]
    r.table(["model", "mean accuracy", "from–to"], rows, f"Sentiment of {len(new_y)} new reviews")
    _, ax = r.figure("accuracy", size=(7.5, 3.6))
    labels = {"scaled_3_grams": "scaled 3-grams", "lstm": "LSTM"}
    names = [labels.get(name, name) for name in accuracy]
    ax.barh(names, [np.mean(v) for v in accuracy.values()], color=COLOURS["blue"])
    ax.invert_yaxis()
    ax.axvline(0.5, color=COLOURS["grey"], linestyle="--", label="chance")
    ax.set(title="New reviews that are classified right", xlabel="share of right answers", xlim=(0, 1))
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1))  # above the bars, which fill the axes
