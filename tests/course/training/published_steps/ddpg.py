"""DDPG: a policy climbs its critic, with slow copies; optimizers set after ``compile`` (Lillicrap et al., 2016)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import vectors


def network(outputs, activation=None):
    return keras.Sequential(
        [layers.Dense(8, activation="tanh"), layers.Dense(outputs, activation=activation)]
    )


@keras.saving.register_keras_serializable("published_steps")
class DDPG(course.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.actor, self.slow_actor = network(2, "tanh"), network(2, "tanh")
        self.critic, self.slow_critic = network(1), network(1)

    def call(self, state):
        return self.actor(state)

    def score(self, critic, state, action):
        return critic(ops.concatenate([state, action], axis=-1))[:, 0]

    def train_step(self, data):
        state, action, reward, following = data["state"], data["action"], data["reward"], data["next"]
        goal = reward + 0.9 * self.score(self.slow_critic, following, self.slow_actor(following))
        critic_loss, gradients = course.value_and_grad(
            lambda: ops.mean((self.score(self.critic, state, action) - goal) ** 2),
            self.critic.trainable_variables,
        )
        self.critic_optimizer.apply(gradients, self.critic.trainable_variables)
        actor_loss, gradients = course.value_and_grad(
            lambda: -ops.mean(self.score(self.critic, state, self.actor(state))),
            self.actor.trainable_variables,
        )
        self.actor_optimizer.apply(gradients, self.actor.trainable_variables)
        for slow, fast in ((self.slow_actor, self.actor), (self.slow_critic, self.critic)):
            for s, f in zip(slow.variables, fast.variables, strict=True):
                s.assign_add(0.1 * (f - s))
        return {"critic_loss": critic_loss, "actor_loss": actor_loss}


def make():
    model = DDPG()
    model.compile()
    model.actor_optimizer = keras.optimizers.Adam(5e-3)
    model.critic_optimizer = keras.optimizers.Adam(1e-2)
    return model


def data():
    rewards = vectors(2, 1)[:, 0]
    return ({"state": vectors(0), "action": vectors(3, 2), "reward": rewards, "next": vectors(1)},)
