"""CycleGAN: two translators and two discriminators, trained without pairs (§8.3)."""

import keras
import numpy as np
from keras import layers, ops

import course
from course.training.rules.saved_parts import SavedParts
from course.training.weighting import unweighted
from units.u07_generative.generative_model import GenerativeModel


@keras.saving.register_keras_serializable("medl")
class CycleGAN(SavedParts, GenerativeModel):
    """Learn to translate images of a kind x to a kind x' and back, from unpaired examples of both.

    C_G = E (D'(G'(x)) − 1)² + E (D(G(x')) − 1)² + λ (E |G(G'(x)) − x| + E |G'(G(x')) − x'|)
    C_D = ½ E (D(x) − 1)² + ½ E D(G(x'))²,   and the same for D'

    G' translates x to x', and G translates back. Each discriminator asks whether an image is of its kind; the cycle
    loss asks that a translation can be undone. Neither says that x and G'(x) show the same figure: that comes from
    convolutions, which find it easier to keep a figure where it is.

    Args:
        there, back: G' and G, models from images to images.
        judge_there, judge_back: D' and D, from images to a map of numbers, one for each patch.
        cycle_weight: λ.
        learning_rate: of the three Adam optimizers: one for both translators, one for each discriminator.

    Shapes: ``fit(x, x')`` takes two arrays of equally many images that do not belong together. The output is G'(x).

    References: Zhu, Park, Isola, Efros, "Unpaired image-to-image translation using cycle-consistent adversarial
    networks" (2017).
    """

    parts = ("there", "back", "judge_there", "judge_back")
    settings = ("cycle_weight", "learning_rate")

    def __init__(self, there, back, judge_there, judge_back, cycle_weight=10.0, learning_rate=2e-4, **kwargs):
        super().__init__(**kwargs)
        self.there, self.back, self.judge_there, self.judge_back = there, back, judge_there, judge_back
        self.cycle_weight, self.learning_rate = cycle_weight, learning_rate
        self.optimizers_of = {
            name: keras.optimizers.Adam(learning_rate, beta_1=0.5)
            for name in ("translators", "judge_there", "judge_back")
        }
        self.means = {
            name: keras.metrics.Mean(name=f"{name}_loss") for name in ("translators", "cycle", "judges")
        }

    def call(self, x, training=None):
        """The translations G'(x)."""
        return self.there(x, training=training)

    def minimize(self, cost, variables, name):
        """One update of some variables with the optimizer of this name. Returns the cost and its other results."""
        (value, more), gradients = course.value_and_grad(cost, variables, has_aux=True)
        self.optimizers_of[name].apply(gradients, variables)
        return value, more

    def train_step(self, data):
        """One update of both translators together, then one of each discriminator."""
        x, other = unweighted(data)
        if other is None:
            raise ValueError(
                "A CycleGAN learns from images of two kinds: call fit(x, other) with two arrays."
            )

        def translation_cost():
            fake_other, fake_x = self.there(x, training=True), self.back(other, training=True)
            deceive = ops.mean((self.judge_there(fake_other) - 1) ** 2) + ops.mean(
                (self.judge_back(fake_x) - 1) ** 2
            )
            cycle = ops.mean(ops.abs(self.back(fake_other, training=True) - x)) + ops.mean(
                ops.abs(self.there(fake_x, training=True) - other)
            )
            return deceive + self.cycle_weight * cycle, (fake_other, fake_x, cycle)  # C_G

        translators = self.there.trainable_variables + self.back.trainable_variables
        value, (fake_other, fake_x, cycle) = self.minimize(translation_cost, translators, "translators")

        judged = 0.0
        for name, judge, real, fake in (
            ("judge_there", self.judge_there, other, fake_other),
            ("judge_back", self.judge_back, x, fake_x),
        ):

            def judge_cost(judge=judge, real=real, fake=fake):
                fake = ops.stop_gradient(fake)
                return 0.5 * ops.mean((judge(real) - 1) ** 2) + 0.5 * ops.mean(judge(fake) ** 2), None  # C_D

            judged = judged + self.minimize(judge_cost, judge.trainable_variables, name)[0]
        for name, number in (("translators", value), ("cycle", cycle), ("judges", judged)):
            self.means[name].update_state(number, sample_weight=ops.shape(x)[0])
        return {mean.name: mean.result() for mean in self.means.values()}

    def draw(self, size, rng, images=None):
        """Translations of images, drawn with replacement from those given.

        Args:
            images: images of the kind x, shape (batch, height, width, channels).
        """
        if images is None:
            raise ValueError("A CycleGAN translates images: call sample(size, images=...).")
        rows = rng.integers(len(images), size=size)
        return self.predict(np.asarray(images)[rows], batch_size=min(size, 500), verbose=0)


def translator(channels, width=16):
    """A network from images to images of the same size: it adds a correction that sees 9 × 9 pixels around each.

    The corrections start near 0, so that a translation begins as the image itself, and not as some other bijection,
    such as its negative, of which a cycle loss alone would approve.
    """
    x = keras.Input((None, None, channels))
    h = layers.Conv2D(width, 5, padding="same", activation="relu", kernel_initializer="he_normal")(x)
    h = layers.Conv2D(width, 3, padding="same", activation="relu", kernel_initializer="he_normal")(h)
    small = keras.initializers.RandomNormal(0, 0.01)
    return keras.Model(
        x, layers.Add()([x, layers.Conv2D(channels, 3, padding="same", kernel_initializer=small)(h)])
    )


def patch_judge(channels, width=16):
    """A discriminator that gives a number for each patch of 8 × 8 pixels, as those of pix2pix and CycleGAN do."""
    return keras.Sequential(
        [
            keras.Input((None, None, channels)),
            layers.Conv2D(width, 4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2D(2 * width, 3, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2D(1, 1),
        ]
    )
