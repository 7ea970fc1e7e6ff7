"""GAE on a walk with known values and a critic that is too flat: bias and error of advantages against λ (§8.4)."""

import numpy as np

from course import figures
from units.u09_reinforcement.gae import gae
from units.u09_reinforcement.random_walk import random_walk, random_walk_values

STATES, TRACES, FEW = 9, (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 1.0), 64
SHARES = {1.0: "green", 0.5: "blue", 0.0: "orange"}  # the critic is this share of the true V
MIDDLE = (STATES + 1) // 2


def walks(episodes, steps, rng):
    """Episodes of the uniform walk from its middle state, in columns: states, rewards, end, cut off, valid."""
    s, playing = np.full(episodes, MIDDLE), np.ones(episodes, bool)
    states, columns = [s], []
    for t in range(steps):
        following = np.where(playing, s + rng.choice([-1, 1], size=episodes), s)
        over = playing & np.isin(following, (0, STATES + 1))
        reward = np.where(over, np.sign(following - MIDDLE), 0.0)
        cut = playing & ~over & (t == steps - 1)
        columns.append((reward, over, cut, playing))
        s, playing = following, playing & ~over
        states.append(s)
    return np.array(states), *(np.array(column) for column in zip(*columns, strict=True))


def expected_difference(V, trace):
    """E[A | first step to the right] − E[A | to the left], by linear equations."""
    walk = random_walk(STATES)
    P, R = walk.P.mean(axis=1), walk.R.mean(axis=1)
    # the expected advantage from each state on: m = δ̄ + λ P m
    m = np.linalg.solve(np.eye(len(V)) - trace * P * ~walk.ends, R + P @ V - V)
    right, left = (V[MIDDLE + k] + trace * m[MIDDLE + k] for k in (1, -1))
    return right - left


def run(r):
    episodes = r.pick(quick=4000, full=64000)
    states, rewards, ended, cut, valid = walks(episodes, 200, r.rng)
    exact = np.concatenate([[0.0], random_walk_values(STATES), [0.0]])
    true, right = exact[MIDDLE + 1] - exact[MIDDLE - 1], states[1] > MIDDLE
    _, axes = r.figure("bias_and_error", 1, 2, size=(10.5, 4.2))
    for share, colour in SHARES.items():
        bias, measured, error = [], [], []
        for trace in TRACES:
            advantage = gae(rewards, share * exact[states], ended, cut, 1.0, trace, valid)[0]
            bias.append(true - expected_difference(share * exact, trace))
            measured.append(true - advantage[right].mean() + advantage[~right].mean())
            # the variance of a difference of two means, of FEW/2 episodes each
            variance = (advantage[right].var() + advantage[~right].var()) / (FEW / 2)
            error.append(float(np.sqrt(bias[-1] ** 2 + variance)))
        key = f"{share:g}".replace(".", "_")
        r.metric(f"bias_td_{key}", bias[0])
        r.metric(f"bias_monte_carlo_{key}", bias[-1])
        r.metric(f"largest_gap_{key}", np.abs(np.subtract(bias, measured)).max())
        r.metric(f"best_trace_{key}", TRACES[int(np.argmin(error))])
        r.metric(f"error_td_{key}", error[0])
        r.metric(f"error_best_{key}", min(error))
        r.metric(f"error_monte_carlo_{key}", error[-1])
        axes[0].plot(TRACES, bias, "-", color=figures.COLOURS[colour], label=f"critic = {share:g} V")
        axes[0].plot(TRACES, measured, "o", color=figures.COLOURS[colour])
        axes[1].plot(TRACES, error, "o-", color=figures.COLOURS[colour], label=f"critic = {share:g} V")
    axes[0].set(title="Bias (lines: exact, dots: measured)", xlabel="λ", ylabel="bias of A(right) − A(left)")
    axes[1].set(title=f"Error with {FEW} episodes", xlabel="λ", ylabel="root of the mean squared error")
    axes[1].set_ylim(0, None)
    axes[0].legend()
