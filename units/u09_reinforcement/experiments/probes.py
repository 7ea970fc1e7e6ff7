"""Every agent on every probe: how far its values are from the known ones (§8.4, ☆)."""

import numpy as np

from units.u09_reinforcement.dqn_on_probe import DISCOUNT, dqn_on_probe, probe_model
from units.u09_reinforcement.probe_environments import PROBES

DEEP_Q = {"DQN": {}, "double": {"double": True}, "dueling": {"double": True, "dueling": True}}


def deep_q(r):
    """Rows of the table: the largest error of Q on each probe, and whether the best actions are chosen."""
    for agent, options in list(DEEP_Q.items())[: r.pick(quick=1, full=3)] + list(DEEP_Q.items())[2:]:
        model = probe_model(**options)
        yield (
            agent,
            {name: deep_q_error(model, name, r.seed) for name in PROBES if not PROBES[name].continuous},
        )


def deep_q_error(model, name, seed):
    """max ∣Q − Q*∣, or ∞ if an action is wrong."""
    q, probe = dqn_on_probe(model, name, seed), PROBES[name]
    if probe.actions is not None and (q.argmax(1) != probe.actions).any():
        return np.inf
    return np.abs(q - probe.action_values(DISCOUNT)).max()


def run(r):
    rows = []
    for agent, errors in deep_q(r):
        rows.append([agent, *[f"{errors[name]:.3f}" if name in errors else "–" for name in PROBES]])
        r.metric(f"largest_error_{agent}".lower(), max(errors.values()))
    r.table(["agent", *PROBES], rows, title=f"Largest error of a value, γ = {DISCOUNT:g}")
