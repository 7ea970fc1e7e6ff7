"""The agents of unit 9, very small, whose ten training steps must agree on the three backends.

Random draws come from ``course.testing.portable_random``.
"""

import keras
import numpy as np

from units import u09_reinforcement as u09

STEPS, BATCH, FEATURES, ACTIONS = 10, 16, 4, 3


def batches(n=STEPS * BATCH, features=FEATURES, actions=ACTIONS, seed=0):
    """Transitions as ``ReplayBuffer.sample`` gives them."""
    rng = np.random.default_rng(seed)
    return {
        "observation": rng.normal(size=(n, features)).astype("float32"),
        "action": rng.integers(actions, size=n).astype("int32"),
        "reward": rng.normal(size=n).astype("float32"),
        "next_observation": rng.normal(size=(n, features)).astype("float32"),
        "terminated": (rng.random(n) < 0.2).astype("float32"),
    }


def _dqn(**options):
    model = u09.DQN((FEATURES,), ACTIONS, hidden=(6,), **options)
    rng = np.random.default_rng(1)
    model.target.set_weights([0.4 * rng.normal(size=v.shape) for v in model.target.weights])
    model.compile(keras.optimizers.Adam(1e-2))
    return model, (batches(),)


def dqn():
    """A target network that is copied after every third update."""
    return _dqn(period=3, follow=1.0)


def double_dqn():
    """A target network that follows by averaging."""
    return _dqn(double=True, follow=0.1)


def dueling_dqn():
    return _dqn(double=True, dueling=True, period=2, follow=0.5)


CASES = {f.__name__: f for f in (dqn, double_dqn, dueling_dqn)}
