"""Every agent on every probe: how far its values are from the known ones (§8.4, ☆)."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from course import figures
from units.u09_reinforcement.a2c import A2C
from units.u09_reinforcement.actor_critics_on_probes import (
    actor_critic_for_probes,
    actor_critic_on_probe,
    sac_on_probe,
)
from units.u09_reinforcement.dqn_on_probe import DISCOUNT, dqn_on_probe, probe_model
from units.u09_reinforcement.ppo import PPO
from units.u09_reinforcement.probe_environments import PROBES
from units.u09_reinforcement.reinforce import REINFORCE

DEEP_Q = {
    "DQN": {},
    "double DQN": {"double": True},
    "dueling DQN": {"double": True, "dueling": True},
    "DQN with γ = 0": {"discount": 0.0},  # a fault on purpose: it does not look ahead
}
ACTOR_CRITICS = {"REINFORCE": REINFORCE, "A2C": A2C, "PPO": PPO}
QUICK = ("dueling DQN", "PPO", "SAC", "DQN with γ = 0")
FULL = ("DQN", "double DQN", "dueling DQN", *ACTOR_CRITICS, "SAC", "DQN with γ = 0")


def errors_of(agent, seed):
    """Probe → largest error of a value, or ∞ if an action is wrong, for the probes that the agent can play."""
    if agent == "SAC":
        name = "continuous action"
        values, actions = sac_on_probe(name, seed)
        return {name: error(name, values, np.abs(actions - PROBES[name].actions) < 0.3)}
    discrete = [name for name in PROBES if not PROBES[name].continuous]
    if agent in ACTOR_CRITICS:
        model = actor_critic_for_probes(ACTOR_CRITICS[agent])
        found = {name: actor_critic_on_probe(model, name, seed) for name in discrete}
    else:
        model = probe_model(**DEEP_Q[agent])
        values = {name: dqn_on_probe(model, name, seed) for name in discrete}
        found = {name: (q, q.argmax(axis=1)) for name, q in values.items()}
    return {name: error(name, v, a == PROBES[name].actions) for name, (v, a) in found.items()}


def error(name, found, right):
    """max ∣V − V*∣ or max ∣Q − Q*∣; ∞ if an action is wrong where there is a best one."""
    probe = PROBES[name]
    if probe.actions is not None and not np.all(right):
        return np.inf
    known = probe.values(DISCOUNT) if found.ndim == 1 else probe.action_values(DISCOUNT)
    return np.abs(found - known).max()


def run(r):
    agents = r.pick(quick=QUICK, full=FULL)
    errors = np.full((len(agents), len(PROBES)), np.nan)
    for i, agent in enumerate(agents):
        for name, value in errors_of(agent, r.seed).items():
            errors[i, list(PROBES).index(name)] = value
        key = agent.replace("DQN with γ = 0", "without_bootstrap").replace(" ", "_").lower()
        r.metric(f"largest_error_{key}", np.nanmax(errors[i]))
    cells = [["–" if np.isnan(e) else f"{e:.3f}" for e in row] for row in errors]
    rows = [[agent, *row] for agent, row in zip(agents, cells, strict=True)]
    r.table(
        ["agent", *PROBES], rows, title=f"Largest error of a value, γ = {DISCOUNT:g}; inf: a wrong action"
    )
    draw(r, agents, errors)


def draw(r, agents, errors):
    """One row for each agent, one column for each probe."""
    _, ax = r.figure("errors", size=(9.2, 3.8))
    grey = figures.pale(figures.COLOURS["grey"], 0.6)
    colours = LinearSegmentedColormap.from_list("error", ["white", figures.COLOURS["orange"]])
    colours = colours.with_extremes(bad=grey)
    ax.imshow(np.minimum(errors, 1.0), cmap=colours, vmin=0, vmax=1, aspect="auto")
    for (i, j), e in np.ndenumerate(errors):
        if not np.isnan(e):
            ax.text(j, i, f"{e:.2f}" if np.isfinite(e) else "action", ha="center", va="center")
    ax.grid(False)
    ax.set_xticks(range(len(PROBES)), [name.replace(" ", "\n", 1) for name in PROBES])
    ax.set_yticks(range(len(agents)), agents)
    ax.set(
        title="Largest error of a value (grey: the agent cannot play the probe)",
        xlabel="probe",
        ylabel="agent",
    )
