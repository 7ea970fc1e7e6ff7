"""Checks for ex03: the targets by hand on random tables, and at the end of an episode."""

import numpy as np

from course.grading import close, part


def case(rng, states, actions, **more):
    s, a, next_s = int(rng.integers(states)), int(rng.integers(actions)), int(rng.integers(states))
    numbers = {"r": float(rng.uniform(1, 2)), "alpha": float(rng.uniform(0.2, 0.8)), "gamma": 0.7}
    return {"s": s, "a": a, "next_s": next_s, "end": False, **numbers, **more}


def moved(Q, given, following):
    """The table after the update; `following` is the value of the next state."""
    new = Q.copy()
    target = given["r"] + (0 if given["end"] else given["gamma"] * following)
    old = new[given["s"], given["a"]]
    new[given["s"], given["a"]] = (1 - given["alpha"]) * old + given["alpha"] * target
    return new


def soft(values, epsilon):
    best = [v == max(values) for v in values]
    return np.array([epsilon / len(values) + (1 - epsilon) * b / sum(best) for b in best])


@part("the policy", points=2, hint="the probabilities sum to 1, also if several actions are the best")
def policy(candidate, rng):
    for values, epsilon in (
        (np.array([0.0, 2.0, 1.0]), 0.3),
        (np.array([1.0, 1.0, 0.0]), 0.3),
        (np.zeros(4), 0.2),
        (rng.normal(size=5), 0.0),
        (rng.normal(size=5), 1.0),
    ):
        inputs = {"values": values, "epsilon": epsilon}
        close(candidate.epsilon_greedy(**inputs), soft(values, epsilon), inputs=inputs, rtol=1e-5)


@part("SARSA", points=2, hint="Q(s, a) moves by α times the difference to its target")
def on_policy(candidate, rng):
    for states, actions, end in ((2, 2, False), (4, 3, False), (4, 3, True)):
        Q = rng.normal(size=(states, actions))
        given = case(rng, states, actions, end=end)
        given["next_a"] = int(Q[given["next_s"]].argmin())  # an action that is not the best one
        expected = moved(Q, given, Q[given["next_s"], given["next_a"]])
        close(candidate.sarsa(Q=Q, **given), expected, inputs={"Q": Q, **given}, rtol=1e-5)


@part("expected SARSA", points=2, hint="the mean of Q(s', ·) under the policy, and not the largest one")
def expected_value(candidate, rng):
    for states, actions, epsilon, end in ((2, 2, 0.5, False), (4, 3, 0.2, False), (4, 3, 0.2, True)):
        Q = rng.normal(size=(states, actions))
        given = case(rng, states, actions, epsilon=epsilon, end=end)
        row = Q[given["next_s"]]
        expected = moved(Q, given, (soft(row, epsilon) * row).sum())
        close(candidate.expected_sarsa(Q=Q, **given), expected, inputs={"Q": Q, **given}, rtol=1e-5)


@part("double Q-learning", points=2, hint="which table chooses, and which one gives the value?")
def two_tables(candidate, rng):
    first, second = np.array([[0.0, 0.0], [1.0, 2.0]]), np.array([[0.0, 0.0], [5.0, 3.0]])
    given = {"s": 0, "a": 0, "r": 1.0, "next_s": 1, "end": False, "alpha": 0.5, "gamma": 0.5}
    inputs = {"Q1": first, "Q2": second, **given}
    close(candidate.double_q(**inputs), np.array([[1.25, 0.0], [1.0, 2.0]]), inputs=inputs, rtol=1e-5)
    for end in (False, False, True):
        Q1, Q2 = rng.normal(size=(2, 4, 3))
        given = case(rng, 4, 3, end=end)
        expected = moved(Q1, given, Q2[given["next_s"], Q1[given["next_s"]].argmax()])
        close(
            candidate.double_q(Q1=Q1, Q2=Q2, **given),
            expected,
            inputs={"Q1": Q1, "Q2": Q2, **given},
            rtol=1e-5,
        )
