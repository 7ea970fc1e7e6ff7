"""One dial, the depth: which depth is the best for each budget of operations, and how the cost falls (§1.1, ☆).

The data have a known law. Fact k is asked with probability ∝ k^{−(1 + A)}; its number is written as digits in base 8,
and its answer is one of 16. A learner that remembers the N most frequent facts that it has seen would have α_N = A and
α_D = A / (1 + A), no floor, and on the frontier a cost that falls as F^{−A / (2 + A)}.
"""

import keras
import numpy as np
from matplotlib.ticker import LogLocator, NullFormatter

from course.figures import CYCLE
from units.u10_past_present_future.depth_dial import DepthDial, best_size, fit_exponent, frontier

A, DIGITS, ANSWERS, NOTHING = 0.5, 4, 16, 16  # NOTHING is the target where nothing is asked
BATCH, AT_ONCE = 64, 20  # questions of a step, steps of one call of fit


def questions(rng, n):
    """n questions: tokens of shape (n, 4), and targets of which only the last one counts."""
    facts = 8**DIGITS
    p = np.arange(1, facts + 1) ** -(1 + A)
    fact = rng.choice(facts, size=n, p=p / p.sum())
    world = np.random.default_rng(0)  # the facts are the same for all networks and seeds
    names, answers = world.permutation(facts), world.integers(ANSWERS, size=facts)
    tokens = names[fact][:, None] // 8 ** np.arange(DIGITS) % 8
    targets = np.full((n, DIGITS), NOTHING)
    targets[:, -1] = answers[fact]
    return tokens.astype("int32"), targets.astype("int32")


def curve(depth, steps, seed):
    """Operations, and the cost of questions that the network sees for the first time, while it is trained."""
    keras.utils.set_random_seed(seed)
    dial, rng = DepthDial(depth), np.random.default_rng(seed)
    model = dial.gpt(ANSWERS + 1, DIGITS, ignore=NOTHING)
    model.compile(keras.optimizers.Adam(dial.learning_rate))
    costs = []
    for _ in range(steps // AT_ONCE):
        x, y = questions(rng, AT_ONCE * BATCH)
        costs += model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0).history["loss"]
    # lengths that grow by about a quarter; the cost of a length is the mean over its last fifth
    done = np.arange(1, len(costs) + 1)
    lengths = np.unique(np.round(np.geomspace(2, len(costs), 2 + int(10 * np.log10(len(costs))))).astype(int))
    means = [np.mean(np.array(costs)[(done > 0.8 * n) & (done <= n)]) for n in lengths]
    return lengths * AT_ONCE * BATCH * DIGITS, np.array(means)


def run(r):
    steps = r.pick(quick={1: 800, 2: 300, 3: 100}, full={1: 6000, 2: 12_000, 3: 12_000, 4: 6000, 5: 4000})
    seeds = [r.seed + i for i in range(r.pick(quick=1, full=3))]
    tokens, costs = {}, {}
    for depth, most in steps.items():
        runs = [curve(depth, most, seed) for seed in seeds]
        tokens[depth], costs[depth] = runs[0][0], np.mean([cost for _, cost in runs], axis=0)
        r.log(
            f"depth {depth}: {DepthDial(depth).parameters:,} weights, cost {costs[depth][-1]:.3f} at the end"
        )
    F = {depth: DepthDial(depth).operations(tokens[depth]) for depth in steps}
    # budgets that two depths or more were trained with, so that they are compared
    ends = sorted(f[-1] for f in F.values())
    budgets = np.geomspace(F[2][0], (1 - 1e-9) * ends[-2], r.pick(quick=15, full=30))
    best, depths = frontier({depth: (F[depth], costs[depth]) for depth in steps}, budgets)
    gamma = fit_exponent(budgets, best)
    r.metric("frontier_exponent", -gamma[0])
    r.metric("best_depth_of_smallest_budget", depths[0])
    r.metric("best_depth_of_largest_budget", depths[-1])
    rows = [["−γ, cost on the frontier", A / (2 + A), -gamma[0], -gamma[2], -gamma[1]]]
    long = r.pick(quick=2, full=5)  # the deepest network that is trained for long
    alpha = fit_exponent(tokens[long][2:], costs[long][2:])
    rows += [[f"α_D, tokens, depth {long}", A / (1 + A), -alpha[0], -alpha[2], -alpha[1]]]
    r.metric("exponent_data", -alpha[0])
    if r.full:
        rows.append(["growth of the best N", 1 / (2 + A), *growth(F, costs, budgets)])
        r.metric("growth_of_size", rows[-1][2])
    columns = ["exponent", "ideal learner", "measured", "low", "high"]
    r.table(columns, [[row[0], *(f"{v:.3f}" for v in row[1:])] for row in rows], "Exponents and intervals")
    draw(r, F, costs, budgets, best, depths)


def growth(F, costs, budgets):
    """The exponent a of N* ∝ F^a, from the bottoms of parabolas at equal budgets, and its interval."""
    found = []
    for budget in budgets:
        inside = [d for d in F if F[d][0] <= budget <= F[d][-1]]
        at = [np.exp(np.interp(np.log(budget), np.log(F[d]), np.log(costs[d]))) for d in inside]
        N = best_size([DepthDial(d).parameters for d in inside], at) if len(inside) > 2 else None
        if N is not None:
            found.append((budget, N))
    return fit_exponent(*np.transpose(found))


def draw(r, F, costs, budgets, best, depths):
    """Cost by operations for each depth with the envelope, and the best depth of each budget."""
    _, (left, right) = r.figure("frontier", 1, 2, size=(10.5, 4.2), width_ratios=[1.6, 1])
    for depth, colour in zip(F, CYCLE, strict=False):
        left.loglog(F[depth], costs[depth], "o-", color=colour, markersize=3, label=f"depth {depth}")
    left.loglog(budgets, best, color="black", linewidth=4, alpha=0.25, label="frontier")
    left.set(title="Cost of new questions", xlabel="operations F = 6 N D", ylabel="cross-entropy (nats)")
    left.legend(ncols=2)
    right.semilogx(budgets, depths, "ks", markersize=4)
    for axis in (left.yaxis, right.xaxis):
        axis.set_minor_formatter(NullFormatter())
    left.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    left.yaxis.set_major_formatter("{x:g}")
    right.set(title="The best depth", xlabel="operations F = 6 N D", ylabel="depth", yticks=list(F))
