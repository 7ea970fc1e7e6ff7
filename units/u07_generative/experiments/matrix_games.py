"""Rock, paper, scissors with a double prize: its equilibrium, and two ways of play that find it (§8.3)."""

import numpy as np

from course.figures import COLOURS
from units.u07_generative.matrix_game import exploitability, nash_equilibrium
from units.u07_generative.repeated_play import exploitability_bound, fictitious_play, multiplicative_weights

NAMES = ("rock", "paper", "scissors")
# Rock against scissors wins 2.
A = np.array([[0.0, -1.0, 2.0], [1.0, 0.0, -1.0], [-2.0, 1.0, 0.0]])
ROUNDS = 3000
# The three pure strategies as corners of a triangle.
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]])


def run(r):
    game = nash_equilibrium(A)
    rows, columns = fictitious_play(A, ROUNDS)
    strategies, averages = multiplicative_weights(A, ROUNDS)
    gaps = {
        "fictitious play": exploitability(A, rows, columns),
        "multiplicative weights, averages": exploitability(A, *averages),
        "multiplicative weights, strategies": exploitability(A, *strategies),
    }
    r.table(
        ["", *NAMES, "exploitability"],
        [
            [
                "linear program",
                *(f"{p:.3f}" for p in game.row),
                f"{exploitability(A, game.row, game.column):.1e}",
            ],
            *(
                [name, *(f"{p:.3f}" for p in played[-1]), f"{gaps[name][-1]:.1e}"]
                for name, played in zip(gaps, (rows, averages[0], strategies[0]), strict=True)
            ),
        ],
        title="Strategies of the row player",
    )
    r.metric("value", game.value)
    r.metric("gap_of_linear_program", exploitability(A, game.row, game.column))
    r.metric("gap_fictitious_play", gaps["fictitious play"][-1])
    r.metric("gap_averages", gaps["multiplicative weights, averages"][-1])
    r.metric("gap_strategies", gaps["multiplicative weights, strategies"][-1])
    r.metric(
        "averages_over_bound", gaps["multiplicative weights, averages"][-1] / exploitability_bound(A, ROUNDS)
    )

    _, (triangle, ax) = r.figure("play", 1, 2, size=(11, 4.2))
    triangle.plot(*CORNERS[[0, 1, 2, 0]].T, color=COLOURS["grey"], linewidth=1)
    for corner, name, side in zip(CORNERS, NAMES, ("right", "left", "left"), strict=True):
        triangle.annotate(f" {name} ", corner, ha=side, va="center")
    triangle.plot(*(strategies[0] @ CORNERS).T, color=COLOURS["orange"], linewidth=0.8, label="strategies")
    triangle.plot(*(averages[0] @ CORNERS).T, color=COLOURS["blue"], label="their averages")
    triangle.plot(*(rows @ CORNERS).T, color=COLOURS["green"], linewidth=1, label="fictitious play")
    triangle.plot(*(game.row @ CORNERS), "*", color=COLOURS["black"], markersize=13, label="linear program")
    triangle.set(title="Strategies of the row player", xlim=(-0.35, 2.1), ylim=(-0.12, 0.98), aspect="equal")
    triangle.axis("off")
    triangle.legend(loc="center right")
    t = np.arange(1, ROUNDS + 1)
    for (name, gap), colour in zip(gaps.items(), ("green", "blue", "orange"), strict=True):
        ax.loglog(t, gap, color=COLOURS[colour], label=name)
    ax.plot(
        ROUNDS, exploitability_bound(A, ROUNDS), "v", color=COLOURS["black"], label="bound for the averages"
    )
    ax.set(title="What a better answer could gain", xlabel="round", ylabel="exploitability")
    ax.legend(loc="lower left")
