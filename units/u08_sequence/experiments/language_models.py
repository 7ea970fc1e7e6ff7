"""n-grams and recurrent networks beside the entropy of a text, and what the networks write (§7.1–§7.3)."""

import contextlib

import keras
import numpy as np

from course.data.generated.verses import all_lines, nats_per_character
from course.figures import COLOURS
from units.u08_sequence.character_tokenizer import character_parts
from units.u08_sequence.ngram_model import NGramModel
from units.u08_sequence.recurrent_language_model import RecurrentLanguageModel, write
from units.u08_sequence.samplers import sample
from units.u08_sequence.tokens import END, windows
from units.u08_sequence.word_tokenizer import WordTokenizer

ORDERS = (1, 2, 3, 4, 8)


def words(lines, tokenizer):
    """The tokens of all lines, each with an end."""
    return np.array([i for line in lines for i in [*tokenizer.encode(line), END]], "int32")


def rows_of_lines(ids, length):
    """Inputs and targets of ``length`` tokens that begin with the end of each line and hold the whole next one."""
    first = np.flatnonzero(ids == END)
    places = first[first + length < len(ids), None] + np.arange(length)
    return ids[places], ids[places + 1]


def run(r):
    text = r.data().text()
    if r.data_name == "verses":
        lines = text.split("\n")
        tokenizer, cut = WordTokenizer(lines), len(lines) * 19 // 20
        train, test = words(lines[:cut], tokenizer), words(lines[cut:], tokenizer)
        tokens_per_character = len(test) / sum(len(line) + 1 for line in lines[cut:])
        x, y = rows_of_lines(train, 16)
    else:
        tokenizer, train, test = character_parts(text)
        test, tokens_per_character = test[:20_000], 1.0
        x, y = windows(train, 64)
    costs = {}
    for order in ORDERS:
        with r.model(f"nats_{order}_gram") if order in (2, 8) else contextlib.nullcontext():
            model = NGramModel(order, len(tokenizer)).fit(train)
        costs[f"{order}-gram"] = model.cross_entropy(test)
    units, epochs, batch = r.pick(quick=64, full=128), r.pick(quick=4, full=6), r.pick(quick=64, full=32)
    cells = r.pick(quick=("rnn", "lstm"), full=("rnn", "gru", "lstm"))
    for cell in cells:
        # the memory lasts for a line from the beginning
        options = {"forget_bias": 2.0} if cell == "lstm" else {}
        model = RecurrentLanguageModel(len(tokenizer), units, units, cell, options)
        steps = epochs * -(-len(x) // batch)
        model.compile(
            keras.optimizers.Adam(
                keras.optimizers.schedules.CosineDecay(r.pick(quick=0.03, full=0.004), steps),
                global_clipnorm=1.0,
            ),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        )
        model.optimizer.build(model.trainable_variables)  # otherwise TensorFlow traces the step twice
        with r.model(f"nats_{cell}", model):
            model.fit(x, y, batch_size=batch, epochs=epochs, verbose=0)
        costs[cell] = model.cross_entropy(test, steps=64)
    nats = {name: cost * tokens_per_character for name, cost in costs.items()}
    for name in ("2-gram", "8-gram", *cells):
        r.metric(f"nats_{name.replace('-', '_')}", nats[name])
    shown = {name: name.upper() if name in cells else name for name in nats}
    rows = [
        [shown[name], f"{nats[name]:.4f}", f"{costs[name]:.3f}", f"{np.exp(costs[name]):.2f}"]
        for name in nats
    ]
    _, ax = r.figure("nats", size=(7.5, 4))
    drawn = [
        name for name in nats if name != "1-gram"
    ]  # its bar would make the differences of the others small
    colours = [COLOURS["grey" if "gram" in name else "blue"] for name in drawn]
    ax.bar([shown[name] for name in drawn], [nats[name] for name in drawn], color=colours)
    if r.data_name == "verses":
        entropy = nats_per_character()
        rows.append(["entropy", f"{entropy:.4f}", f"{entropy / tokens_per_character:.3f}", ""])
        ax.axhline(entropy, color=COLOURS["black"], linestyle=":", label="entropy of the grammar")
        ax.legend(loc="upper right")
        r.metric("lstm_over_entropy", nats["lstm"] / entropy)
        start = np.full((60, 1), END, "int32")
        generator = keras.random.SeedGenerator(r.seed)
        new = write(model, start, 16, lambda logits: sample(logits, seed=generator))
        written = [tokenizer.decode(row) for row in new]
        r.metric("lines_that_the_grammar_has", np.mean([line in all_lines() for line in written]))
        r.log(f"the LSTM writes: {written[0]}")
    r.table(["model", "nats a character", "nats a token", "perplexity a token"], rows, "Cost on new text")
    ax.set(title="The cost of new text", xlabel="model", ylabel="nats for a character", ylim=(0, None))
