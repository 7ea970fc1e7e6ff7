"""REINFORCE, A2C, PPO and SAC on the probe environments: which values and actions do they find? (§8.4)"""

import keras
from keras import ops

from units.u06_tricks_of_the_trade.restart import restart
from units.u09_reinforcement.a2c import A2C
from units.u09_reinforcement.dqn_on_probe import DISCOUNT
from units.u09_reinforcement.policy_gradient_agent import PolicyGradientAgent
from units.u09_reinforcement.ppo import PPO
from units.u09_reinforcement.probe_environments import PROBES
from units.u09_reinforcement.reinforce import REINFORCE
from units.u09_reinforcement.sac import SAC
from units.u09_reinforcement.sac_agent import SACAgent

# kind → learning rate, pieces of experience, arguments of the agent
SETTINGS = {
    REINFORCE: (0.05, 60, {"envs": 32}),
    A2C: (0.02, 60, {"envs": 16, "piece": 4, "trace": 0.9}),
    PPO: (0.02, 15, {"envs": 16, "piece": 16, "trace": 0.9, "epochs": 4}),
}
SIZES = {"features": 1, "actions": 2, "units": (16,)}


def actor_critic_for_probes(kind):
    """A small ``REINFORCE``, ``A2C`` or ``PPO`` for the probes, compiled."""
    rate, _, options = SETTINGS[kind]
    model = kind(**SIZES)
    model.compile(keras.optimizers.Adam(rate), steps_per_execution=options.get("epochs", 1))
    return model


def actor_critic_on_probe(model, name, seed=0):
    """Train a model from new weights on a probe, and return what it finds.

    Args:
        model: from ``actor_critic_for_probes``. It may be used again for the next probe, so that its step is compiled
            once.
        name: a key of ``PROBES``, with a discrete action.
        seed: of the weights and of all draws.

    Returns:
        V(s) and the most likely action for the ``observations`` of the probe, two NumPy arrays (states,).
    """
    probe, (_, pieces, options) = PROBES[name], SETTINGS[type(model)]
    if probe.continuous:
        raise ValueError(f"The probe {name!r} has a continuous action: use sac_on_probe.")
    keras.utils.set_random_seed(seed)
    restart(model, model, fresh=type(model)(**SIZES))
    agent = PolicyGradientAgent(model, probe.environment, discount=DISCOUNT, seed=seed, **options)
    try:
        for _ in range(pieces):
            agent.learn(agent.steps + 1)
    finally:
        agent.close()
    values = ops.convert_to_numpy(model.value(probe.observations))
    return values, model.best(probe.observations)


def sac_on_probe(name="continuous action", seed=0, steps=480):
    """Train a small ``SAC`` on a probe with a continuous action.

    Args:
        name: a key of ``PROBES``.
        seed: of the weights and of all draws.
        steps: environment steps.

    Returns:
        V(s) = min_i Q_i(s, a) at the middle action a, and this action, two NumPy arrays (states,).
    """
    probe = PROBES[name]
    if not probe.continuous:
        raise ValueError(f"The probe {name!r} has discrete actions: use actor_critic_on_probe.")
    keras.utils.set_random_seed(seed)
    options = {"units": (16,), "learning_rate": 0.02, "follow": 0.1, "first_weight": 0.2}
    model = SAC(1, [-2.0], [2.0], discount=DISCOUNT, seed=seed, **options)
    agent = SACAgent(model, probe.environment, envs=8, batch=32, begin=64, every=32, updates=32, seed=seed)
    try:
        agent.learn(steps)
    finally:
        agent.close()
    s = ops.convert_to_tensor(probe.observations)
    return ops.convert_to_numpy(model.smallest(model.critics, s, model(s))), model.best(probe.observations)[
        :, 0
    ]
