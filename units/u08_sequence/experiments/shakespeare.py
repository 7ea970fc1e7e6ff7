"""A GPT by characters, and the modern block at equal FLOPs: nats on new text, and what they write (§7.5)."""

import time

import keras
import numpy as np

from course.figures import COLOURS
from units.u08_sequence.accounting import Account
from units.u08_sequence.character_tokenizer import character_parts
from units.u08_sequence.gpt import GPT
from units.u08_sequence.modern_block import ModernGPT
from units.u08_sequence.pretraining import pretraining_optimizer
from units.u08_sequence.samplers import sample
from units.u08_sequence.tokens import random_windows, windows

KINDS = {"gpt": (GPT, "blue"), "modern": (ModernGPT, "orange")}


def run(r):
    text = r.data(**({} if r.full else {"n": 2000})).text()
    tokenizer, train, test = character_parts(text)
    sizes = r.pick(
        quick={"context": 32, "layers": 1, "heads": 2, "d_model": 32},
        full={"context": 64, "layers": 4, "heads": 4, "d_model": 128},
    )
    batch, updates, rate = r.pick(quick=(16, 100, 1e-2), full=(12, 2000, 1e-3))
    held_out = windows(test, sizes["context"])
    if not r.full:
        held_out = [part[:200] for part in held_out]
    budget, rows = None, []
    _, ax = r.figure("nats", size=(6.4, 4))
    for name, (kind, colour) in KINDS.items():
        keras.utils.set_random_seed(r.seed)
        model = kind(len(tokenizer), **sizes)
        flops = Account.of(model).step_flops(batch, sizes["context"])
        budget = flops * updates if budget is None else budget
        steps = budget // flops  # the same number of operations for both models
        model.compile(pretraining_optimizer(steps, rate))
        x, y = random_windows(train, sizes["context"], steps * batch, r.rng)
        parts, nats, done, seconds = r.pick(quick=2, full=10), [], [], 0.0
        for i in range(parts):
            part = slice(i * steps // parts * batch, (i + 1) * steps // parts * batch)
            started = time.perf_counter()
            model.fit(x[part], y[part], batch_size=batch, shuffle=False, verbose=0)
            seconds += time.perf_counter() - started
            nats.append(model.evaluate(*held_out, batch_size=100, verbose=0))
            done.append(flops * ((i + 1) * steps // parts) / 1e9)
        r.model(f"nats_{name}", model).add(seconds)
        r.metric(f"nats_{name}", nats[-1])
        ax.plot(
            done, nats, "o-", color=COLOURS[colour], label={"gpt": "GPT", "modern": "modern blocks"}[name]
        )
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
