"""Checks for ex02: loops over states and actions, and long sums in place of linear equations."""

import numpy as np

from course.grading import close, part


def case(rng, states, actions):
    return {
        "P": rng.dirichlet(np.ones(states), size=(states, actions)),
        "R": rng.normal(size=(states, actions, states)),
        "policy": rng.dirichlet(np.ones(actions), size=states),
    }


def chain(P, R, policy):
    states, actions = policy.shape
    P_pi, R_pi = np.zeros((states, states)), np.zeros(states)
    for s, a, s_ in np.ndindex(states, actions, states):
        P_pi[s, s_] += policy[s, a] * P[s, a, s_]
        R_pi[s] += policy[s, a] * P[s, a, s_] * R[s, a, s_]
    return P_pi, R_pi


def summed(P, R, policy, gamma, steps):
    """∑_{t < steps} γ^t P_π^t R_π"""
    P_pi, R_pi = chain(P, R, policy)
    total, ahead = np.zeros(len(R_pi)), np.eye(len(R_pi))
    for t in range(steps):
        total += gamma**t * ahead @ R_pi
        ahead = ahead @ P_pi
    return total


@part("the chain", points=2, hint="the reward of a transition counts with the probability of the transition")
def of_the_policy(candidate, rng):
    for states, actions in ((1, 1), (2, 3), (4, 2)):
        inputs = case(rng, states, actions)
        got, expected = candidate.chain(**inputs), chain(**inputs)
        close(got[0], expected[0], inputs=inputs, rtol=1e-5, message="the probabilities")
        close(got[1], expected[1], inputs=inputs, rtol=1e-5, message="the rewards")


@part("the values", points=2, hint="V is on both sides of the equation: collect it on one side")
def of_all_states(candidate, rng):
    for states, actions, gamma in ((1, 1, 0.5), (3, 2, 0.9), (5, 3, float(rng.uniform(0.3, 0.8)))):
        inputs = {**case(rng, states, actions), "gamma": gamma}
        expected = summed(**inputs, steps=400)
        close(candidate.values(**inputs), expected, inputs=inputs, rtol=1e-5)


@part("a sweep in place", points=2, hint="the value of state 1 uses the new value of state 0")
def in_place(candidate, rng):
    for states, actions in ((2, 1), (4, 3)):
        inputs = {**case(rng, states, actions), "gamma": 0.8, "V": rng.normal(size=states)}
        P_pi, R_pi = chain(inputs["P"], inputs["R"], inputs["policy"])
        V = inputs["V"].copy()
        for s in range(states):
            V[s] = R_pi[s] + 0.8 * sum(P_pi[s, s_] * V[s_] for s_ in range(states))
        close(candidate.sweep_in_place(**inputs), V, inputs=inputs, rtol=1e-5)


@part("a finite number of steps", points=2, hint="with one step it is R_π, and with none 0")
def finite(candidate, rng):
    for states, actions, gamma, steps in ((2, 2, 0.9, 0), (2, 2, 0.9, 1), (3, 2, 1.0, 3), (4, 2, 0.7, 6)):
        inputs = {**case(rng, states, actions), "gamma": gamma, "steps": steps}
        close(candidate.values_of_n_steps(**inputs), summed(**inputs), inputs=inputs, rtol=1e-5)
