"""A step of deep Q-learning on a batch from the replay memory, as in unit 9, with an averaged target network."""

import keras
from keras import layers, ops

import course
from course.bench.case import ADAM, Case

DISCOUNT, FOLLOW = 0.99, 0.005


def data(rng, n):
    """State (n, 4), action (n,), reward (n,), next state (n, 4), whether it was the last (n,)."""
    state, following = rng.normal(size=(2, n, 4)).astype("float32")
    reward = state.sum(-1)
    done = (rng.random(n) < 0.1).astype("float32")
    return state, rng.integers(0, 2, n).astype("int32"), reward, following, done


def network():
    """Two values, one for each action."""
    return keras.Sequential(
        [layers.Dense(64, activation="relu"), layers.Dense(64, activation="relu"), layers.Dense(2)]
    )


class DQN(course.Model):
    """The online network learns, the target network follows."""

    def __init__(self):
        super().__init__()
        self.online, self.target = network(), network()
        self.target.trainable = False
        self.mean_loss = keras.metrics.Mean(name="loss")

    def call(self, state):
        """The values of the actions."""
        return self.online(state)

    def train_step(self, data):
        """Learn, then let the target follow."""
        future = ops.max(self.target(data["following"]), axis=-1)
        goal = data["reward"] + DISCOUNT * (1 - data["done"]) * future

        def loss():
            chosen = ops.sum(self.online(data["state"]) * ops.one_hot(data["action"], 2), axis=-1)
            return ops.mean(keras.losses.huber(goal[:, None], chosen[:, None]))

        value, gradients = course.value_and_grad(loss, self.online.trainable_variables)
        self.optimizer.apply(gradients, self.online.trainable_variables)
        for t, o in zip(self.target.variables, self.online.variables, strict=True):
            t.assign(t + FOLLOW * (o - t))
        self.mean_loss.update_state(value)
        return {"loss": self.mean_loss.result()}


def model():
    """The compiled model."""
    net = DQN()
    net.compile(keras.optimizers.Adam(**ADAM))
    return net


CASE = Case(
    title="DQN step 4-64-64-2, batch 64",
    batch=64,
    steps=300,
    data=data,
    ours=model,
    why_no_keras="its default step has no target network",
    small=True,
    arguments=lambda state, action, reward, following, done: {
        "x": {"state": state, "action": action, "reward": reward, "following": following, "done": done}
    },
)
