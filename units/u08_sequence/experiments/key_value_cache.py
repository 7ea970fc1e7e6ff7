"""A token costs less with a cache of keys and values: operations and time, with and without (§7.5)."""

import time

import numpy as np
from keras import ops

import course
from course.figures import COLOURS
from course.training.costs import product_flops
from units.u08_sequence.gpt import GPT

BATCH, VOCABULARY, PROMPT = 8, 50, 4


def seconds(step, tokens):
    """Write tokens into the array at the places PROMPT, PROMPT + 1, …; the seconds for each of them."""
    passed = []
    for place in range(PROMPT, tokens.shape[1]):
        begin = time.perf_counter()
        logits = ops.convert_to_numpy(step(tokens, place))
        passed.append(time.perf_counter() - begin)
        tokens[:, place] = np.argmax(logits, axis=-1)
    return np.median(passed)  # the first call of a compiled step compiles it


def run(r):
    sizes = r.pick(
        quick={"layers": 1, "heads": 4, "d_model": 64}, full={"layers": 6, "heads": 6, "d_model": 192}
    )
    contexts = r.pick(quick=(32, 256), full=(32, 64, 128, 256, 512))
    new = r.pick(quick=8, full=24)
    rows, differences = [], []
    for context in contexts:
        model = GPT(VOCABULARY, context, **sizes, positions="rotary")
        read = course.compiled(lambda tokens, model=model: model.step(tokens)[0])
        add = course.compiled(lambda t, caches, start, model=model: model.step(t, caches, start))
        first = r.rng.integers(VOCABULARY, size=(BATCH, PROMPT)).astype("int32")
        caches = [model.empty_caches(BATCH)]
        for place in range(PROMPT - 1):
            token = ops.convert_to_tensor(first[:, place : place + 1])
            caches[0] = add(token, caches[0], ops.array(place, "int32"))[1]

        def without(tokens, place, read=read, context=context):
            window = np.pad(tokens, ((0, 0), (0, context - tokens.shape[1])))
            return read(ops.convert_to_tensor(window))[:, place - 1]

        def kept(tokens, place, add=add, caches=caches):
            last = ops.convert_to_tensor(tokens[:, place - 1 : place])
            logits, caches[0] = add(last, caches[0], ops.array(place - 1, "int32"))
            return logits[:, -1]

        written, passed = [], []
        for step in (without, kept):
            written.append(np.concatenate([first, np.zeros((BATCH, new), "int32")], axis=1))
            passed.append(seconds(step, written[-1]))
        differences.append(np.mean(written[0] != written[1]))
        # as the backend counts the products of each kind of step
        whole = product_flops(lambda t, model=model: model.step(t)[0], np.zeros((BATCH, context), "int32"))
        one = product_flops(
            lambda t, model=model, caches=caches: model.step(t, caches[0], PROMPT)[0],
            np.zeros((BATCH, 1), "int32"),
        )
        rows.append((context, whole / one, passed[0] / passed[1], *(1e3 * s for s in passed)))
    r.metric("different_tokens", np.mean(differences))
    r.metric("operations_without_over_with", rows[-1][1])
    r.log(f"at a context of {contexts[-1]} a token is written {rows[-1][2]:.1f} times as fast with the cache")
    columns = ["context", "operations: ratio", "time: ratio", "without (ms)", "with (ms)"]
    printed = [[c, f"{o:.0f}", f"{t:.1f}", f"{a:.2f}", f"{b:.2f}"] for c, o, t, a, b in rows]
    r.table(columns, printed, f"one token for each of {BATCH} sequences")
    _, ax = r.figure("cache", size=(6.4, 4))
    at, _, _, slow, quick = zip(*rows, strict=True)
    ax.semilogx(at, slow, "o-", color=COLOURS["orange"], label="without cache")
    ax.semilogx(at, quick, "s-", color=COLOURS["blue"], label="with cache")
    ax.set(title="Time for one more token", xlabel="context (tokens)", ylabel="milliseconds", ylim=(0, None))
    ax.set_xticks(at, [str(c) for c in at])
    ax.minorticks_off()
    ax.legend(loc="upper left")
