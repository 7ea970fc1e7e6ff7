"""Speculative decoding: tokens for each call of the large model, by the number of drafted tokens (§7.5)."""

import numpy as np

from course import figures
from units.u08_sequence.character_tokenizer import CharacterTokenizer
from units.u08_sequence.ngram_model import NGramModel
from units.u08_sequence.speculative_decoding import expected_tokens, speculative_step

DRAFTED = (0, 1, 2, 4, 8)


def run(r):
    text = r.data(n=r.pick(quick=400, full=2000)).text()
    tokenizer = CharacterTokenizer(text)
    ids = tokenizer.encode(text)
    large = NGramModel(6, len(tokenizer)).fit(ids)
    calls, curves, rows = r.pick(quick=150, full=1500), {}, []
    for order in (2, 3, 4):
        small = NGramModel(order, len(tokenizer)).fit(ids)
        # a: how often a drafted token is accepted, on average over the contexts of the text
        places = range(10, len(ids), max(1, len(ids) // 400))
        both = [(large.distribution(ids[t - 6 : t]), small.distribution(ids[t - 6 : t])) for t in places]
        a = np.mean([np.minimum(p, q).sum() for p, q in both])
        curves[order] = [tokens_a_call(large, small, ids[:6], k, calls, r.rng) for k in DRAFTED]
        r.metric(f"acceptance_of_order_{order}", a)
        r.metric(f"tokens_of_order_{order}_with_4", curves[order][3])
        formula = [expected_tokens(a, k) for k in DRAFTED]
        rows.append(
            [
                f"{order}-gram",
                f"{a:.2f}",
                *(f"{m:.2f} ({f:.2f})" for m, f in zip(curves[order], formula, strict=True)),
            ]
        )
    r.table(
        ["drafts come from", "accepted", *(f"{k} drafted" for k in DRAFTED)],
        rows,
        title="Tokens for each call of the 6-gram model; in brackets (1 − a^{k+1})/(1 − a)",
    )
    _, ax = r.figure("tokens", size=(7.5, 4.2))
    for (order, found), colour, marker in zip(curves.items(), ("red", "orange", "blue"), "^so", strict=True):
        ax.plot(
            DRAFTED, found, marker + "-", color=figures.COLOURS[colour], label=f"drafts of a {order}-gram"
        )
    ax.set(
        title="What a call of the large model gives",
        xlabel="drafted tokens k",
        ylabel="new tokens for each call",
        ylim=(0, None),
    )
    ax.legend()


def tokens_a_call(large, small, start, k, calls, rng):
    """The mean number of new tokens in as many steps."""

    def target(context, drafted):
        ids = [*context, *drafted]
        return [large.distribution(ids[: len(context) + i]) for i in range(len(drafted) + 1)]

    ids = list(start)
    for _ in range(calls):
        ids += speculative_step(target, small.distribution, ids[-8:], k, rng)
    return (len(ids) - len(start)) / calls
