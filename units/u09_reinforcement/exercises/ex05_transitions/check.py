"""Checks for ex05: loops over the steps and the copies of an environment."""

import numpy as np

from course.grading import close, equal, part

NAMES = ("reward", "terminated", "truncated")


def record(rng, steps, envs, ends=0.35):
    """What vectorized environments give: the step after an end has the reward 0 and ends nothing."""
    reward = rng.normal(size=(steps, envs)).round(2)
    kind = rng.choice(3, size=(steps, envs), p=[1 - ends, ends / 2, ends / 2])
    for t, i in np.ndindex(steps, envs):
        if t and kind[t - 1, i]:
            kind[t, i], reward[t, i] = 0, 0.0
    return {"reward": reward, "terminated": kind == 1, "truncated": kind == 2}


def by_hand():
    """Copy 0 terminates in step 1, copy 1 is truncated in step 2; both go on."""
    reward = np.array([[1, 4], [2, 5], [0, 6], [3, 0], [7, 8]], float)
    terminated, truncated = np.zeros((2, 5, 2), bool)
    terminated[1, 0] = truncated[2, 1] = True
    return {"reward": reward, "terminated": terminated, "truncated": truncated}


def cases(rng):
    return [by_hand(), record(rng, 12, 3), record(rng, 30, 2)]


def valid(terminated, truncated):
    found = np.ones(terminated.shape, bool)
    for t, i in np.ndindex(*found.shape):
        found[t, i] = t == 0 or not (terminated[t - 1, i] or truncated[t - 1, i])
    return found


def target(c, values, discount, n):
    y, ok = np.zeros(c["reward"].shape), valid(c["terminated"], c["truncated"])
    steps = len(y)
    for t, i in np.ndindex(*y.shape):
        k = t
        while ok[t, i]:
            y[t, i] += discount ** (k - t) * c["reward"][k, i]
            k += 1
            stopped = c["terminated"][k - 1, i] or c["truncated"][k - 1, i]
            if stopped or k - t == n or k == steps:
                y[t, i] += discount ** (k - t) * (not c["terminated"][k - 1, i]) * values[k, i]
                break
    return y


@part("the valid steps", points=1, hint="what did the environment do in the step before?")
def masks(candidate, rng):
    for c in cases(rng):
        inputs = {name: c[name] for name in NAMES[1:]}
        equal(candidate.valid_steps(**inputs), valid(**inputs), inputs=inputs)


@part("the returns of finished episodes", points=1, hint="an episode that is still running has no return yet")
def returns(candidate, rng):
    for c in cases(rng):
        total, found = np.zeros(c["reward"].shape[1]), []
        for t, i in np.ndindex(*c["reward"].shape):
            total[i] += c["reward"][t, i]
            if c["terminated"][t, i] or c["truncated"][t, i]:
                found.append(total[i])
                total[i] = 0
        close(candidate.finished_returns(**c), np.array(found), inputs=c, rtol=1e-5)


@part("one step", points=2, hint="which of the two ends has a future, and which steps count at all?")
def one(candidate, rng):
    for c in cases(rng):
        values = rng.normal(size=(len(c["reward"]) + 1, c["reward"].shape[1])).round(2) + 3
        inputs = {**c, "values": values, "discount": 0.9}
        close(
            candidate.one_step_targets(**inputs),
            target(c, values, 0.9, 1),
            inputs=inputs,
            rtol=1e-5,
        )


@part("n steps", points=4, hint="how many rewards were summed when the episode ends within the n steps?")
def several(candidate, rng):
    for c in cases(rng):
        values = rng.normal(size=(len(c["reward"]) + 1, c["reward"].shape[1])).round(2) + 3
        for n in (2, 3, 100):
            inputs = {**c, "values": values, "discount": 0.5, "n": n}
            close(
                candidate.n_step_targets(**inputs),
                target(c, values, 0.5, n),
                inputs=inputs,
                rtol=1e-5,
            )
