"""From the block of GPT-2 to a modern one, part by part and at equal FLOPs (§7.5, ☆)."""

import collections

import keras
import numpy as np

from course.figures import COLOURS
from course.training.costs import product_flops
from units.u06_tricks_of_the_trade import orthogonalize
from units.u08_sequence.accounting import Account
from units.u08_sequence.character_models import (
    BATCH,
    HELD_OUT,
    LINES,
    RATE,
    SIZES,
    UPDATES,
    train_on_windows,
    trained,
)
from units.u08_sequence.character_tokenizer import character_parts
from units.u08_sequence.modern_block import ModernGPT
from units.u08_sequence.tokens import windows

GPT_2 = {"rms_norm": False, "feed_forward": "gelu", "qk_norm": False}
# each row changes one part of the row before: switches, positions, heads that share a key, optimizer. With rotary
# positions the biases are left out, too.
STEPS = {
    "GPT-2": (GPT_2, "learned", 1, "AdamW"),
    "+ RMSNorm": ({**GPT_2, "rms_norm": True}, "learned", 1, "AdamW"),
    "+ rotary": ({**GPT_2, "rms_norm": True}, "rotary", 1, "AdamW"),
    "+ ReLU²": ({"feed_forward": "relu_squared", "qk_norm": False}, "rotary", 1, "AdamW"),
    "or SwiGLU": ({"qk_norm": False}, "rotary", 1, "AdamW"),
    "+ QK-norm": ({}, "rotary", 1, "AdamW"),
    "+ groups": ({}, "rotary", 2, "AdamW"),
    "+ Muon": ({}, "rotary", 2, "Muon"),
}
# the quick run takes some of the rows only; each shows all that changed since the row before
QUICK = {
    "GPT-2": "GPT-2",
    "+ rotary": "+ RMSNorm, rotary,\nno biases",
    "+ QK-norm": "+ SwiGLU, QK-norm",
    "+ Muon": "+ groups, Muon",
}
SHARED = {"GPT-2": "gpt", "+ QK-norm": "modern"}  # the quick models that `shakespeare` shows, too


def newton_schulz_flops(model):
    """Operations with which Muon orthogonalizes the kernels of the blocks in one update."""
    kernels = [v.shape for block in model.blocks for v in block.trainable_variables if len(v.shape) > 1]
    shapes = collections.Counter((int(np.prod(shape[:-1])), shape[-1]) for shape in kernels)
    return sum(n * product_flops(orthogonalize, np.zeros(s, "float32")) for s, n in shapes.items())


def run(r):
    text = r.data(**({} if r.full else {"n": LINES})).text()
    tokenizer, ids, test = character_parts(text)
    sizes = r.pick(quick=SIZES, full={"context": 64, "layers": 3, "heads": 4, "d_model": 96})
    batch, updates, rate = r.pick(quick=(BATCH, UPDATES, RATE), full=(12, 700, 2e-3))
    names = r.pick(quick=list(QUICK), full=list(STEPS))
    held_out = [part[: r.pick(quick=HELD_OUT, full=500)] for part in windows(test, sizes["context"])]
    budget, rows, nats = None, [], []
    for name in names:
        switches, positions, share, optimizer = STEPS[name]
        known = trained(SHARED[name], text, r.seed) if name in SHARED and not r.full else None
        keras.utils.set_random_seed(r.seed)
        model = (
            known.model
            if known
            else ModernGPT(
                len(tokenizer),
                **sizes,
                switches={**switches, "groups": sizes["heads"] // share},
                positions=positions,
                use_bias=positions == "learned",
            )
        )
        account = Account.of(model)
        flops = account.step_flops(batch, sizes["context"])
        if optimizer == "Muon":  # AdamW has no products of matrices
            flops += newton_schulz_flops(model)
        budget = flops * updates if budget is None else budget
        steps = budget // flops
        muon = rate if optimizer == "Muon" else None
        rng = np.random.default_rng(r.seed)  # the same windows for all
        cost = (
            known.nats
            if known
            else train_on_windows(model, ids, held_out, steps, batch, rate, rng, muon=muon)[0]
        )
        nats.append(cost[-1])
        cache = account.cache_bytes(1) // 1024
        shown = name if r.full else " ".join(QUICK[name].split())
        rows.append([shown, model.count_params(), steps, cache, f"{nats[-1]:.3f}"])
    for name, value in zip(names, nats, strict=True):
        r.metric(
            f"nats_{'_'.join(name.lower().split()).translate(str.maketrans('-²', '_2')).lstrip('+_')}", value
        )
    columns = ["block", "weights", "steps", "cache (KiB)", "nats"]
    r.table(columns, rows, "characters of new text, at equal operations")
    _, ax = r.figure("ablation", size=(7, 4))
    labels = names if r.full else list(QUICK.values())
    ax.barh(labels, nats, color=[COLOURS["grey"], *[COLOURS["blue"]] * (len(names) - 1)])
    for place, value in enumerate(nats):
        ax.annotate(f"{value:.2f}", (value, place), (4, 0), textcoords="offset points", va="center")
    ax.invert_yaxis()
    ax.set(title="Part by part, at equal FLOPs", xlabel="nats for a character", ylabel="block")
    ax.set_xlim(0, max(nats) * 1.15)
