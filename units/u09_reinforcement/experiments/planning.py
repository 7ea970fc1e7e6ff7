"""Value iteration, policy iteration and the linear program agree, and a sweep contracts by γ (§8.4)."""

import numpy as np

from course import figures
from units.u09_reinforcement.contraction import contraction_factors, distances_to_optimum
from units.u09_reinforcement.grid_world import frozen_lake
from units.u09_reinforcement.linear_program import linear_program
from units.u09_reinforcement.mdp import MDP
from units.u09_reinforcement.policy_evaluation import iterated_policy_values
from units.u09_reinforcement.policy_iteration import policy_iteration
from units.u09_reinforcement.value_iteration import value_iteration

GAMMAS = {0.5: "blue", 0.9: "orange", 0.99: "green"}


def run(r):
    states, actions = r.pick(quick=40, full=300), 4
    # 5 possible next states for each pair, so that no probability is too small for the solver of the linear program
    P = np.zeros((states, actions, states))
    for row in P.reshape(-1, states):
        row[r.rng.choice(states, 5, replace=False)] = r.rng.dirichlet(np.ones(5)) * 0.9 + 0.02
    R = r.rng.normal(size=(states, actions))
    rows, apart, errors = [], 0.0, {}
    for gamma in GAMMAS:
        for name, mdp in (
            ("random", MDP(P, R, gamma)),
            ("frozen lake", frozen_lake(8, gamma)),
        ):
            by_values, by_policies, by_program = (
                value_iteration(mdp),
                policy_iteration(mdp),
                linear_program(mdp),
            )
            evaluated, sweeps = iterated_policy_values(mdp, by_policies.policy)
            found = [by_values.V, by_program.V, evaluated]
            difference = max(np.abs(V - by_policies.V).max() for V in found)
            apart = max(apart, difference)
            rows.append(
                [
                    name,
                    f"{gamma:g}",
                    by_values.iterations,
                    by_policies.iterations,
                    sweeps,
                    f"{difference:.0e}",
                ]
            )
            if name == "random":
                errors[gamma] = distances_to_optimum(mdp, by_policies.V, 100)
                key = f"{gamma:g}".replace(".", "_")
                r.metric(f"factor_{key}", errors[gamma][10] / errors[gamma][9])
                r.metric(f"largest_factor_by_gamma_{key}", contraction_factors(mdp, 200, r.rng).max() / gamma)
                r.metric(f"sweeps_{key}", by_values.iterations)
                r.metric(f"policies_{key}", by_policies.iterations)
    r.metric("largest_difference", apart)
    r.table(
        ["process", "γ", "value iteration", "policy iteration", "evaluation", "largest difference"],
        rows,
        title="sweeps, policies and sweeps until the error is below 1e-10; how far all methods are apart",
    )
    _, ax = r.figure("contraction", size=(7.5, 4.4))
    for gamma, colour in GAMMAS.items():
        k = np.arange(101)
        ax.semilogy(k, errors[gamma], color=figures.COLOURS[colour], label=f"γ = {gamma:g}")
        ax.semilogy(k, errors[gamma][0] * gamma**k, ":", color=figures.COLOURS[colour])
    ax.set(
        title="Error of value iteration; dotted: the bound $γ^k e_0$",
        xlabel="sweep k",
        ylabel="largest error $e_k$",
        ylim=(1e-8, 1e3),
    )
    ax.legend(loc="lower right")
