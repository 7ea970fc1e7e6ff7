"""What a wrong bootstrap at the limit of an episode costs, measured and in closed form (§8.4, ☆)."""

import numpy as np

from course import figures
from units.u09_reinforcement.environments import make
from units.u09_reinforcement.interaction import Interaction
from units.u09_reinforcement.probe_environments import PROBES
from units.u09_reinforcement.truncation import WAYS, endless_value, fitted_value

DISCOUNT, ENVS = 0.9, 8


def played(limit, episodes, seed):
    """The transitions of some episodes of the endless probe, in which each copy starts anew after ``limit`` steps."""
    interaction = Interaction(make(PROBES["endless"].environment, ENVS, seed, limit=limit), seed)
    return [interaction.step(np.zeros(ENVS, int)) for _ in range(episodes * (limit + 1))]


def run(r):
    limits = r.pick(quick=(2, 5, 10, 20, 50, 100), full=(2, 5, 10, 20, 50, 100, 200, 500))
    measured = {way: [] for way in WAYS}
    for limit in limits:
        transitions = played(limit, r.pick(quick=2, full=20), r.seed)
        for way in WAYS:
            measured[way].append(fitted_value(way, transitions, DISCOUNT))
    exact = {way: [endless_value(way, n, DISCOUNT) for n in limits] for way in WAYS}
    r.table(
        ["way", *[f"N = {n}" for n in limits]],
        [[way, *[f"{v:.3f}" for v in values]] for way, values in measured.items()],
        title=f"The value that is learned, γ = {DISCOUNT:g}",
    )
    gaps = [abs(a - b) for way in WAYS for a, b in zip(measured[way], exact[way], strict=True)]
    r.metric("largest_difference_from_closed_form", max(gaps))
    r.metric("value_right", measured[WAYS[0]][2])
    r.metric("value_termination", measured[WAYS[1]][2])
    r.metric("value_dead_transitions", measured[WAYS[2]][2])
    wrong = endless_value(WAYS[1], 500, 0.99)
    r.log(
        f"N = 500 and γ = 0.99, as in CartPole: {wrong:.1f} in place of {endless_value(WAYS[0], 500, 0.99):.0f}"
    )
    _, ax = r.figure("values", size=(7.4, 3.9))
    line = np.geomspace(limits[0], limits[-1], 200).round().astype(int)
    for way, colour, marker in zip(WAYS, ("blue", "red", "orange"), "osD", strict=True):
        values = [endless_value(way, int(n), DISCOUNT) for n in line]
        ax.plot(line, values, color=figures.COLOURS[colour])
        ax.plot(limits, measured[way], marker, color=figures.COLOURS[colour], label=way)
    ax.set(
        title=f"A reward of 1 for ever, γ = {DISCOUNT:g}",
        xlabel="steps N after which an episode is truncated",
        ylabel="value V",
        xscale="log",
        ylim=(0, 11),
    )
    ax.set_xticks(limits, [str(n) for n in limits])
    ax.minorticks_off()
    ax.legend(loc="lower right")
