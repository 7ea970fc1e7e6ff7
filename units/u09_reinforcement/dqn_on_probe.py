"""Deep Q-learning on the probe environments: which values does it find? (§8.4)"""

import keras
from keras import ops

from units.u09_reinforcement.dqn import DQN
from units.u09_reinforcement.dqn_agent import DQNAgent
from units.u09_reinforcement.probe_environments import PROBES

UPDATES, BATCH = 32, 32  # of a block
DISCOUNT = 0.5  # so small that values need few updates to go all the way back


def probe_model(discount=DISCOUNT, **options):
    """A small ``DQN`` for the probes, compiled; ``options`` are those of ``DQN``, such as ``double=True``."""
    model = DQN((1,), 2, hidden=(16,), discount=discount, **{"follow": 0.3, **options})
    model.compile(keras.optimizers.Adam(0.03), steps_per_execution=UPDATES)
    return model


def dqn_on_probe(model, name, seed=0, steps=160, **options):
    """Train a model from new weights on a probe, and return the values that it finds.

    Args:
        model: from ``probe_model``. It may be used again for the next probe, so that its step is compiled once.
        name: a key of ``PROBES``, with a discrete action.
        seed: of the weights and of all draws.
        steps: environment steps.
        **options: other arguments of ``DQNAgent``.

    Returns:
        Q(s, a) for the ``observations`` of the probe, NumPy array (states, 2).
    """
    probe = PROBES[name]
    if probe.continuous:
        raise ValueError(
            f"The probe {name!r} has a continuous action, and deep Q-learning needs a discrete one."
        )
    if model.optimizer.built:
        model.restart(seed)
    chosen = {"envs": 8, "batch": BATCH, "begin": 32, "every": 32, "updates": UPDATES, "exploration": steps}
    agent = DQNAgent(model, probe.environment, seed=seed, epsilon=(1.0, 0.3), **{**chosen, **options})
    try:
        agent.learn(steps)
    finally:
        agent.close()
    return ops.convert_to_numpy(model(probe.observations))
