"""DQN: a replay memory of variables, a target network that is copied every few steps (Mnih et al., 2015)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import BATCH, labels, vectors


def network():
    return keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="tanh"), layers.Dense(2)])


@keras.saving.register_keras_serializable("published_steps")
class DQN(course.Model):
    def __init__(self, places=24, **kwargs):
        super().__init__(**kwargs)
        self.places = places
        self.online, self.target = network(), network()
        self.target.trainable = False
        self.states = self.add_weight(shape=(places, 4), initializer="zeros", trainable=False)
        self.nexts = self.add_weight(shape=(places, 4), initializer="zeros", trainable=False)
        self.actions = self.add_weight(shape=(places,), initializer="zeros", dtype="int32", trainable=False)
        self.rewards = self.add_weight(shape=(places,), initializer="zeros", trainable=False)
        self.count = self.add_weight(shape=(), initializer="zeros", dtype="int32", trainable=False)
        self.seed = keras.random.SeedGenerator(8)

    def call(self, state):
        return self.online(state)

    def remember(self, state, action, reward, following):
        start = self.count % self.places
        self.states.assign(ops.slice_update(self.states, (start, 0), state))
        self.nexts.assign(ops.slice_update(self.nexts, (start, 0), following))
        self.actions.assign(ops.slice_update(self.actions, (start,), action))
        self.rewards.assign(ops.slice_update(self.rewards, (start,), reward))
        self.count.assign_add(BATCH)

    def train_step(self, data):
        self.remember(data["state"], data["action"], data["reward"], data["next"])
        filled = ops.cast(ops.minimum(self.count, self.places), "float32")
        drawn = ops.cast(keras.random.uniform((BATCH,), seed=self.seed) * filled, "int32")
        state, following = ops.take(self.states, drawn, axis=0), ops.take(self.nexts, drawn, axis=0)
        action, reward = ops.take(self.actions, drawn), ops.take(self.rewards, drawn)
        goal = reward + 0.9 * ops.max(self.target(following), axis=-1)

        def loss():
            value = ops.take_along_axis(self.online(state), ops.expand_dims(action, -1), axis=-1)
            return ops.mean(keras.losses.huber(ops.expand_dims(goal, -1), value))

        value, gradients = course.value_and_grad(loss, self.online.trainable_variables)
        self.optimizer.apply(gradients, self.online.trainable_variables)

        def copy():
            for t, o in zip(self.target.variables, self.online.variables, strict=True):
                t.assign(o)

        ops.cond(self.count % (2 * BATCH) == 0, copy, lambda: None)
        return {"loss": value, "remembered": filled}


def make():
    model = DQN()
    model.compile(keras.optimizers.Adam(1e-2))
    return model


def data():
    rewards = vectors(2, 1)[:, 0]
    return ({"state": vectors(0), "action": labels(2), "reward": rewards, "next": vectors(1)},)
