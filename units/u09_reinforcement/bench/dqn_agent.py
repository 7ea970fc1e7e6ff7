"""The whole loop of deep Q-learning on CartPole beside the same loop written by hand in the backend itself (§8.4).

Both act, store, draw and learn the same: eight environments, random numbers in the same order, the same first weights.
So they do the same steps, as long as no rounding exchanges two actions of nearly equal value. Both keep the returns of
the finished episodes, and the mean loss and the mean value of each block.
"""

from itertools import pairwise

import keras
import numpy as np

from course.bench.case import ADAM
from course.bench.contest import Contest, native
from units.u06_tricks_of_the_trade.restart import restart
from units.u09_reinforcement.dqn import DQN
from units.u09_reinforcement.dqn_agent import DQNAgent
from units.u09_reinforcement.q_network import QNetwork

NAME, FEATURES, ACTIONS, UNITS = "CartPole-v1", 4, 2, 128
# blocks of the size that the agent has of itself, and the experiment dqn_cartpole in its full run
SETTINGS = {"envs": 8, "capacity": 20_000, "batch": 64, "begin": 256, "every": 256, "updates": 128, "seed": 0}
FIRST, LAST, EXPLORATION, DISCOUNT, PERIOD, KAPPA = 1.0, 0.1, 1000, 0.99, 128, 100.0


def data(rng):
    """The first weights: three dense layers, kernels and biases."""
    sizes, weights = (FEATURES, UNITS, UNITS, ACTIONS), []
    for inputs, outputs in pairwise(sizes):
        weights += [rng.normal(size=(inputs, outputs)) / inputs**0.5, np.zeros(outputs)]
    return tuple(w.astype("float32") for w in weights)


def ours(*weights):
    """``DQNAgent``: a compiled function acts, and a block of updates is one call of ``fit``."""
    model = DQN(
        (FEATURES,), ACTIONS, (UNITS, UNITS), discount=DISCOUNT, period=PERIOD, follow=1.0, kappa=KAPPA
    )
    model.compile(keras.optimizers.Adam(**ADAM), steps_per_execution=SETTINGS["updates"])
    first = QNetwork(ACTIONS, (UNITS, UNITS))
    first.build((None, FEATURES))
    first.set_weights(weights)

    def run(steps):
        restart(model, model.online, fresh=first)
        model.target.set_weights(weights)
        model.updates.assign(0)
        agent = DQNAgent(model, NAME, epsilon=(FIRST, LAST), exploration=EXPLORATION, **SETTINGS)
        agent.learn(steps).close()
        return agent.interaction.steps, agent.history[-1]["value"]

    return run


def by_hand(*weights):
    """``course/bench/native/BACKEND/dqn_agent.py`` learns, with a plain loop around it."""

    def run(steps):
        learner = native("dqn_agent").Learner(weights, DISCOUNT, PERIOD, KAPPA)
        return plain_loop(learner, steps)

    return run


def plain_loop(learner, steps):
    """What a person would write around Gymnasium: no classes, and no checks."""
    import gymnasium

    envs, updates, batch, capacity = (SETTINGS[name] for name in ("envs", "updates", "batch", "capacity"))
    copies = [lambda: gymnasium.make(NAME, disable_env_checker=True)] * envs
    environments = gymnasium.vector.SyncVectorEnv(copies)
    seeds = np.random.SeedSequence(SETTINGS["seed"]).generate_state(envs)
    s, _ = environments.reset(seed=[int(seed) for seed in seeds])
    draws, actions = (
        np.random.default_rng([SETTINGS["seed"], 1]),
        np.random.default_rng([SETTINGS["seed"], 2]),
    )
    memory = {
        "observation": np.zeros((capacity, FEATURES), "float32"),
        "action": np.zeros(capacity, "int32"),
        "reward": np.zeros(capacity, "float32"),
        "next_observation": np.zeros((capacity, FEATURES), "float32"),
        "terminated": np.zeros(capacity, "float32"),
    }
    done, stored, over = 0, 0, np.zeros(envs, bool)
    total, returns, history = np.zeros(envs), [], []
    block = SETTINGS["begin"]
    while done < steps:
        a = actions.integers(ACTIONS, size=envs)
        epsilon = FIRST + (LAST - FIRST) * min(done / EXPLORATION, 1.0)
        explore = actions.random(envs) < epsilon
        if done >= SETTINGS["begin"] and not explore.all():
            a = np.where(explore, a, learner.act(s))
        following, reward, terminated, truncated, _ = environments.step(a)
        new = np.flatnonzero(~over)
        rows = (stored + np.arange(len(new))) % capacity
        for name, values in zip(memory, (s, a, reward, following, terminated), strict=True):
            memory[name][rows] = values[new]
        stored, done, s, over = stored + len(new), done + len(new), following, terminated | truncated
        total += reward
        for i in np.flatnonzero(over):
            returns.append(float(total[i]))
            total[i] = 0.0
        if done >= block:
            drawn = draws.integers(min(stored, capacity), size=updates * batch)
            found = learner.learn(
                *(values[drawn].reshape(updates, batch, *values.shape[1:]) for values in memory.values())
            )
            history.append(found)
            block = done + SETTINGS["every"]
    environments.close()
    _, value = history[-1]
    return done, value


CASE = Contest(
    title="deep Q-learning on CartPole, 8 environments, 128 updates for 256 steps, 4-128-128-2, batch 64",
    unit="environment step",
    data=data,
    variants=lambda backend: {"ours": ours, backend: by_hand},
    amount=2048,
    proofs=(300, 600),
    tolerance=0.02,
    limit=1.1,
)
