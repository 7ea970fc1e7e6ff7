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
OFFSETS = {"temperature": (8, -4), "top-k": (-4, -18), "top-p": (8, -16)}  # so that labels do not touch
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
    """Lines that the model writes, one after the other; a line of more than 40 words is cut off."""
    known, lines, keep = {}, [], keeping(**setting)
    for _ in range(number):
        ids = [START]
        while len(ids) <= 40:
            context = tuple(ids[1 - ORDER :])
            if context not in known:
                known[context] = chosen(model.distribution(context), keep, setting.get("tau", 1.0))
            token = int(rng.choice(len(known[context]), p=known[context]))
            if token == END:
                break
            ids.append(token)
        lines.append(tokenizer.decode(ids))
    return lines


def keeping(tau=1.0, k=None, p=None):
    """The function that sets the logits of some tokens to −∞, compiled: it is called for every context."""
    if k is not None:
        return course.compiled(lambda logits: top_k(logits, k))
    if p is not None:
        return course.compiled(lambda logits: top_p(logits, p))
    return lambda logits: logits


def chosen(distribution, keep, tau):
    """The distribution from which the token is drawn.

    The logits have single precision on every backend: words that were seen equally often are then equally likely, and
    top-k keeps them all.
    """
    logits = keep(ops.convert_to_tensor(np.log(distribution)[None] / tau, "float32"))
    weights = np.exp(ops.convert_to_numpy(logits)[0].astype("float64"))
    return weights / weights.sum()
