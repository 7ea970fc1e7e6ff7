"""Six adversarial models draw digits: the same data and the same generator, another game each (§8.3).

Quick: networks of dense layers on digits of 8 × 8 pixels; D has twice the learning rate of G. ``--full``: small
convolutional networks on MNIST. Every model sees every image equally often. With ``--full`` the critics of WGAN and
WGAN-GP are updated five times as often as their generators, which so get fewer updates; the table says how many.
"""

import keras
import numpy as np

from course import figures
from units.u07_generative.dcgan import dcgan_discriminator, dcgan_generator
from units.u07_generative.dense_networks import dense_discriminator, dense_generator
from units.u07_generative.frechet_judge import FrechetJudge
from units.u07_generative.gan import GAN
from units.u07_generative.lsgan import LSGAN
from units.u07_generative.precision_recall import precision_recall
from units.u07_generative.spectral_gan import SpectralGAN
from units.u07_generative.wgan import WGAN
from units.u07_generative.wgan_gp import WGANGP

SHOWN, LATENT = 8, 16
# what normalizes D: batch normalization has no place where the slope of D at one sample is bounded
NORMALIZATION = {
    "minimax": "batch",
    "non-saturating": "batch",
    "LSGAN": "batch",
    "WGAN": "none",
    "WGAN-GP": "none",
    "SN-GAN": "spectral",
}


def run(r):
    d = r.data()
    x = 2 * d.images("train") - 1
    judge = FrechetJudge(d)
    few = min(judge.size, 2000)  # precision and recall compare all pairs
    rows, shown = [], {}
    for name in NORMALIZATION:
        key = name.lower().replace("-", "_")
        with r.model(f"over_floor_{key}") as record:
            gan = trained(r, name, x)
        record.parameters = sum(np.prod(v.shape) for v in gan.trainable_variables)
        samples = gan.sample(judge.size, seed=r.seed)
        features = judge.space.features(samples)
        over_floor = judge.over_floor(samples)
        precision, recall = precision_recall(judge.real[:few], features[:few])
        r.metric(f"over_floor_{key}", over_floor)
        r.metric(f"precision_{key}", precision)
        r.metric(f"recall_{key}", recall)
        updates = [int(o.iterations) for o in (gan.generator_optimizer, gan.discriminator_optimizer)]
        rows.append((name, *updates, f"{over_floor:.1f}", f"{precision:.2f}", f"{recall:.2f}"))
        shown[name] = samples[:SHOWN]
    r.table(
        ["model", "updates of G", "updates of D", "Fréchet over floor", "precision", "recall"],
        rows,
        title=f"{judge.size} samples ({r.data_name}); precision and recall from {few}",
    )
    draw(r, shown)


def networks(r, name, shape):
    """G and D, of dense layers or convolutional."""
    normalization = NORMALIZATION[name]
    if r.full:
        return dcgan_generator(shape, LATENT, 16), dcgan_discriminator(shape, 16, normalization)
    return (
        dense_generator(shape, LATENT, hidden=1, normalize=False),
        dense_discriminator(shape, hidden=1, spectral=True, bound=5.0)
        if normalization == "spectral"
        else dense_discriminator(shape, hidden=1),
    )


def trained(r, name, x):
    """A model after training."""
    keras.utils.set_random_seed(r.seed)
    parts = (*networks(r, name, x.shape[1:]), LATENT)
    rate = r.pick(quick=3e-3, full=5e-4)
    rates = {"generator": rate, "discriminator": r.pick(quick=2, full=1) * rate}
    if name == "WGAN":
        optimizer, options = keras.optimizers.RMSprop, {}
    else:
        optimizer, options = keras.optimizers.Adam, {"beta_1": 0.5}
    two = {f"{which}_optimizer": optimizer(value, **options) for which, value in rates.items()}
    critic_steps = r.pick(quick=1, full=5)
    gan = {
        "minimax": lambda: GAN(*parts, loss_name="minimax", **two),
        "non-saturating": lambda: GAN(*parts, **two),
        "LSGAN": lambda: LSGAN(*parts, **two),
        "WGAN": lambda: WGAN(*parts, critic_steps, delta=r.pick(quick=0.1, full=0.02), **two),
        "WGAN-GP": lambda: WGANGP(*parts, critic_steps, **two),
        "SN-GAN": lambda: SpectralGAN(*parts, **two),
    }[name]()
    batch = r.pick(quick=50, full=64) * getattr(gan, "critic_steps", 1)
    whole = len(x) // batch * batch  # every batch has one size, so that the step is compiled once
    # with small networks to call a step takes longer than to compute it: one call for an epoch
    gan.compile(steps_per_execution=r.pick(quick=whole // batch, full=1))
    gan.fit(x[:whole], batch_size=batch, epochs=r.pick(quick=14, full=10), verbose=0)
    return gan


def draw(r, shown):
    """A row of samples for each model."""
    fig, axes = r.figure("samples", len(shown) // 2, 2, size=(9.6, 3.9))
    fig.get_layout_engine().set(wspace=0.08)  # between two games more than between two samples
    for ax, (name, images) in zip(axes.flat, shown.items(), strict=True):
        figures.image_rows(ax, images, title=name, vmin=-1, vmax=1)
    fig.suptitle(f"Samples of six adversarial models ({r.data_name})")
