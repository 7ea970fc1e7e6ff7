"""The first generative adversarial network, with the minimax or the non-saturating loss (§8.3)."""

import keras
from keras import ops

from course.training.weighting import unweighted
from units.u07_generative.adversarial_model import AdversarialModel


@keras.saving.register_keras_serializable("medl")
class GAN(AdversarialModel):
    """The game of a generator and a discriminator, one update of each on every mini-batch.

    min_θ max_φ E log D(x) + E log(1 − D(G(z))),   D(x) = σ_Sig(logit)

    - "minimax": G minimizes E log(1 − D(G(z))). If D recognizes every sample, its gradient vanishes.
    - "non_saturating": G minimizes −E log D(G(z)), with the same fixed point and a large gradient where D is right.

    Args:
        loss_name: "non_saturating" or "minimax".
        others: see ``AdversarialModel``; D returns logits.

    References: Goodfellow et al., "Generative adversarial nets" (2014).
    """

    settings = ("loss_name",)

    def __init__(self, generator, discriminator, latent_shape, loss_name="non_saturating", **kwargs):
        super().__init__(generator, discriminator, latent_shape, **kwargs)
        if loss_name not in ("non_saturating", "minimax"):
            raise ValueError(f'loss_name is "non_saturating" or "minimax", not {loss_name!r}.')
        self.loss_name = loss_name

    def train_step(self, data):
        """One update of D, one of G."""
        x, _ = unweighted(data)
        z = self.noise(ops.shape(x)[0])

        def discriminator_cost():
            fake = ops.stop_gradient(self.generator(z, training=True))
            # −E log D(x) − E log(1 − D(G(z))), where −log σ_Sig(a) = softplus(−a)
            return ops.mean(ops.softplus(-self.discriminator(x, training=True))) + ops.mean(
                ops.softplus(self.discriminator(fake, training=True))
            )

        def generator_cost():
            logits = self.discriminator(self.generator(z, training=True), training=True)
            if self.loss_name == "minimax":
                return -ops.mean(ops.softplus(logits))  # E log(1 − D(G(z)))
            return ops.mean(ops.softplus(-logits))  # −E log D(G(z))

        discriminator_value = self.minimize_discriminator(discriminator_cost)
        generator_value = self.minimize_generator(generator_cost)
        return self.report(x, discriminator_value, generator_value)
