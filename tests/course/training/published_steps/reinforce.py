"""REINFORCE: actions are drawn in the step, a running mean of the rewards is the baseline (Williams, 1992)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import vectors


@keras.saving.register_keras_serializable("published_steps")
class Reinforce(course.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.policy = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(3)])
        self.baseline = keras.Variable(0.0, trainable=False, name="baseline")
        self.seed = keras.random.SeedGenerator(9)
        self.reward_metric = keras.metrics.Mean(name="reward")

    def call(self, state):
        return self.policy(state)

    def train_step(self, state):
        action = keras.random.categorical(self.policy(state), 1, seed=self.seed)[:, 0]
        reward = ops.cast(action == ops.argmax(state[:, :3], axis=-1), "float32")

        def loss():
            logarithms = ops.log_softmax(self.policy(state))
            chosen = ops.take_along_axis(logarithms, action[:, None], axis=-1)[:, 0]
            return -ops.mean((reward - self.baseline) * chosen)

        value, gradients = course.value_and_grad(loss, self.policy.trainable_variables)
        self.optimizer.apply(gradients, self.policy.trainable_variables)
        self.baseline.assign(0.9 * self.baseline + 0.1 * ops.mean(reward))
        self.reward_metric.update_state(reward)
        return {"loss": value, "reward": self.reward_metric.result(), "baseline": self.baseline}


def make():
    model = Reinforce()
    model.compile(keras.optimizers.SGD(0.1))
    return model


def data():
    return (vectors(),)
