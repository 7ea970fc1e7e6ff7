"""A GPT by characters, and the modern block at equal FLOPs: nats on new text, and what they write (§7.5)."""

import keras
import numpy as np

from course.figures import COLOURS
from units.u08_sequence.accounting import Account
from units.u08_sequence.character_models import KINDS, LINES, Trained, train_on_windows, trained
from units.u08_sequence.character_tokenizer import character_parts
from units.u08_sequence.samplers import sample
from units.u08_sequence.tokens import windows

COLOUR = {"gpt": "blue", "modern": "orange"}
FULL = {"context": 64, "layers": 4, "heads": 4, "d_model": 128}


def run(r):
    text = r.data(**({} if r.full else {"n": LINES})).text()
    tokenizer, _, _ = character_parts(text)
    found = trained_longer(text, r.seed, r.rng) if r.full else {k: trained(k, text, r.seed) for k in KINDS}
    rows = []
    _, ax = r.figure("nats", size=(6.4, 4))
    for name, (model, flops, steps, nats, seconds) in found.items():
        parts = len(nats)
        done = [flops * ((i + 1) * steps // parts) / 1e9 for i in range(parts)]
        r.model(f"nats_{name}", model).add(seconds)
        r.metric(f"nats_{name}", nats[-1])
        label = {"gpt": "GPT", "modern": "modern blocks"}[name]
        ax.plot(done, nats, "o-", color=COLOURS[COLOUR[name]], label=label)
        draw = keras.random.SeedGenerator(r.seed)
        prompt = [tokenizer.encode("\n")]
        written = model.generate(
            prompt, r.pick(quick=20, full=500), lambda z, draw=draw: sample(z, 0.8, seed=draw)
        )
        r.log(f"{name} writes:{tokenizer.decode(written[0])}")
        row = [name, model.count_params(), steps, f"{flops * steps / 1e12:.3f}"]
        rows.append([*row, f"{nats[-1]:.3f}", f"{np.exp(nats[-1]):.2f}"])
    columns = ["model", "weights", "steps", "operations (10¹²)", "nats", "perplexity"]
    r.table(columns, rows, "characters of new text, at equal FLOPs")
    ax.set(title="New text, at equal FLOPs", xlabel="operations (10⁹)", ylabel="nats for a character")
    ax.legend(loc="best")


def trained_longer(text, seed, rng, batch=12, updates=2000):
    """Both kinds of models at the sizes of the full run, with the same number of operations."""
    tokenizer, ids, test = character_parts(text)
    budget, found = None, {}
    for name, kind in KINDS.items():
        keras.utils.set_random_seed(seed)
        model = kind(len(tokenizer), **FULL)
        flops = Account.of(model).step_flops(batch, FULL["context"])
        budget = flops * updates if budget is None else budget
        steps = budget // flops
        held_out = windows(test, FULL["context"])
        found[name] = Trained(
            model, flops, steps, *train_on_windows(model, ids, held_out, steps, batch, 1e-3, rng, 10)
        )
    return found
