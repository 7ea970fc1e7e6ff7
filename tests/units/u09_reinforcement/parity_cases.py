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


def pieces(n=STEPS * BATCH, seed=0):
    """A piece of experience, with some steps that are not valid."""
    rng = np.random.default_rng(seed)
    return {
        "observation": rng.normal(size=(n, FEATURES)).astype("float32"),
        "action": rng.integers(ACTIONS, size=n).astype("int32"),
        "advantage": rng.normal(size=n).astype("float32"),
        "target": rng.normal(size=n).astype("float32"),
        "log_probability": (-np.log(ACTIONS) + 0.2 * rng.normal(size=n)).astype("float32"),
        "valid": (rng.random(n) < 0.8).astype("float32"),
    }


def _actor_critic(kind, **options):
    model = kind(FEATURES, ACTIONS, units=(6,), entropy_weight=0.01, **options)
    model.compile(keras.optimizers.Adam(1e-2, global_clipnorm=0.5))
    return model, (pieces(),)


def reinforce():
    return _actor_critic(u09.REINFORCE)


def a2c():
    return _actor_critic(u09.A2C)


def ppo():
    return _actor_critic(u09.PPO, clip=0.15)


def continuous_batches():
    """Transitions with two continuous actions between (−1, 0) and (3, 2)."""
    rng = np.random.default_rng(3)
    action = rng.uniform([-1, 0], [3, 2], size=(STEPS * BATCH, 2)).astype("float32")
    return {**batches(), "action": action}


def sac():
    """Three optimizers, two target networks, and draws of actions inside of the step."""
    model = u09.SAC(FEATURES, [-1.0, 0.0], [3.0, 2.0], units=(6,), follow=0.1, learning_rate=1e-2, seed=0)
    model.compile()
    return model, (continuous_batches(),)


CASES = {f.__name__: f for f in (dqn, double_dqn, dueling_dqn, reinforce, a2c, ppo, sac)}
