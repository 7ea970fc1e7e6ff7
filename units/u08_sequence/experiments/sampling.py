"""Temperature, top-k, top-p: how many lines are right, and how many are different (§7.1)."""

import numpy as np
from keras import ops

import course
from course import figures
from course.data.generated.verses import all_lines
from units.u08_sequence.ngram_model import NGramModel
from units.u08_sequence.samplers import top_k, top_p
from units.u08_sequence.tokens import END, START
from units.u08_sequence.word_tokenizer import WordTokenizer

ORDER, DISCOUNT = 10, 0.2
OFFSETS = {"temperature": (8, -4), "top-k": (0, 9), "top-p": (-38, -16)}  # so that labels do not touch
WAYS = {
    "temperature": [{"tau": tau} for tau in (0.3, 0.6, 1.0, 1.4)],
    "top-k": [{"k": k} for k in (1, 2, 4, 8)],
    "top-p": [{"p": p} for p in (0.4, 0.7, 0.9, 0.98)],
}


def run(r):
    lines = r.data(n=r.pick(quick=600, full=2000)).text().split("\n")
    tokenizer, right = WordTokenizer(lines), all_lines()
    model = NGramModel(ORDER, len(tokenizer), DISCOUNT)
    model.fit([i for line in lines for i in tokenizer.encode(line, ends=True)])
    number = r.pick(quick=100, full=2000)
    rows, drawn = [], {}
    for way, settings in WAYS.items():
        drawn[way] = []
        for setting in settings:
            new = written(model, tokenizer, setting, number, np.random.default_rng(r.seed))
            good = np.mean([line in right for line in new])
            different = len(set(new)) / len(new)
            (name, value), example = next(iter(setting.items())), new[0]
            drawn[way].append((different, good, f"{value:g}"))
            rows.append([way, f"{value:g}", f"{100 * good:.0f}", f"{100 * different:.0f}", example[:60]])
            r.metric(f"right_{name}_{value:g}".replace(".", "_"), good)
    r.metric("different_greedy", drawn["top-k"][0][0])
    r.metric("different_tau_1", drawn["temperature"][2][0])
    r.table(
        ["way", "value", "right, %", "different, %", "the first line"], rows, title=f"{number} lines each"
    )
    _, ax = r.figure("sampling", size=(8, 4.4))
    for (way, points), colour, marker in zip(drawn.items(), ("blue", "orange", "green"), "os^", strict=True):
        different, good, labels = zip(*points, strict=True)
        ax.plot(
            100 * np.array(different),
            100 * np.array(good),
            marker + "-",
            color=figures.COLOURS[colour],
            label=way,
        )
        # Where all ways meet, their numbers would hide one another: the ends of each curve are named.
        for x, y, label in list(zip(different, good, labels, strict=True))[:: len(labels) - 1]:
            ax.annotate(label, (100 * x, 100 * y), xytext=OFFSETS[way], textcoords="offset points")
    ax.set(
        title="Right lines against different lines",
        xlabel="different lines (%)",
        ylabel="lines of the grammar (%)",
        xlim=(-5, 108),
        ylim=(-5, 108),
    )
    ax.legend(loc="lower left")


def written(model, tokenizer, setting, number, rng):
    """Lines that the model writes side by side; a line of more than 40 words is cut off."""
    known, lines, keep = {}, [[START] for _ in range(number)], keeping(**setting)
    unfinished = lines
    for _ in range(40):
        contexts = [tuple(ids[1 - ORDER :]) for ids in unfinished]
        new = sorted(set(contexts) - set(known))
        if new:
            rows = [model.distribution(context) for context in new]
            rows += rows[:1] * (number - len(rows))  # as many at every step: nothing is compiled again
            known |= zip(new, chosen(np.array(rows), keep, setting.get("tau", 1.0)), strict=False)
        for ids, context in zip(unfinished, contexts, strict=True):
            ids.append(int(rng.choice(len(tokenizer), p=known[context])))
        unfinished = [ids for ids in unfinished if ids[-1] != END]
        if not unfinished:
            break
    return [tokenizer.decode(ids) for ids in lines]


def keeping(tau=1.0, k=None, p=None):
    """The function that sets the logits of some tokens to −∞, compiled: it is called for every word of the lines."""
    if k is not None:
        return course.compiled(lambda logits: top_k(logits, k))
    if p is not None:
        return course.compiled(lambda logits: top_p(logits, p))
    return lambda logits: logits


def chosen(distributions, keep, tau):
    """The distributions from which the tokens are drawn, one a row.

    The logits have single precision on every backend: words that were seen equally often are then equally likely, and
    top-k keeps them all.
    """
    logits = keep(ops.convert_to_tensor(np.log(distributions) / tau, "float32"))
    weights = np.exp(ops.convert_to_numpy(logits).astype("float64"))
    return weights / weights.sum(axis=1, keepdims=True)
