"""Checks for ex08: episode by episode, with the recursion that the sums stand for."""

import numpy as np

from course.grading import close, part


def recording(rng, steps=9):
    """Three episodes; the first one is cut off, the second one ends, the third one is cut off by the recording."""
    first, second = int(rng.integers(1, 3)), int(rng.integers(4, 7))
    terminated, truncated = np.zeros(steps, bool), np.zeros(steps, bool)
    truncated[first] = truncated[steps - 1] = True
    terminated[second] = True
    r, v, final = (rng.normal(size=n) + 1 for n in (steps, steps, 2))
    return {
        "rewards": r,
        "values": v,
        "terminated": terminated,
        "truncated": truncated,
        "final_values": final,
    }


def deltas_of(rewards, values, terminated, truncated, final_values, discount):
    final = iter(final_values)
    delta = []
    for t in range(len(rewards)):
        after = 0.0 if terminated[t] or truncated[t] else values[t + 1]
        if truncated[t]:
            after = next(final)
        delta.append(rewards[t] + discount * after - values[t])
    return np.array(delta)


def advantages_of(delta, ended, discount, n):
    A = np.zeros(len(delta))
    for t in range(len(delta)):
        end = next(k for k in range(t, len(delta)) if ended[k])
        A[t] = sum(discount ** (k - t) * delta[k] for k in range(t, min(end, t + n - 1) + 1))
    return A


def gae_of(delta, ended, discount, trace):
    A, following = np.zeros(len(delta)), 0.0
    for t in reversed(range(len(delta))):
        following = delta[t] + (0.0 if ended[t] else discount * trace * following)
        A[t] = following
    return A


@part(
    "the errors of the steps",
    points=3,
    hint="which value comes after a step that ended, that was cut off, or neither?",
)
def errors(candidate, rng):
    for discount in (0.9, 0.6):
        case = recording(rng)
        inputs = {**case, "discount": discount}
        close(candidate.deltas(**inputs), deltas_of(**inputs), inputs=inputs, rtol=1e-5)


@part("n steps ahead", points=2, hint="stop at the end of the episode, that step included")
def ahead(candidate, rng):
    for n in (1, 2, 4, 20):
        case = recording(rng)
        inputs = {
            "delta": case["rewards"],
            "ended": case["terminated"] | case["truncated"],
            "discount": 0.8,
            "n": n,
        }
        close(candidate.n_step_advantages(**inputs), advantages_of(**inputs), inputs=inputs, rtol=1e-5)


@part("any mean of them", points=1)
def mean(candidate, rng):
    case = recording(rng)
    delta, ended, w = case["rewards"], case["terminated"] | case["truncated"], rng.dirichlet(np.ones(4))
    expected = sum(w[n - 1] * advantages_of(delta, ended, 0.9, n) for n in (1, 2, 3, 4))
    inputs = {"delta": delta, "ended": ended, "discount": 0.9, "weights": w}
    close(candidate.mixed_advantages(**inputs), expected, inputs=inputs, rtol=1e-5)


@part("the weights of GAE", points=2, hint="the last weight stands for all longer sums")
def weights(candidate, rng):
    for trace, n in ((0.5, 3), (0.9, 12), (0.0, 2), (1.0, 12)):
        got = candidate.trace_weights(trace, n)
        close(np.sum(got), 1.0, inputs={"trace": trace, "n": n}, rtol=1e-5)
        first = [(1 - trace) * trace**k for k in range(n - 1)]
        close(got, np.array([*first, 1 - sum(first)]), inputs={"trace": trace, "n": n}, rtol=1e-5, atol=1e-9)
        case = recording(rng)
        delta, ended = case["rewards"], case["terminated"] | case["truncated"]
        # from 9 steps on the sum over n steps is the whole recursion
        mixed = sum(got[k] * advantages_of(delta, ended, 0.9, k + 1) for k in range(n))
        whole = gae_of(delta, ended, 0.9, trace)
        reach = np.array([k >= len(delta) - n or n >= len(delta) or trace == 0 for k in range(len(delta))])
        close(
            mixed[reach],
            whole[reach],
            inputs={"trace": trace, "n": n, "delta": delta, "ended": ended},
            rtol=1e-5,
        )
