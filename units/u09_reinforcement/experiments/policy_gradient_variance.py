"""Three estimators of the policy gradient with the same mean: how much do they scatter? (§8.4)"""

import numpy as np
from keras import ops

import course
from course import figures
from units.u09_reinforcement.mdp import MDP
from units.u09_reinforcement.score_function import (
    ESTIMATORS,
    episode_probabilities,
    expected_return,
    gradient_estimates,
    trajectories,
)

STEPS, DISCOUNT, EPISODES = 4, 0.9, (1, 4, 16, 64, 256)
COLOURS = dict(zip(ESTIMATORS, ("orange", "blue", "green"), strict=True))
KEYS = {name: name.replace(" ", "_") for name in ESTIMATORS}


def process():
    """Two states. Action 1 pays less at once and leads to the state that pays more."""
    P = np.array([[[0.9, 0.1], [0.3, 0.7]], [[0.8, 0.2], [0.1, 0.9]]])
    return MDP(P, np.array([[1.0, 0.5], [3.0, 2.5]]), DISCOUNT)


def run(r):
    listed = trajectories(process(), 0, STEPS)
    theta = np.array([[0.3, -0.2], [0.1, 0.4]])
    exact = course.grad(lambda x: expected_return(x, listed, DISCOUNT))(
        ops.convert_to_tensor(theta, "float32")
    )
    exact, p = ops.convert_to_numpy(exact).astype("float64"), episode_probabilities(theta, listed)
    r.log(
        f"{len(p)} possible episodes of {STEPS} steps; the exact gradient by enumeration is {exact.round(3).tolist()}"
    )
    repeats = r.pick(quick=400, full=4000)
    _, axes = r.figure("variance", 1, 2, size=(10.5, 4.2))
    bins, rows = np.linspace(-12, 12, 60), []
    for name in ESTIMATORS:
        estimates = gradient_estimates(theta, listed, DISCOUNT, name)
        mean = np.einsum("n,nsa->sa", p, estimates)
        variance = np.einsum("n,nsa->", p, (estimates - exact) ** 2)
        errors = []
        for n in EPISODES:
            drawn = r.rng.choice(len(p), p=p / p.sum(), size=(repeats, n))
            errors.append(np.mean(np.sum((estimates[drawn].mean(axis=1) - exact) ** 2, axis=(1, 2))))
        r.metric(f"bias_{KEYS[name]}", np.abs(mean - exact).max())
        r.metric(f"variance_{KEYS[name]}", variance)
        r.metric(f"measured_{KEYS[name]}", errors[2] * EPISODES[2] / variance)
        rows.append([name, np.abs(mean - exact).max(), variance, errors[2]])
        colour = figures.COLOURS[COLOURS[name]]
        axes[0].hist(
            estimates[:, 0, 1], bins, weights=p, histtype="step", linewidth=2, color=colour, label=name
        )
        axes[1].loglog(EPISODES, errors, "o", color=colour, label=f"{name}: measured")
        axes[1].loglog(EPISODES, variance / np.array(EPISODES), "-", color=colour)
    r.table(["estimator", "largest bias", "variance", "error² of 16 episodes"], rows)
    axes[0].axvline(exact[0, 1], color="black", linestyle="--", label="exact gradient")
    axes[0].set(
        title="One episode's estimate", xlabel="derivative by θ of state 0, action 1", ylabel="probability"
    )
    axes[0].legend()
    axes[1].set(
        title="Mean of n episodes (lines: variance / n)", xlabel="episodes n", ylabel="mean squared error"
    )
    axes[1].legend()
