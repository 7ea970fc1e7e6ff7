"""Shakespeare by characters with a larger GPT, for an accelerator (§7.5)."""

from course.figures import COLOURS
from units.u08_sequence.character_tokenizer import character_parts
from units.u08_sequence.gpt import GPT
from units.u08_sequence.pretraining import pretraining_optimizer
from units.u08_sequence.tokens import random_windows, windows


def run(r):
    text = r.data().text()
    tokenizer, train, test = character_parts(text)
    sizes = r.pick(
        quick={"context": 16, "layers": 1, "heads": 2, "d_model": 16},  # shows only that it runs
        full={"context": 256, "layers": 6, "heads": 6, "d_model": 384},
    )
    batch, steps, parts = r.pick(quick=(16, 20, 2), full=(64, 5000, 20))
    model = GPT(len(tokenizer), **sizes, dropout=0.2)
    model.compile(pretraining_optimizer(steps, 1e-3))
    held_out = [part[: r.pick(quick=50, full=None)] for part in windows(test, sizes["context"])]
    done, nats = [], []
    for i in range(parts):
        number = (i + 1) * steps // parts - i * steps // parts
        x, y = random_windows(train, sizes["context"], number * batch, r.rng)
        model.fit(x, y, batch_size=batch, shuffle=False, verbose=0)
        nats.append(model.evaluate(*held_out, batch_size=batch, verbose=0))
        done.append((i + 1) * steps // parts)
    r.metric("nats_best", min(nats))  # of the evaluations: later the model learns its text by heart
    r.metric("weights", model.count_params())
    _, ax = r.figure("nats", size=(6.4, 4))
    ax.plot(done, nats, "o-", color=COLOURS["blue"])
    ax.set(title="New text during the training", xlabel="updates", ylabel="nats for a character")
