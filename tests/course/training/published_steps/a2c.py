"""Advantage actor-critic: actor and critic are layers that bring their own optimizers (Mnih et al., 2016)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import episodes


@keras.saving.register_keras_serializable("published_steps")
class Head(layers.Layer):
    """A small network and what trains it."""

    def __init__(self, units, rate, **kwargs):
        super().__init__(**kwargs)
        self.units, self.rate = units, rate
        self.network = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(units)])
        self.optimizer = keras.optimizers.Adam(rate)

    def call(self, x):
        return self.network(x)

    def improve(self, loss):
        value, gradients = course.value_and_grad(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return value


@keras.saving.register_keras_serializable("published_steps")
class A2C(course.Model):
    def __init__(self, actions=2, discount=0.9, **kwargs):
        super().__init__(**kwargs)
        self.discount = discount
        self.actor, self.critic = Head(actions, 1e-2), Head(1, 2e-2)

    def call(self, state):
        return ops.softmax(self.actor(state))

    def train_step(self, data):
        state, action, reward = data["state"], data["action"], data["reward"]
        following = ops.zeros_like(reward[:, 0])
        returns = []
        for t in reversed(range(reward.shape[1])):
            following = reward[:, t] + self.discount * following
            returns.insert(0, following)
        returns = ops.stack(returns, axis=1)

        critic_loss = self.critic.improve(lambda: ops.mean((self.critic(state)[..., 0] - returns) ** 2))
        advantage = returns - self.critic(state)[..., 0]

        def actor_loss():
            logarithms = ops.log_softmax(self.actor(state))
            chosen = ops.sum(logarithms * ops.one_hot(action, 2), axis=-1)
            entropy = -ops.mean(ops.sum(ops.exp(logarithms) * logarithms, axis=-1))
            return -ops.mean(chosen * advantage) - 0.01 * entropy

        return {"critic_loss": critic_loss, "actor_loss": self.actor.improve(actor_loss)}


def make():
    model = A2C()
    model.compile()
    return model


def data():
    return (episodes(),)
