"""A Jacobian costs n sweeps forward or m sweeps back: operations counted, time measured (§4.4)."""

import time

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u03_optimization import Tape, dual, tape

SIZE = 32
SWEEPS = np.array([1, 2, 4, 8, 16, 32])


def run(r):
    A, B = (r.rng.normal(size=(2, SIZE, SIZE)) / np.sqrt(SIZE)).astype("float32")
    x = r.rng.normal(size=SIZE).astype("float32")
    units = np.eye(SIZE, dtype="float32")

    def F(m, v):  # ℝ³² → ℝ³²; n columns or m rows of its Jacobian are computed
        return m.sin(m.matmul(B, m.tanh(m.matmul(A, v)) * m.exp(m.negative(v * v))))

    def forward(n):
        return [dual.jvp(lambda v: F(dual, v), [x], [e])[1] for e in units[:n]]

    def reverse(m):
        _, pullback = tape.vjp(lambda v: F(tape, v), [x])
        return [pullback(e)[0] for e in units[:m]]

    columns, rows = (np.stack([ops.convert_to_numpy(g) for g in f(SIZE)]) for f in (forward, reverse))
    t = Tape()
    F(tape, t.watch(x))
    lines, links = len(t.nodes) - 1, sum(len(node.operands) for node in t.nodes)
    # one elementary operation is a value, a tangent's term or an adjoint's term
    counted = {"forward": SWEEPS * (lines + links), "reverse": lines + SWEEPS * links}

    repeats = r.pick(quick=3, full=15)
    single = best_time(lambda: [F(ops, ops.convert_to_tensor(x))], 10 * repeats)
    taken = {
        "forward": np.array([best_time(lambda n=n: forward(n), repeats) for n in SWEEPS]) / single,
        "reverse": np.array([best_time(lambda n=n: reverse(n), repeats) for n in SWEEPS]) / single,
    }
    r.metric("gap_of_the_modes", np.linalg.norm(columns.T - rows) / np.linalg.norm(rows))
    for name in ("forward", "reverse"):
        exponent = np.polyfit(np.log(SWEEPS[1:]), np.log(taken[name][1:]), 1)[0]
        r.metric(f"time_exponent_{name}", exponent)
    r.metric("gradient_over_value_in_operations", counted["reverse"][0] / lines)
    r.table(
        ["n or m", "forward: operations", "time / value", "reverse: operations", "time / value"],
        [
            [int(n), int(a), f"{b:.1f}", int(c), f"{d:.1f}"]
            for n, a, b, c, d in zip(
                SWEEPS,
                counted["forward"],
                taken["forward"],
                counted["reverse"],
                taken["reverse"],
                strict=True,
            )
        ],
        title=f"The function itself: {lines} operations",
    )

    _, axes = r.figure("cost", 1, 2, size=(11, 4.2), sharey=True)
    titles = (
        ("n of 32 inputs, one output: reverse needs one sweep", "forward", "reverse"),
        ("one input, m of 32 outputs: forward needs one", "reverse", "forward"),
    )
    colours = {"forward": COLOURS["blue"], "reverse": COLOURS["orange"]}
    for ax, (title, grows, stays) in zip(axes, titles, strict=True):
        ax.loglog(SWEEPS, taken[grows], "o", color=colours[grows], label=f"{grows}: time measured")
        ax.loglog(SWEEPS, counted[grows] / lines, color=colours[grows], label=f"{grows}: operations counted")
        ax.loglog(1, taken[stays][0], "s", color=colours[stays], label=f"{stays}: time of its one sweep")
        ax.axhline(counted[stays][0] / lines, color=colours[stays], label=f"{stays}: operations counted")
        ax.set(xlabel="m" if grows == "reverse" else "n", title=title)
        ax.set_xticks(SWEEPS, SWEEPS)
        ax.tick_params(axis="x", which="minor", bottom=False)
        ax.legend()
    axes[0].set(ylabel="cost of the Jacobian / cost of F")


def best_time(f, repeats):
    """The least processor time of some runs, without the first run, which compiles."""
    f()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        ops.convert_to_numpy(f()[-1])  # wait for the result
        times.append(time.process_time() - start)
    return min(times)
