"""Checks for ex12: every deterministic policy by long sums; a budget mixes two of them."""

import itertools

import numpy as np

from course.grading import close, part, raises


def case(rng, states, actions, gamma):
    return {
        "P": rng.dirichlet(np.ones(states), size=(states, actions)),
        "gamma": gamma,
        "start": rng.dirichlet(np.ones(states)),
    }


def occupancy(P, gamma, start, policy):
    """∑_t γ^t P(s_t = s, a_t = a), as a long sum."""
    rho, now = np.zeros(policy.shape), np.array(start)
    for t in range(500):
        rho += gamma**t * now[:, None] * policy
        now = np.einsum("s,sa,sap->p", now, policy, P)
    return rho


def corners(P, R, C, gamma, start):
    """(cost, value) of every deterministic policy."""
    states, actions = R.shape
    all_rho = [
        occupancy(P, gamma, start, np.eye(actions)[list(policy)])
        for policy in itertools.product(range(actions), repeat=states)
    ]
    return [(float((rho * C).sum()), float((rho * R).sum())) for rho in all_rho]


def best_mixture(points, budget):
    """The largest value at a cost of at most the budget on a line between two points, and the slope of that line."""
    best, price = max(((v, 0.0) for c, v in points if c <= budget), default=(-np.inf, 0.0))
    for (c1, v1), (c2, v2) in itertools.permutations(points, 2):
        if c1 <= budget < c2 and v2 > v1:
            slope = (v2 - v1) / (c2 - c1)
            best, price = max((best, price), (v1 + slope * (budget - c1), slope))
    return best, price


def with_budget(rng, states, actions, gamma):
    """A case in which the budget is short, and well away from the corners of the frontier."""
    while True:
        given = case(rng, states, actions, gamma)
        R, C = rng.normal(size=(2, states, actions))
        points = corners(**given, R=R, C=C)
        cheap, free = min(c for c, _ in points), max(points, key=lambda p: p[1])[0]
        budget = cheap + float(rng.uniform(0.3, 0.7)) * (free - cheap)
        gaps = [abs(c - budget) for c, _ in points]
        if free - cheap > 0.5 and min(gaps) > 0.02:
            return {**given, "R": R, "C": C, "budget": budget}, points


@part("the equations", points=2, hint="what leaves a state is what began there and what came in, discounted")
def equations(candidate, rng):
    for states, actions, gamma in ((2, 1, 0.5), (3, 2, 0.9), (4, 3, 0.7)):
        given = case(rng, states, actions, gamma)
        A = np.zeros((states, states * actions))
        for s, a, s_ in np.ndindex(states, actions, states):
            A[s_, s * actions + a] += (s == s_) - gamma * given["P"][s, a, s_]
        got = candidate.flow_equations(**given)
        close(got[0], A, inputs=given, rtol=1e-5, message="A")
        close(got[1], given["start"], inputs=given, rtol=1e-5, message="b")


@part("the occupancy of a policy", points=2, hint="visits = d + γ P_πᵀ visits")
def forward(candidate, rng):
    for states, actions, gamma in ((2, 2, 0.5), (4, 3, 0.9)):
        given = {**case(rng, states, actions, gamma), "policy": rng.dirichlet(np.ones(actions), size=states)}
        close(candidate.occupancy_of_policy(**given), occupancy(**given), inputs=given, rtol=1e-5, atol=1e-5)


@part("the policy of an occupancy", points=1, hint="divide each row by its sum, if that is not 0")
def backward(candidate, rng):
    rho = rng.random((4, 3))
    expected = np.array([row / row.sum() for row in rho])
    close(candidate.policy_of_occupancy(rho), expected, inputs={"rho": rho}, rtol=1e-5)
    rho[1] = 0
    expected[1] = 1 / 3
    close(candidate.policy_of_occupancy(rho), expected, inputs={"rho": rho}, rtol=1e-5)


@part("the best occupancy within a budget", points=2, hint="linprog minimizes; mind the sign of the rewards")
def occupancies(candidate, rng):
    for states, actions, gamma in ((2, 2, 0.5), (3, 2, 0.8), (3, 3, 0.7)):
        inputs, points = with_budget(rng, states, actions, gamma)
        rho, _ = candidate.within_budget(**inputs)
        P, R, C = (inputs[name] for name in "PRC")
        flow = np.sum(rho, axis=1) - gamma * np.einsum("sa,sap->p", rho, P)
        close(
            flow, inputs["start"], inputs=inputs, rtol=0, atol=1e-6, message="visits that leave and come in"
        )
        close(np.minimum(rho, 0), 0 * R, inputs=inputs, rtol=0, atol=1e-8, message="no entry is negative")
        close(np.sum(rho * C), inputs["budget"], inputs=inputs, rtol=0, atol=1e-5, message="the cost")
        best, _ = best_mixture(points, inputs["budget"])
        close(np.sum(rho * R), best, inputs=inputs, rtol=0, atol=1e-5, message="the value")


@part("the price of the budget", points=2, hint="the multiplier of the budget, counted for a maximum")
def prices(candidate, rng):
    for states, actions, gamma in ((2, 2, 0.5), (3, 2, 0.8)):
        inputs, points = with_budget(rng, states, actions, gamma)
        _, price = candidate.within_budget(**inputs)
        close(price, best_mixture(points, inputs["budget"])[1], inputs=inputs, rtol=1e-4)
        inputs = {**inputs, "budget": max(c for c, _ in points) + 1.0}
        _, price = candidate.within_budget(**inputs)
        close(price, 0.0, inputs=inputs, rtol=0, atol=1e-7, message="more than enough has the price 0")


@part("a budget that no policy keeps", points=1, hint="look at the status of the solver")
def impossible(candidate, rng):
    inputs, points = with_budget(rng, 2, 2, 0.5)
    inputs = {**inputs, "budget": min(c for c, _ in points) - 1.0}
    raises(
        ValueError, candidate.within_budget, *(inputs[k] for k in ("P", "R", "C", "gamma", "start", "budget"))
    )
