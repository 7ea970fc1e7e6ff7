"""Checks for ex04: loops over states and actions; all policies by enumeration."""

import itertools

import numpy as np

from course.grading import close, equal, part


def case(rng, states, actions, gamma):
    allowed = rng.random((states, actions)) < 0.6
    allowed[np.arange(states), rng.integers(actions, size=states)] = True
    allowed[0] = [True] + [False] * (actions - 1)  # one state has no choice
    return {
        "P": rng.dirichlet(np.ones(states), size=(states, actions)),
        "R": rng.normal(size=(states, actions)) - 3.0,  # so that 0 in place of −∞ would be the largest
        "gamma": gamma,
        "allowed": allowed,
    }


def q(P, R, gamma, allowed, V, s, a):
    return R[s, a] + gamma * sum(P[s, a, s_] * V[s_] for s_ in range(len(V))) if allowed[s, a] else -np.inf


def best_of_all_policies(P, R, gamma, allowed):
    states = len(P)
    best = np.full(states, -np.inf)
    for policy in itertools.product(*(np.flatnonzero(row) for row in allowed)):
        P_pi, R_pi = P[np.arange(states), policy], R[np.arange(states), policy]
        best = np.maximum(best, np.linalg.solve(np.eye(states) - gamma * P_pi, R_pi))
    return best


@part("one sweep", points=2, hint="an action that is not allowed must not win, however bad the others are")
def one_sweep(candidate, rng):
    for states, actions in ((1, 2), (3, 2), (5, 4)):
        inputs = {**case(rng, states, actions, 0.8), "V": rng.normal(size=states)}
        expected = [max(q(**inputs, s=s, a=a) for a in range(actions)) for s in range(states)]
        close(candidate.backup(**inputs), np.array(expected), inputs=inputs, rtol=1e-9)


@part("the greedy policy", points=1, hint="the position of the largest value among the allowed actions")
def policy(candidate, rng):
    # the first action pays more, and leads to the worse state
    ways = {"P": np.array([[[1.0, 0.0], [0.0, 1.0]]] * 2), "R": np.array([[1.0, 0.0]] * 2), "gamma": 0.5}
    cases = [{**ways, "allowed": np.ones((2, 2), bool), "V": np.array([0.0, 9.0])}]
    # three actions that are equally good; the first one is not allowed in state 1
    alike = {"P": np.array([[[0.0, 1.0]] * 3] * 2), "R": np.ones((2, 3)), "gamma": 0.5}
    cases.append({**alike, "allowed": np.array([[1, 1, 1], [0, 1, 1]], bool), "V": np.array([0.0, 4.0])})
    for states, actions in ((3, 2), (6, 4)):
        cases.append({**case(rng, states, actions, 0.8), "V": rng.normal(size=states)})
    for inputs in cases:
        states, actions = inputs["R"].shape
        expected = [np.argmax([q(**inputs, s=s, a=a) for a in range(actions)]) for s in range(states)]
        equal(candidate.greedy(**inputs), np.array(expected), inputs=inputs)


@part("value iteration", points=3, hint="the last change times γ/(1 − γ) bounds the error")
def to_the_end(candidate, rng):
    # two states that are never left: only the first one changes, so the mean change is half of the largest
    apart = {
        "P": np.eye(2)[:, None],
        "R": np.array([[-1.0], [0.0]]),
        "gamma": 0.5,
        "allowed": np.ones((2, 1), bool),
    }
    cases = [{**apart, "tolerance": 0.3}, {**apart, "tolerance": 0.25}]  # the third bound is 0.25 itself
    for states, actions, gamma, tolerance in ((2, 2, 0.5, 1e-2), (3, 3, 0.9, 1e-3), (4, 2, 0.8, 1e-6)):
        cases.append({**case(rng, states, actions, gamma), "tolerance": tolerance})
    for inputs in cases:
        (states, actions), gamma, tolerance = inputs["R"].shape, inputs["gamma"], inputs["tolerance"]
        V, sweeps = np.zeros(states), 0
        given = {name: inputs[name] for name in ("P", "R", "gamma", "allowed")}
        while True:
            new = np.array([max(q(**given, V=V, s=s, a=a) for a in range(actions)) for s in range(states)])
            change, V, sweeps = np.abs(new - V).max(), new, sweeps + 1
            if gamma / (1 - gamma) * change <= tolerance:
                break
        got = candidate.value_iteration(**inputs)
        close(got[0], best_of_all_policies(**given), inputs=inputs, rtol=0, atol=1.01 * tolerance)
        close(got[0], V, inputs=inputs, rtol=1e-9, message="the values of the last sweep")
        equal(got[1], sweeps, inputs=inputs, message="the number of sweeps")


@part("how many sweeps are enough", points=2, hint="take the logarithm; that of γ is negative")
def before_the_start(candidate, rng):
    for gamma, change, tolerance in (
        (0.5, 1.0, 0.1),
        (0.9, 2.0, 1e-6),
        (0.5, 1.0, 100.0),
        (0.5, 1.0, 0.5),  # with k = 2 the bound is the tolerance itself, and the logarithms are exact
        (0.99, float(rng.uniform(1, 9)), 1e-3),
        (0.2, float(rng.uniform(1, 9)), 1e-3),
    ):
        inputs = {"gamma": gamma, "change": change, "tolerance": tolerance}
        k = 1
        while gamma**k / (1 - gamma) * change > tolerance:
            k += 1
        equal(candidate.sweeps_needed(**inputs), k, inputs=inputs)
