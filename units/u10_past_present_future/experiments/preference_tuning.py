"""Preference tuning reaches its closed form: for six answers, and for lines of verse that should be short (§7.5, ☆)."""

import keras
import numpy as np
from keras import ops
from scipy.special import softmax

from course.data.generated.verses import all_lines
from course.figures import COLOURS
from units.u08_sequence import (
    GPT,
    CharacterTokenizer,
    WordTokenizer,
    padded,
    pretraining_optimizer,
    sample,
)
from units.u08_sequence.tokens import END, PAD, START
from units.u10_past_present_future.preference_tuning import (
    PreferenceTuner,
    bradley_terry_pairs,
    optimal_policy,
)

BETA = 1.0
# null, start of text, end of text: as characters they get the numbers PAD, START and END
SPECIAL = "\x00\x02\x03"


def answers(r):
    """Six answers to one question: p_ref, p*, and what tuning on endless pairs finds."""
    policy, reference = (
        keras.Sequential([keras.Input((1,), dtype="int32"), keras.layers.Embedding(6, 6, "normal")])
        for _ in range(2)
    )
    z = np.tile(np.log([0.3, 0.25, 0.2, 0.13, 0.08, 0.04]), (6, 1))
    reward = np.array([0.0, 1.0, -1.0, 0.5, 2.0, 1.5])
    for model in (policy, reference):
        model.set_weights([z])
    a, b = np.divmod(np.arange(36), 6)
    better, worse = (np.stack([np.zeros(36, int), answer], axis=1).astype("int32") for answer in (a, b))
    tuner = PreferenceTuner(policy, reference, BETA)
    tuner.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.3, 80)))
    # P(a before b) = σ_Sig(R(a) − R(b)): every pair, weighted by its probability
    weights = (1 / (1 + np.exp(reward[b] - reward[a]))).astype("float32")
    tuner.fit(better, worse, sample_weight=weights, batch_size=36, epochs=80, shuffle=False, verbose=0)
    found = softmax(policy.get_weights()[0][0].astype("float64"))
    best = optimal_policy(softmax(z[0]), reward, BETA)
    r.metric("answers_distance", np.abs(found - best).sum() / 2)
    return softmax(z[0]), best, found


def run(r):
    lines = r.data(n=r.pick(quick=1500, full=10_000)).text().split("\n")
    tokens, texts, decode, short = r.pick(quick=words_of, full=characters_of)(lines)
    length = texts.shape[1]
    sizes = {
        "context": length,
        "layers": r.pick(quick=1, full=2),
        "heads": 2,
        "d_model": r.pick(quick=32, full=64),
    }
    policy, reference = (GPT(tokens, ignore=PAD, **sizes) for _ in range(2))
    steps, batch = r.pick(quick=120, full=3000), 32
    rows = r.rng.integers(len(texts), size=steps * batch)
    policy.compile(pretraining_optimizer(steps, r.pick(quick=2e-2, full=3e-3)))
    policy.fit(texts[rows, :-1], texts[rows, 1:], batch_size=batch, shuffle=False, verbose=0)
    reference.set_weights(policy.get_weights())
    number = r.pick(quick=600, full=4000)
    before = written(policy, length, number, r.seed)
    size, updates = np.sum(before > END, axis=1), r.pick(quick=60, full=300)
    reward = 2.0 * (size <= short)
    better, worse, weights = bradley_terry_pairs(before, reward, updates * r.pick(quick=16, full=32), r.rng)
    tuner = PreferenceTuner(policy, reference, BETA, ignore=PAD)
    rate = keras.optimizers.schedules.CosineDecay(r.pick(quick=8e-4, full=3e-4), updates)
    tuner.compile(keras.optimizers.Adam(rate))
    tuner.fit(
        better, worse, sample_weight=weights, batch_size=r.pick(quick=32, full=64), shuffle=False, verbose=0
    )
    after = written(policy, length, number, r.seed + 1)
    # the optimum p* ∝ p_ref e^{R/β}, as weights of what the reference has written
    w = optimal_policy(np.full(len(size), 1 / len(size)), reward, BETA)
    kl = np.mean(ops.convert_to_numpy(tuner.predict(after, batch_size=100, verbose=0)))
    right = [np.mean([decode(row) in all_lines() for row in part]) for part in (before, after)]
    new = np.sum(after > END, axis=1)
    for name, share in (
        ("before", np.mean(size <= short)),
        ("after", np.mean(new <= short)),
        ("optimum", w[size <= short].sum()),
    ):
        r.metric(f"short_{name}", share)
    r.metric("divergence", kl)
    r.metric("divergence_of_optimum", np.sum(w * np.log(w * len(w))))
    r.metric("right_before", right[0])
    r.metric("right_after", right[1])
    for name, part in (("before", before), ("after", after)):
        r.log(f"{name}: {decode(part[0])}")
    draw(r, answers(r), size, new, w)


def words_of(lines):
    """The number of tokens, the lines in tokens, the way back, and how long a short line is: 13 words or marks."""
    tokenizer = WordTokenizer(lines)
    texts = padded([tokenizer.encode(line, ends=True) for line in lines], 21)
    return len(tokenizer), texts, tokenizer.decode, 13


def characters_of(lines):
    """The same by characters; a short line has at most 63 of them."""
    tokenizer = CharacterTokenizer(SPECIAL + "".join(lines))
    _, start, end = SPECIAL
    texts = padded([tokenizer.encode(start + line + end) for line in lines])
    return len(tokenizer), texts, lambda row: tokenizer.decode(row).strip(SPECIAL), 63


def written(model, length, number, seed):
    """Lines that the model writes; what stands behind the end of a line is padding."""
    generator = keras.random.SeedGenerator(seed)
    start = np.full((number, 1), START, "int32")
    texts = model.generate(start, length - 1, lambda z: sample(z, seed=generator))
    behind = np.cumsum(texts == END, axis=1) - (texts == END) > 0
    return np.where(behind, PAD, texts)


def draw(r, toy, size, new, w):
    """The six answers, and how long the lines are."""
    _, (left, right) = r.figure("tuning", 1, 2, size=(10.5, 4.2))
    names, colours = ("reference", "optimum", "tuned"), ("grey", "orange", "blue")
    for p, name, colour, offset in zip(toy, names, colours, (-0.27, 0, 0.27), strict=True):
        left.bar(np.arange(6) + offset, p, width=0.27, color=COLOURS[colour], label=name)
    left.set(title="Six answers", xlabel="answer", ylabel="probability")
    shortest, longest = np.percentile(size, (1, 99)).astype(int)
    at = np.arange(shortest, longest + 1)
    for lengths, weights, colour, offset in (
        (size, None, "grey", -0.27), (size, w, "orange", 0), (new, None, "blue", 0.27),
    ):  # fmt: skip
        share = np.bincount(lengths.clip(shortest, longest), weights, minlength=longest + 1)[shortest:]
        right.bar(at + offset, share / share.sum(), width=0.27, color=COLOURS[colour])
    right.set(
        title="Lines of verse",
        xlabel=r.pick(quick="words and marks in a line", full="characters in a line"),
        ylabel="share of the lines",
    )
    left.legend()
