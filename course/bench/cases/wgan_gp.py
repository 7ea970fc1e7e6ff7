"""A step of a Wasserstein GAN with gradient penalty, as in unit 7: two optimizers, a gradient of a gradient."""

import keras
from keras import layers, ops

import course
from course.bench.case import ADAM, Case


def data(rng, n):
    """Real samples (n, 64), noise (n, 16), and the place between real and fake (n, 1)."""
    real = (rng.normal(size=(n, 4)) @ rng.normal(size=(4, 64))).astype("float32")
    return real, rng.normal(size=(n, 16)).astype("float32"), rng.random((n, 1), dtype="float32")


class WGANGP(course.Model):
    """Critic, then generator. Noise comes with the data, so that every variant sees the same."""

    def __init__(self):
        super().__init__()
        self.generator = keras.Sequential([layers.Dense(64, activation="relu"), layers.Dense(64)])
        self.critic = keras.Sequential(
            [layers.Dense(64, activation="relu"), layers.Dense(64, activation="relu"), layers.Dense(1)]
        )
        self.critic_optimizer = keras.optimizers.Adam(**ADAM)
        self.generator_optimizer = keras.optimizers.Adam(**ADAM)
        self.mean_loss = keras.metrics.Mean(name="loss")

    def call(self, z):
        """Fake samples."""
        return self.generator(z)

    def train_step(self, data):
        """One update of the critic, one of the generator."""
        real, z, mix = data["real"], data["z"], data["mix"]

        def critic_loss():
            fake = ops.stop_gradient(self.generator(z))
            between = mix * real + (1 - mix) * fake
            slope = course.grad(lambda x: ops.sum(self.critic(x)))(between)
            penalty = ops.mean((ops.sqrt(ops.sum(slope**2, axis=-1) + 1e-12) - 1) ** 2)
            return ops.mean(self.critic(fake)) - ops.mean(self.critic(real)) + 10 * penalty

        value, gradients = course.value_and_grad(critic_loss, self.critic.trainable_variables)
        self.critic_optimizer.apply(gradients, self.critic.trainable_variables)

        def generator_loss():
            return -ops.mean(self.critic(self.generator(z)))

        _, gradients = course.value_and_grad(generator_loss, self.generator.trainable_variables)
        self.generator_optimizer.apply(gradients, self.generator.trainable_variables)
        self.mean_loss.update_state(value)
        return {"loss": self.mean_loss.result()}


def model():
    """The compiled model."""
    net = WGANGP()
    net.compile()
    return net


CASE = Case(
    title="WGAN-GP step on 64 features, batch 64",
    batch=64,
    steps=300,
    data=data,
    ours=model,
    why_no_keras="its default step has one loss and one optimizer",
    small=True,
    arguments=lambda real, z, mix: {"x": {"real": real, "z": z, "mix": mix}},
)
