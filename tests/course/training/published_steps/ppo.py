"""PPO: advantages by a scan backwards in time, several clipped updates on one batch (Schulman et al., 2017)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import episodes


@keras.saving.register_keras_serializable("published_steps")
class PPO(course.Model):
    def __init__(self, actions=2, updates=3, **kwargs):
        super().__init__(**kwargs)
        self.actions, self.updates = actions, updates
        self.policy = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(actions)])
        self.value = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(1)])

    def call(self, state):
        return self.policy(state)

    def log_probability(self, state, action):
        return ops.sum(ops.log_softmax(self.policy(state)) * ops.one_hot(action, self.actions), axis=-1)

    def advantages(self, reward, value):
        """Generalised advantage estimation, axes (rows, time)."""
        following = ops.concatenate([value[:, 1:], ops.zeros_like(value[:, :1])], axis=1)
        surprise = reward + 0.9 * following - value

        def back(later, now):
            sum_ = now + 0.9 * 0.95 * later
            return sum_, sum_

        _, sums = ops.scan(back, ops.zeros_like(reward[:, 0]), ops.transpose(surprise), reverse=True)
        return ops.transpose(sums)

    def train_step(self, data):
        state, action = data["state"], data["action"]
        before = self.log_probability(state, action)
        value = self.value(state)[..., 0]
        advantage = self.advantages(data["reward"], value)
        returns = advantage + value
        advantage = (advantage - ops.mean(advantage)) / (ops.std(advantage) + 1e-6)

        def loss():
            ratio = ops.exp(self.log_probability(state, action) - before)
            clipped = ops.clip(ratio, 0.8, 1.2) * advantage
            policy = -ops.mean(ops.minimum(ratio * advantage, clipped))
            return policy + 0.5 * ops.mean((self.value(state)[..., 0] - returns) ** 2)

        for _ in range(self.updates):
            total, gradients = course.value_and_grad(loss, self.trainable_variables)
            self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": total}


def make():
    model = PPO()
    model.compile(keras.optimizers.Adam(1e-2, clipnorm=0.5))
    return model


def data():
    return (episodes(),)
