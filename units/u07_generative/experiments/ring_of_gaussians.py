"""Eight modes on a ring: which adversarial losses find all of them (§8.3)."""

import keras
import numpy as np

from course.figures import COLOURS
from units.u07_generative.gan import GAN
from units.u07_generative.gaussian_ring import gaussian_ring, high_quality_share, modes_caught
from units.u07_generative.lsgan import LSGAN
from units.u07_generative.ring_networks import ring_discriminator, ring_generator
from units.u07_generative.spectral_gan import SpectralGAN
from units.u07_generative.wgan import WGAN
from units.u07_generative.wgan_gp import WGANGP

SEEDS, LATENT, CHUNK = 3, 8, 100
SLOPE = 10.0  # the bound for spectral normalization: modes are 0.05 wide, so that a slope of 1 hardly tells them apart
QUICK = ("minimax", "non-saturating")
ALL = (*QUICK, "LSGAN", "WGAN", "WGAN-GP", "spectral norm.")


def run(r):
    names = ALL if r.full else QUICK
    steps, batch = r.pick(quick=600, full=20_000), r.pick(quick=64, full=128)
    results = {name: trained(r, name, steps, batch) for name in names}
    rows = []
    for name, samples in results.items():
        modes = [modes_caught(samples[:, i]) for i in range(SEEDS)]
        shares = [high_quality_share(samples[:, i]) for i in range(SEEDS)]
        key = name.lower().replace("-", "_").replace(" ", "_").rstrip(".")
        r.metric(f"modes_{key}", np.mean(modes))
        r.metric(f"good_share_{key}", np.mean(shares))
        rows.append((name, ", ".join(map(str, modes)), ", ".join(f"{100 * s:.0f}" for s in shares)))
    real = gaussian_ring(2000, seed=r.seed)[0]
    rows.append(("the ring itself", modes_caught(real), f"{100 * high_quality_share(real):.0f}"))
    r.table(
        ["loss", "modes caught of 8", "samples within 3 deviations (%)"],
        rows,
        title=f"{SEEDS} seeds, {steps} updates of the generator",
    )
    draw(r, results, real)


def model(r, name):
    """The model with all seeds as members; the networks are alike but for the spectral normalization."""
    rate = r.pick(quick=6e-3, full=5e-4)
    spectral = name == "spectral norm."
    width = r.pick(quick=64, full=128)
    parts = (
        ring_generator(SEEDS, LATENT, width),
        ring_discriminator(SEEDS, width=width, spectral=spectral, scale=SLOPE if spectral else 1.0),
        (SEEDS, LATENT),
    )
    optimizer = keras.optimizers.RMSprop if name == "WGAN" else keras.optimizers.Adam
    options = {"learning_rate": rate / 2} if name == "WGAN" else {"learning_rate": rate, "beta_1": 0.5}
    two = {f"{which}_optimizer": optimizer(**options) for which in ("generator", "discriminator")}
    critic_steps = r.pick(quick=1, full=5)
    return {
        "minimax": lambda: GAN(*parts, loss_name="minimax", **two),
        "non-saturating": lambda: GAN(*parts, **two),
        "LSGAN": lambda: LSGAN(*parts, **two),
        "WGAN": lambda: WGAN(*parts, critic_steps, delta=0.1, **two),
        "WGAN-GP": lambda: WGANGP(*parts, critic_steps, kappa=1.0, **two),
        "spectral norm.": lambda: SpectralGAN(*parts, **two),
    }[name]()


def trained(r, name, steps, batch):
    """Samples (2000, seeds, 2) of a model after so many updates of its generator."""
    keras.utils.set_random_seed(r.seed)
    gan = model(r, name)
    gan.compile()
    batch *= getattr(gan, "critic_steps", 1)
    # the ring is endless: an epoch sees new points, CHUNK batches of them
    for epoch in range(steps // CHUNK):
        points = gaussian_ring(CHUNK * batch * SEEDS, seed=epoch)[0]
        gan.fit(points.reshape(-1, SEEDS, 2), batch_size=batch, verbose=0)
    samples = gan.sample(2000, seed=r.seed)
    if not np.isfinite(samples).all():
        raise ValueError(f"The training of {name} has diverged.")
    return samples


def draw(r, results, real):
    """Samples of the first seed of each loss, on the points of the ring."""
    columns = min(len(results), 3)
    _, axes = r.figure("samples", len(results) // columns, columns, size=(8.4, 4.6))
    for ax, (name, samples) in zip(np.ravel(axes), results.items(), strict=True):
        ax.plot(*real[:800].T, ".", color=COLOURS["grey"], markersize=3, label="data")
        ax.plot(*samples[:800, 0].T, ".", color=COLOURS["blue"], markersize=2, label="samples")
        ax.set(title=name, xlabel="$x_1$", ylabel="$x_2$", aspect="equal", xlim=(-1.5, 1.5), ylim=(-1.5, 1.5))
    np.ravel(axes)[0].legend(loc="upper right", markerscale=4)
