"""Masked modelling first, then few labels: what the pre-training is worth (§7.5)."""

import keras
import numpy as np

from course.figures import COLOURS
from units.u06_tricks_of_the_trade import restart
from units.u08_sequence.masked_language_model import MaskedLanguageModel
from units.u08_sequence.text_encoder import EncoderClassifier, TextEncoder
from units.u08_sequence.tokens import PAD, SPECIAL

TOPICS, LEAST, MOST, OWN = 4, 6, 10, 0.6


def texts(rng, number, words):
    """Texts of 6 to 10 words: each word is one of the text's topic with the probability 0.6, otherwise any word."""
    topics, shape = rng.integers(TOPICS, size=number), (number, MOST)
    own = topics[:, None] * words + rng.integers(words, size=shape)
    ids = len(SPECIAL) + np.where(
        rng.uniform(size=shape) < OWN, own, rng.integers(TOPICS * words, size=shape)
    )
    lengths = rng.integers(LEAST, MOST + 1, size=(number, 1))
    return np.where(np.arange(MOST) < lengths, ids, PAD).astype("int32"), topics.astype("int32")


def run(r):
    words, unlabelled, epochs = r.pick(quick=(12, 1500, 8), full=(40, 20000, 20))
    width, blocks, repeats = r.pick(quick=(32, 1, 2), full=(64, 2, 5))
    tokens = len(SPECIAL) + TOPICS * words
    sizes = {"width": width, "heads": 2, "d_inner": 2 * width, "blocks": blocks}
    masked = MaskedLanguageModel(tokens, **sizes, seed=r.seed)
    masked.compile(keras.optimizers.Adam(r.pick(quick=0.005, full=0.002)))
    history = masked.fit(texts(r.rng, unlabelled, words)[0], batch_size=64, epochs=epochs, verbose=0).history
    r.metric("masked_nats", history["loss"][-1])
    trained = masked.encoder.get_weights()

    x_test, y_test = texts(r.rng, 1000, words)
    few = 4 * TOPICS  # labels
    # one classifier is trained several times: it starts from other weights, and no step is compiled again
    model = EncoderClassifier(TextEncoder(tokens + 1, **sizes), TOPICS)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.003), loss=loss)
    model.optimizer.build(model.trainable_variables)
    found = {"pre-trained": [], "from scratch": []}
    for _ in range(repeats):
        x, y = texts(r.rng, few * 20, words)
        chosen = np.concatenate([np.flatnonzero(y == k)[:4] for k in range(TOPICS)])
        fresh = EncoderClassifier(TextEncoder(tokens + 1, **sizes), TOPICS)
        for name, values in found.items():
            restart(model, model, fresh=fresh)
            if name == "pre-trained":
                model.encoder.set_weights(trained)
            model.fit(x[chosen], y[chosen], batch_size=few, epochs=30, verbose=0)
            values.append(
                np.mean(np.argmax(model.predict(x_test, batch_size=500, verbose=0), axis=1) == y_test)
            )
    for name, values in found.items():
        r.metric(f"accuracy_{name.replace('-', '_').replace(' ', '_')}", np.mean(values))
    gains = np.subtract(found["pre-trained"], found["from scratch"])
    r.metric("least_gain", gains.min())
    rows = [[i + 1, f"{a:.3f}", f"{b:.3f}"] for i, (a, b) in enumerate(zip(*found.values(), strict=True))]
    r.table(["repetition", *found], rows, f"test accuracy with {few} labels, chance {1 / TOPICS}")
    _, axes = r.figure("masked_modelling", 1, 2, size=(8.4, 3.8))
    axes[0].plot(range(1, epochs + 1), history["loss"], color=COLOURS["blue"])
    axes[0].set(title="Masked modelling", xlabel="epoch", ylabel="cross-entropy in nats")
    for place, (name, colour) in enumerate((("pre-trained", "blue"), ("from scratch", "red"))):
        axes[1].plot([place] * repeats, found[name], "o", color=COLOURS[colour])
    axes[1].axhline(1 / TOPICS, color=COLOURS["grey"], linestyle="--", label="chance")
    axes[1].set(title=f"{few} labels", ylabel="test accuracy", ylim=(0, 1), xlim=(-0.5, 1.5))
    axes[1].set_xticks([0, 1], list(found))
    axes[1].legend(loc="lower right")
