"""Small models that use what the seam must bear; shared by the tests of training and of parity.

There is no bias before a BatchNorm: its gradient is zero but for rounding, and Adam would turn rounding into steps.
"""

import keras
from keras import layers, ops

import course


@keras.saving.register_keras_serializable("medl-tests")
class Classifier(course.Model):
    """Softmax regression with a hidden layer; the default step of ``course.Model``."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden = layers.Dense(6, activation="tanh", kernel_regularizer=keras.regularizers.L2(1e-3))
        self.logits = layers.Dense(3)

    def call(self, x):
        return self.logits(self.hidden(x))


@keras.saving.register_keras_serializable("medl-tests")
class Noisy(course.Model):
    """BatchNorm and dropout, inside a loss that is written by hand."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.net = keras.Sequential(
            [
                layers.Dense(8, use_bias=False),
                layers.BatchNormalization(),
                layers.ReLU(),
                layers.Dropout(0.3, seed=5),
                layers.Dense(3),
            ]
        )
        self.loss_metric = keras.metrics.Mean(name="loss")
        self.accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")

    def call(self, x, training=False):
        return self.net(x, training=training)

    def train_step(self, data):
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)

        def loss():
            logits = self(x, training=True)
            return ops.mean(keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True)), logits

        (value, logits), gradients = course.value_and_grad(loss, self.trainable_variables, has_aux=True)
        self.optimizer.apply(gradients, self.trainable_variables)
        self.loss_metric.update_state(value)
        self.accuracy.update_state(y, logits)
        return {"loss": self.loss_metric.result(), "accuracy": self.accuracy.result()}

    def test_step(self, data):
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        logits = self(x, training=False)
        self.loss_metric.update_state(
            keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True)
        )
        self.accuracy.update_state(y, logits)
        return {"loss": self.loss_metric.result(), "accuracy": self.accuracy.result()}


@keras.saving.register_keras_serializable("medl-tests")
class PenaltyGAN(course.Model):
    """Two optimizers and a gradient of a gradient (WGAN-GP), with noise, BatchNorm and dropout."""

    def __init__(self, noise=3, **kwargs):
        super().__init__(**kwargs)
        self.noise = noise
        self.generator = keras.Sequential(
            [layers.Dense(8, use_bias=False), layers.BatchNormalization(), layers.ReLU(), layers.Dense(2)]
        )
        self.critic = keras.Sequential(
            [layers.Dense(8, activation="tanh"), layers.Dropout(0.1, seed=3), layers.Dense(1)]
        )
        self.generator_optimizer = keras.optimizers.Adam(2e-3, beta_1=0.5)
        self.critic_optimizer = keras.optimizers.RMSprop(2e-3)
        self.seed = keras.random.SeedGenerator(11)

    def call(self, z):
        return self.generator(z)

    def train_step(self, data):
        real = data
        z = keras.random.normal((ops.shape(real)[0], self.noise), seed=self.seed)
        mix = keras.random.uniform((ops.shape(real)[0], 1), seed=self.seed)
        critic_variables = self.critic.trainable_variables

        def critic_loss():
            fake = ops.stop_gradient(self.generator(z, training=True))
            between = mix * real + (1 - mix) * fake
            slope = course.grad(lambda x: ops.sum(self.critic(x, training=False)))(between)
            penalty = ops.mean((ops.sqrt(ops.sum(slope**2, axis=-1) + 1e-12) - 1) ** 2)
            gap = ops.mean(self.critic(fake, training=True)) - ops.mean(self.critic(real, training=True))
            return gap + 10 * penalty

        c_loss, gradients = course.value_and_grad(critic_loss, critic_variables)
        self.critic_optimizer.apply(gradients, critic_variables)

        def generator_loss():
            return -ops.mean(self.critic(self.generator(z, training=True), training=False))

        g_loss, gradients = course.value_and_grad(generator_loss, self.generator.trainable_variables)
        self.generator_optimizer.apply(gradients, self.generator.trainable_variables)
        return {"critic_loss": c_loss, "generator_loss": g_loss}


@keras.saving.register_keras_serializable("medl-tests")
class TinyVAE(course.Model):
    """The reparameterization z = μ + σ·ε inside a loss."""

    def __init__(self, latent=2, **kwargs):
        super().__init__(**kwargs)
        self.latent = latent
        self.encoder = keras.Sequential([layers.Dense(6, activation="tanh"), layers.Dense(2 * latent)])
        self.decoder = keras.Sequential([layers.Dense(6, activation="tanh"), layers.Dense(4)])
        self.seed = keras.random.SeedGenerator(7)
        self.adam = keras.optimizers.Adam(1e-2)

    def call(self, x):
        return self.decoder(self.encoder(x)[:, : self.latent])

    def train_step(self, data):
        x = data

        def loss():
            mean, log_variance = ops.split(self.encoder(x), 2, axis=-1)
            z = mean + ops.exp(log_variance / 2) * keras.random.normal(ops.shape(mean), seed=self.seed)
            divergence = -0.5 * ops.sum(1 + log_variance - mean**2 - ops.exp(log_variance), axis=-1)
            return ops.mean(ops.sum((self.decoder(z) - x) ** 2, axis=-1) + divergence)

        value, gradients = course.value_and_grad(loss, self.trainable_variables)
        self.adam.apply(gradients, self.trainable_variables)
        return {"loss": value}


@keras.saving.register_keras_serializable("medl-tests")
class Targeted(course.Model):
    """A target network that follows by Polyak averaging, assigned inside the step; a counter variable too."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.online = keras.Sequential([layers.Dense(5, activation="tanh"), layers.Dense(2)])
        self.target = keras.Sequential([layers.Dense(5, activation="tanh"), layers.Dense(2)])
        self.target.trainable = False
        self.steps = self.add_weight(shape=(), initializer="zeros", trainable=False, name="steps")

    def call(self, x):
        return self.online(x)

    def train_step(self, data):
        x, reward = data
        future = ops.max(self.target(x), axis=-1)

        def loss():
            return ops.mean((self.online(x)[:, 0] - (reward + 0.9 * future)) ** 2)

        value, gradients = course.value_and_grad(loss, self.online.trainable_variables)
        self.optimizer.apply(gradients, self.online.trainable_variables)
        for slow, fast in zip(self.target.variables, self.online.variables, strict=True):
            slow.assign(0.9 * slow + 0.1 * fast)
        self.steps.assign_add(1.0)
        return {"loss": value}


class Convolutional(course.Model):
    """Layers one after the other."""

    def __init__(self, layers):
        super().__init__()
        self.net = keras.Sequential(layers)

    def call(self, x, training=None):
        return self.net(x, training=training)
