"""Language models of characters at equal FLOPs; the small ones are trained once in a process (§7.5)."""

import time
from typing import NamedTuple

import keras
import numpy as np

from units.u08_sequence.accounting import Account
from units.u08_sequence.character_tokenizer import character_parts
from units.u08_sequence.gpt import GPT
from units.u08_sequence.modern_block import ModernGPT
from units.u08_sequence.pretraining import pretraining_optimizer
from units.u08_sequence.tokens import random_windows, windows

KINDS = {"gpt": GPT, "modern": ModernGPT}
LINES = 2000  # of verses, for the small models
SIZES = {"context": 32, "layers": 1, "heads": 2, "d_model": 32}
BATCH, UPDATES, RATE, HELD_OUT, PARTS = 16, 80, 1e-2, 200, 2


class Trained(NamedTuple):
    """A small model after its training, see ``trained``.

    model: the model, which is not to be trained further.
    flops: operations of one step.
    steps: number of updates.
    nats: the cost of new text after each part of the training.
    seconds: of the training, with compilation.
    """

    model: keras.Model
    flops: int
    steps: int
    nats: list
    seconds: float


def train_on_windows(model, ids, held_out, steps, batch, rate, rng, parts=1, muon=None):
    """Train a language model on random windows, and measure the cost of new text after each part.

    Args:
        model: a ``LanguageModel`` with a ``context``.
        ids: token numbers of the text to train on.
        held_out: inputs and targets of new text, as from ``windows``.
        steps, batch, rate, muon: number of updates, windows in each, and the rates of ``pretraining_optimizer``.
        rng: a NumPy generator, which draws the windows.
        parts: number of parts of the training, at least one update in each.

    Returns:
        Nats for a token after each part, and the seconds of the training alone.

    Raises:
        ValueError: there are fewer parts than one, or more than updates.
    """
    if not 1 <= parts <= steps:
        raise ValueError(f"A training of {steps} updates has 1 to {steps} parts, not {parts}.")
    model.compile(pretraining_optimizer(steps, rate, muon=muon))
    x, y = random_windows(ids, model.context, steps * batch, rng)
    nats, seconds = [], 0.0
    for i in range(parts):
        part = slice(i * steps // parts * batch, (i + 1) * steps // parts * batch)
        started = time.perf_counter()
        model.fit(x[part], y[part], batch_size=batch, shuffle=False, verbose=0)
        seconds += time.perf_counter() - started
        nats.append(model.evaluate(*held_out, batch_size=100, verbose=0))
    return nats, seconds


_kept = {}  # kind → seed and text, what is returned


def trained(kind, text, seed=0):
    """A small model of ``KINDS`` after its training, which is made once in a process: two experiments show it.

    The training starts from the seed, so what the caller gets does not depend on what ran before; and random numbers
    after it start from the seed, too, whether the model was trained now or before. All kinds get the operations of
    ``UPDATES`` steps of the first one. Only the models of the last seed and text are kept.

    Args:
        kind: a name of ``KINDS``.
        text: to train on and, its end, to evaluate on.
        seed: of the weights and of the windows.

    Returns:
        ``Trained``.

    Raises:
        ValueError: there is no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}, not {kind!r}.")
    if _kept.get(kind, [None])[0] != (seed, text):
        budget = None if kind == "gpt" else trained("gpt", text, seed).flops * UPDATES
        tokenizer, ids, test = character_parts(text)
        keras.utils.set_random_seed(seed)
        model = KINDS[kind](len(tokenizer), **SIZES)
        flops = Account.of(model).step_flops(BATCH, SIZES["context"])
        steps = UPDATES if budget is None else budget // flops
        held_out = [part[:HELD_OUT] for part in windows(test, SIZES["context"])]
        rng = np.random.default_rng(seed)  # the same windows for all
        found = train_on_windows(model, ids, held_out, steps, BATCH, RATE, rng, PARTS)
        _kept[kind] = (seed, text), Trained(model, flops, steps, *found)
    keras.utils.set_random_seed(seed)
    return _kept[kind][1]
