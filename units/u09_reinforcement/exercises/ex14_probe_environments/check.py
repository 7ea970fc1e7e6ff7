"""Checks for ex14: the corridor by cases, values by iteration, answers by learning from all transitions of a probe."""

import numpy as np

from course.grading import close, equal, part

FAULTS = (
    "none", "no bootstrap", "discounts twice", "truncation ends", "dead steps learned", "blind",
    "termination bootstraps",
)  # fmt: skip


def moved(position, t, action, length, limit):
    rows = []
    for p, k, a in zip(position, t, action, strict=True):
        p = p + 1 if a == 1 else max(p - 1, 0)
        goal = p == length - 1
        rows.append((p, float(goal), goal, k + 1 >= limit and not goal))
    return [np.array(column) for column in zip(*rows, strict=True)]


def learned(fault, discount, limit):
    """V from averages of targets over the transitions of an episode, again and again: (s, r, s', terminated, stop)."""
    gamma = discount**2 if fault == "discounts twice" else discount
    probes = {
        "constant": [(0, 1, 0, True, True)],
        "delayed": [(0, 0, 1, False, False), (1, 1, 1, True, True)],
        "endless": [(0, 1, 0, False, k == limit - 1) for k in range(limit)],
    }
    found = []
    for name, transitions in probes.items():
        if fault == "dead steps learned":
            transitions = [*transitions, (transitions[-1][2], 0, 0, False, False)]
        v = np.zeros(2)
        for _ in range(400):  # γ^400 is below 1e-15
            targets = {0: [], 1: []}
            for s, r, following, terminated, stop in transitions:
                future = 0.0 if terminated and fault != "termination bootstraps" else v[following]
                if fault == "no bootstrap" or (fault == "truncation ends" and stop):
                    future = 0.0
                for state in (0, 1) if fault == "blind" else (s,):
                    targets[state].append(r + gamma * future)
            v = np.array([np.mean(targets[s]) if targets[s] else 0.0 for s in (0, 1)])
        found.extend(v if name == "delayed" else v[:1])
    return np.array(found)


@part("the step", points=2, hint="can an episode that reaches the goal in its last step be truncated?")
def steps(candidate, rng):
    for length, limit in ((4, 3), (2, 1), (6, 5)):
        batch = 12
        inputs = {
            "position": np.append(rng.integers(length - 1, size=batch - 3), [0, length - 2, length - 2]),
            "t": np.append(rng.integers(limit, size=batch - 3), [0, limit - 1, 0]),
            "action": np.append(rng.integers(2, size=batch - 3), [0, 1, 1]),
            "length": length,
            "limit": limit,
        }
        names = ("the next position", "the reward", "terminated", "truncated")
        for got, expected, name in zip(candidate.step(**inputs), moved(**inputs), names, strict=True):
            equal(got, expected, inputs=inputs, message=name)


@part(
    "the values of the corridor",
    points=2,
    hint="how many steps before the goal is the reward, and what is it worth?",
)
def values(candidate, rng):
    for length, discount in ((2, 0.5), (3, 0.9), (7, float(rng.uniform(0.3, 0.95)))):
        q = np.zeros((length - 1, 2))
        for _ in range(400):
            v = np.append(q.max(axis=1), 0.0)  # nothing comes after the goal
            for i in range(length - 1):
                q[i] = discount * v[max(i - 1, 0)], (i == length - 2) + discount * v[i + 1]
        inputs = {"length": length, "discount": discount}
        close(candidate.corridor_values(**inputs), q, inputs=inputs, rtol=1e-6, atol=1e-9)


@part(
    "what a faulty agent finds",
    points=4,
    hint="write down all transitions of an episode; V is the mean of their targets",
)
def found(candidate, rng):
    drawn = round(float(rng.uniform(0.6, 0.9)), 2), int(rng.integers(5, 13))
    for fault in FAULTS:
        for discount, limit in ((0.5, 4), drawn):
            inputs = {"fault": fault, "discount": discount, "limit": limit}
            close(candidate.answers(**inputs), learned(**inputs), inputs=inputs, rtol=1e-5, atol=1e-7)


@part("the diagnosis", points=2, hint="an error of 0.1 is large for a value of 1 and small for a value of 10")
def diagnosis(candidate, rng):
    for discount, limit in ((0.9, 10), (0.6, 5)):
        expected = np.stack([learned(fault, discount, limit) for fault in FAULTS])
        order = rng.permutation(len(FAULTS))
        measured = expected[order] * (1 + 0.01 * rng.uniform(-1, 1, size=(len(FAULTS), 4)))
        inputs = {"measured": measured, "discount": discount, "limit": limit}
        equal(candidate.diagnose(**inputs), order, inputs=inputs)
    # "endless" is 0.7 too small for a sound agent: with absolute distances the dead steps would be the nearest
    e = learned("none", 0.9, 10)
    # the last row: relative to the measured answers the dead steps would be the nearest
    measured = np.array(
        [e - np.array([0.0, 0.0, 0.0, 0.7]), e * 0.98, [1.0, 0.0, 1.0, 1.1], [0.3, 0.3, 1.7, 16.0]]
    )
    distance = np.array(
        [
            [np.sum(((m - x) / (1 + np.abs(x))) ** 2) for x in (learned(f, 0.9, 10) for f in FAULTS)]
            for m in measured
        ]
    )
    inputs = {"measured": measured, "discount": 0.9, "limit": 10}
    equal(candidate.diagnose(**inputs), distance.argmin(axis=1), inputs=inputs)
