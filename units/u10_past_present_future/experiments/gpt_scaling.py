"""A scaling law measured on small GPTs: loss by parameters, data and operations (§1.1, §7.5)."""

import keras
import numpy as np

from course import figures
from units.u08_sequence import GPT, CharacterTokenizer, character_parts, random_windows, sample, windows
from units.u10_past_present_future.markov_language import MarkovLanguage
from units.u10_past_present_future.scaling_law import ScalingLaw, fit_scaling_law, resampled_laws

LETTERS = "etaoinshrdlcumwfgypbvkjxqzETAOINSHRDLCUMWFGYPBVKJ"[:48]


def run(r):
    length, batch = r.pick(quick=16, full=64), r.pick(quick=96, full=32)
    shapes = r.pick(
        quick=[(1, 4), (1, 12), (1, 32)], full=[(1, 16), (2, 16), (2, 32), (2, 64), (4, 64), (4, 128)]
    )
    steps = r.pick(quick=(30, 75, 180), full=(60, 120, 240, 480))
    tokenizer, train, test, floor = texts(r, length, steps[-1] * batch)
    N, D, C = [], [], []
    for layers, d_model in shapes:
        keras.utils.set_random_seed(r.seed)
        model = GPT(len(tokenizer), length, layers, max(d_model // 16, 1), d_model)
        N += [sum(block.count_params() for block in model.blocks)] * len(steps)
        C += losses(model, train, test, steps, batch, rate=0.04 / np.sqrt(d_model))
        D += [s * batch * length for s in steps]
    N, D, C = (np.array(values, "float64") for values in (N, D, C))
    # where the entropy is known, the law is fitted to what is above it: then its own floor has nothing to do
    above = C - floor
    start = ScalingLaw(0.01 * above.min(), 0.02 * np.median(N), 0.3, 0.02 * np.median(D), 0.3)
    law = fit_scaling_law(N, above, D, start if floor else None)
    low, high = np.quantile(
        resampled_laws(law, N, above, D, r.pick(quick=20, full=200), r.seed), [0.05, 0.95], 0
    )
    longest = np.isclose(D, D.max())
    r.metric("loss_smallest", C[longest][0])
    r.metric("loss_largest", C[longest][-1])
    r.metric("exponent_size", law.alpha_N)
    r.metric("exponent_data", law.alpha_D)
    r.metric("worst_misfit", np.abs(np.log(law.cost(N, D) / above)).max())
    if floor:
        r.metric("above_entropy", above[longest][-1])
        free = fit_scaling_law(N, C, D, start._replace(floor=0.9 * C.min()))
        r.log(
            f"the entropy is {floor:.3f} nats for a character; without it the fit says C_∞ = {free.floor:.3f}"
        )
    rows = [["α_N", law.alpha_N, low[2], high[2]], ["α_D", law.alpha_D, low[4], high[4]]]
    r.table(["exponent", "fit", "5%", "95%"], [[row[0], *(f"{v:.2f}" for v in row[1:])] for row in rows])
    if r.full:  # letters of the generated language would say nothing to a reader
        draw = keras.random.SeedGenerator(r.seed)
        written = model.generate(test[0][:1, :2], 300, lambda z: sample(z, seed=draw))
        r.log(f"the largest model writes: {tokenizer.decode(written[0])}")
    figure(r, N, D, above, law, floor)


def texts(r, length, number):
    """A tokenizer, windows for training and for the test, and the least possible loss (0 if nobody knows it)."""
    if r.full:
        tokenizer, train, test = character_parts(r.data().text())
        return tokenizer, random_windows(train, length, number, r.rng), windows(test, length), 0.0
    language = MarkovLanguage(len(LETTERS))
    train, test = (language.texts(n, length + 1, r.rng) for n in (number, 1000))
    # the first character of a text stands alone, so the second is predicted from one
    floor = (language.entropy(1) + (length - 1) * language.entropy(2)) / length
    pairs = ((part[:, :-1], part[:, 1:]) for part in (train, test))
    return CharacterTokenizer(LETTERS), *pairs, floor


def losses(model, train, test, steps, batch, rate):
    """The loss on the test after each number of steps; every run ends with a falling learning rate.

    The runs share their first steps, at a constant rate. The last third of each is its own.
    """
    model.compile(keras.optimizers.Adam(rate, beta_2=0.99, global_clipnorm=1.0))
    found, done = [], 0

    def learn(first, last, factor):
        model.optimizer.learning_rate = rate * factor
        part = slice(first * batch, last * batch)
        model.fit(train[0][part], train[1][part], batch_size=batch, shuffle=False, verbose=0)

    for last in steps:
        turn = 2 * last // 3
        learn(done, turn, 1.0)
        variables = [*model.variables, *model.optimizer.variables]
        kept, done = [keras.ops.convert_to_numpy(v) + 0 for v in variables], turn
        learn(turn, (turn + last) // 2, 0.4)
        learn((turn + last) // 2, last, 0.1)
        found.append(model.evaluate(*test, batch_size=500, verbose=0))
        if last < steps[-1]:
            for variable, value in zip(variables, kept, strict=True):
                variable.assign(value)
    return found


def figure(r, N, D, above, law, floor):
    """Loss by size for each amount of data, and by operations, with the smallest loss so far."""
    _, (left, right) = r.figure("law", 1, 2, size=(11, 4.4), sharey=True)
    for d, colour in zip(np.unique(D), figures.CYCLE, strict=False):
        left.loglog(N[d == D], above[d == D], "o", color=colour, label=f"{d:,.0f}")
        left.loglog(N[d == D], law.cost(N[d == D], d), color=colour)
    what = "nats above the entropy" if floor else "nats"
    left.set(
        title="Runs, and the fit", xlabel="N, parameters of the blocks", ylabel=f"{what} for a character"
    )
    left.legend(title="D, characters")
    F, order = 6 * N * D, np.argsort(6 * N * D)
    for n, colour in zip(np.unique(N), figures.CYCLE, strict=False):
        right.loglog(F[n == N], above[n == N], "o-", color=colour, label=f"{n:,.0f}")
    right.step(F[order], np.minimum.accumulate(above[order]), "k--", where="post", label="smallest so far")
    right.set(title="The same runs by operations", xlabel="F = 6 N D")
    right.legend(title="N")
