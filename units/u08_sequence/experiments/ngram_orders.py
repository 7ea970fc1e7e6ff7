"""n-gram models of characters: cross-entropy by order and by the amount of text, above the text's entropy (§7.1)."""

import numpy as np

from course import figures
from course.data.generated.verses import nats_per_character
from units.u08_sequence.character_tokenizer import CharacterTokenizer
from units.u08_sequence.ngram_model import NGramModel


def run(r):
    d = r.data()
    text = d.text()
    tokenizer = CharacterTokenizer(text)
    ids = np.array(tokenizer.encode(text))
    train, test = np.split(ids, [len(ids) * 9 // 10])
    test = test[: r.pick(quick=3000, full=20_000)]
    orders, parts = r.pick(quick=(1, 2, 3, 4, 6, 8), full=(1, 2, 3, 4, 5, 6, 7, 8)), (0.01, 0.1, 1.0)
    costs = np.zeros((len(parts), len(orders)))
    for i, part in enumerate(parts):
        for j, order in enumerate(orders):
            model = NGramModel(order, len(tokenizer)).fit(train[: int(part * len(train))])
            costs[i, j] = model.cross_entropy(test)
    rows = [
        [f"{order}-gram", *(f"{c:.3f}" for c in costs[:, j]), f"{np.exp(costs[-1, j]):.2f}"]
        for j, order in enumerate(orders)
    ]
    shares = [f"{part:.0%} of the text" for part in parts]
    r.table(
        ["model", *(f"nats, {s}" for s in shares), "perplexity, all"], rows, title=f"Characters of {d.name}"
    )
    for j in (0, 1, len(orders) - 1):
        r.metric(f"nats_order_{orders[j]}", costs[-1, j])
    r.metric("nats_order_8_with_little_text", costs[0, -1])
    _, ax = r.figure("orders", size=(7.5, 4.2))
    for cost, share, marker, colour in zip(costs, shares, "^so", ("red", "orange", "blue"), strict=True):
        ax.plot(orders, cost, marker + "-", color=figures.COLOURS[colour], label=share)
    if d.name == "verses":
        r.metric("nats_over_entropy", costs[-1, -1] / nats_per_character())
        ax.axhline(nats_per_character(), color=figures.COLOURS["black"], linestyle=":", label="entropy")
    ax.set(
        title=f"The next character of {d.name}",
        xlabel="order n of the model",
        ylabel="cross-entropy on new text (nats)",
        ylim=(0, None),
    )
    ax.legend()
