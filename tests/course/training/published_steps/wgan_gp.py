"""WGAN-GP: several steps of the critic, a gradient inside a gradient (Gulrajani et al., 2017)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import vectors


@keras.saving.register_keras_serializable("published_steps")
class WGANGP(course.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.generator = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(4)])
        self.critic = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(1)])
        self.generator_optimizer = keras.optimizers.Adam(1e-2)
        self.critic_optimizer = keras.optimizers.RMSprop(1e-2)
        self.seed = keras.random.SeedGenerator(2)

    def call(self, z):
        return self.generator(z)

    def train_step(self, real):
        n = ops.shape(real)[0]
        for _ in range(2):
            z = keras.random.normal((n, 3), seed=self.seed)
            t = keras.random.uniform((n, 1), seed=self.seed)

            def critic_loss(z=z, t=t):
                fake = ops.stop_gradient(self.generator(z, training=True))
                between = t * real + (1 - t) * fake
                slope = course.grad(lambda x: ops.sum(self.critic(x)))(between)
                penalty = ops.mean((ops.norm(slope, axis=-1) - 1) ** 2)
                return ops.mean(self.critic(fake)) - ops.mean(self.critic(real)) + 10 * penalty

            c_loss, gradients = course.value_and_grad(critic_loss, self.critic.trainable_variables)
            self.critic_optimizer.apply(gradients, self.critic.trainable_variables)

        z = keras.random.normal((n, 3), seed=self.seed)
        g_loss, gradients = course.value_and_grad(
            lambda: -ops.mean(self.critic(self.generator(z, training=True))),
            self.generator.trainable_variables,
        )
        self.generator_optimizer.apply(gradients, self.generator.trainable_variables)
        return {"critic_loss": c_loss, "generator_loss": g_loss}


def make():
    model = WGANGP()
    model.compile()
    return model


def data():
    return (vectors(),)
