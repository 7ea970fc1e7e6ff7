"""English to French: LSTMs without and with attention, and a transformer, in one table (§7.4, §7.5)."""

import time

import keras
import numpy as np
from keras import ops

import course
from units.u08_sequence.bleu import bleu
from units.u08_sequence.lstm_translator import LSTMTranslator
from units.u08_sequence.subword_tokenizer import SubwordTokenizer
from units.u08_sequence.tokens import PAD
from units.u08_sequence.transformer_translator import TransformerTranslator
from units.u08_sequence.translate import beam_translations, greedy_translations, split_by_source, token_pairs
from units.u08_sequence.word_tokenizer import WORD, WordTokenizer

BOOK, WIDTH = "we love deep learning", 64
QUICK, FULL = {"epochs": 3, "batch_size": 50}, {"epochs": 6, "batch_size": 64}
MODELS = {  # class, options, learning rate of the full run
    "lstm": (LSTMTranslator, {}, 0.005),
    "attention": (LSTMTranslator, {"attention": "additive"}, 0.005),
    "transformer": (TransformerTranslator, {"heads": 4, "blocks": 1}, 0.003),
}


def run(r):
    d = r.data()
    train, test, english, french = prepared(d)
    sources, targets = token_pairs(train + test, english, french)
    # of real sentences the few longest would double all rows
    steps = int(np.quantile(np.sum(targets != PAD, axis=1), r.pick(quick=1.0, full=0.95)))
    fits = np.all(targets[: len(train), steps:] == PAD, axis=1)
    x, y, x_test = sources[: len(train)][fits], targets[: len(train), :steps][fits], sources[len(train) :]
    references = [words(target) for _, target in test]
    shown = max(range(len(test)), key=lambda i: (test[i][0] == BOOK, len(test[i][0].split())))
    r.log(f"{len(x)} pairs; {len(english)} English, {len(french)} French tokens; {len(test)} new sentences")

    rows, maps = [], {}
    for name, (kind, options, rate) in MODELS.items():
        found = []
        for seed in range(r.seed, r.seed + r.pick(quick=1, full=3)):
            keras.utils.set_random_seed(seed)
            size = {"width": WIDTH, "length": steps}
            model = kind(len(english), len(french), **size, dropout=r.pick(quick=0.0, full=0.1), **options)
            start = time.perf_counter()
            train_model(model, x, y, r.pick(quick=0.01, full=rate), **r.pick(quick=QUICK, full=FULL))
            seconds = time.perf_counter() - start
            r.model(f"bleu_{name}", model).add(seconds)
            texts = [words(text) for text in greedy_translations(model, x_test, french)]
            exact = np.mean([text == reference for text, reference in zip(texts, references, strict=True)])
            found.append((exact, bleu(texts, references), seconds))
        exact, score, seconds = np.mean(found, axis=0)
        each = ", ".join(f"{value:.1f}" for _, value, _ in found)
        parameters = f"{model.count_params():,}"
        rows.append([name, parameters, f"{seconds:.0f}", f"{100 * exact:.1f}", f"{score:.1f}", each])
        r.metric(f"exact_{name}", exact)
        r.metric(f"bleu_{name}", score)
        r.log(f"{name}: {test[shown][0]} → {texts[shown]}")
        if name != "lstm":
            maps[name] = attention_map(model, x_test[shown], french.encode(test[shown][1], ends=True))
    if r.full:
        texts = [words(text) for text in beam_translations(model, x_test, french)]
        r.metric("bleu_transformer_beam", bleu(texts, references))
    columns = ["model", "parameters", "seconds", "exact, %", "BLEU", "BLEU by seed"]
    r.table(columns, rows, f"greedy translations of {len(test)} new sentences of {d.name}")

    _, axes = r.figure("attention_map", 1, 2, size=(9.6, 4.2), sharey=True)
    source = [english.vocabulary[i] for i in x_test[shown] if i != PAD]
    target = [french.vocabulary[i] for i in french.encode(test[shown][1], ends=True)[1:]]
    for ax, (name, weights) in zip(axes, maps.items(), strict=True):
        ax.imshow(weights[:, : len(source)], cmap="Blues", vmin=0, vmax=1)
        ax.set_xticks(range(len(source)), source)
        ax.set_yticks(range(len(target)), target)
        ax.set(title={"attention": "LSTMs with attention"}.get(name, name), xlabel="token of the source")
        ax.grid(visible=False)
    axes[0].set_ylabel("next token")


def prepared(d):
    """Training and test pairs, and a tokenizer for each language."""
    if d.card.kind == "generated":
        train, test = d.pairs("train"), d.pairs("test")
        make, options = WordTokenizer, {}
    else:  # most rare words would be unknown, so they are cut into byte pairs
        train, test = split_by_source([(a.lower(), b.lower()) for a, b in d.pairs()], 1000)
        make, options = SubwordTokenizer, {"size": 1000}
    return train, test, *(make([pair[i] for pair in train], **options) for i in (0, 1))


def words(text):
    """The words and marks of a text, with one space between them: what BLEU and the exact matches compare."""
    return " ".join(WORD.findall(text))


def train_model(model, x, y, rate, epochs, batch_size):
    """Adam with a warm-up over a tenth of the steps, and a cosine down to 0."""
    steps = epochs * -(-len(x) // batch_size)
    decay = keras.optimizers.schedules.CosineDecay
    schedule = decay(0.0, steps, warmup_target=rate, warmup_steps=steps // 10)
    model.compile(keras.optimizers.Adam(schedule, global_clipnorm=1.0))
    model.fit(x, y, batch_size=batch_size, epochs=epochs, verbose=0)


def attention_map(model, source, tokens):
    """The weights at the step that writes each token after the first one, shape (steps, seq)."""
    arguments = (ops.convert_to_tensor(np.array([row], "int32")) for row in (source, tokens[:-1]))
    return ops.convert_to_numpy(course.compiled(model.attention)(*arguments))[0]
