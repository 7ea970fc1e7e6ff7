"""Eight modes on a ring: which adversarial losses find all of them (§8.3).

The quick run trains the two losses of the first GAN, 500 updates with a large learning rate. ``--full`` trains all six
models, and the spectrally normalized one with five bounds of the slope of its discriminator. The hinge loss asks for
D ≥ 1 at the modes and D ≤ −1 between them. Neighbouring centers are 0.77 apart, so D needs a slope of about
2 / 0.38 = 5 for that. The largest slope of a trained D is far below the bound, which is the product of the largest
singular values of all layers, and leaky rectifiers halve most of it. So the bound has to be several times 5.
"""

import keras
import numpy as np
from keras import ops

import course
from course.figures import COLOURS
from units.u07_generative.gan import GAN
from units.u07_generative.gaussian_ring import gaussian_ring, high_quality_share, modes_caught
from units.u07_generative.lsgan import LSGAN
from units.u07_generative.ring_networks import ring_discriminator, ring_generator
from units.u07_generative.spectral_gan import SpectralGAN
from units.u07_generative.wgan import WGAN
from units.u07_generative.wgan_gp import WGANGP

SEEDS, LATENT, CHUNK = 3, 8, 100
BOUNDS = (1, 3, 10, 30, 100)  # of the spectrally normalized D, with SEEDS members each
CHOSEN = 30  # the bound in the table of all losses
SPECTRAL = "spectral norm."
QUICK = ("minimax", "non-saturating")
ALL = (*QUICK, "LSGAN", "WGAN", "WGAN-GP", SPECTRAL)


def run(r):
    steps = r.pick(quick=500, full=10_000)
    rows, shown = [], {}
    for name in r.pick(quick=QUICK, full=ALL):
        gan, samples = trained(r, name, steps)
        if name == SPECTRAL:
            compare_bounds(r, gan, samples)
            start = SEEDS * BOUNDS.index(CHOSEN)
            samples = samples[:, start : start + SEEDS]
        modes, shares = judged(samples)
        key = name.lower().replace("-", "_").replace(" ", "_").rstrip(".")
        r.metric(f"modes_{key}", np.mean(modes))
        r.metric(f"good_share_{key}", np.mean(shares))
        rows.append((name, *texts(modes, shares)))
        shown[name] = samples
    real = gaussian_ring(2000, seed=r.seed)[0]
    rows.append(("the ring itself", modes_caught(real), f"{100 * high_quality_share(real):.0f}"))
    r.table(
        ["loss", "modes caught of 8", "samples within 3 deviations (%)"],
        rows,
        title=f"{SEEDS} seeds, {steps} updates of the generator",
    )
    draw(r, shown, real)


def judged(samples):
    """The modes caught and the share of good samples of every member, from samples (size, members, 2)."""
    members = range(samples.shape[1])
    return [modes_caught(samples[:, i]) for i in members], [
        high_quality_share(samples[:, i]) for i in members
    ]


def texts(modes, shares):
    """Both as text, one number for each member."""
    return ", ".join(map(str, modes)), ", ".join(f"{100 * share:.0f}" for share in shares)


def model(r, name):
    """The model with all seeds as members; the networks are alike but for the spectral normalization."""
    rate = r.pick(quick=8e-3, full=5e-4)
    members = SEEDS * len(BOUNDS) if name == SPECTRAL else SEEDS
    bounds = [bound for bound in BOUNDS for _ in range(SEEDS)] if name == SPECTRAL else 1.0
    parts = (
        ring_generator(members, LATENT),
        ring_discriminator(members, spectral=name == SPECTRAL, bound=bounds),
        (members, LATENT),
    )
    optimizer = keras.optimizers.RMSprop if name == "WGAN" else keras.optimizers.Adam
    options = {"learning_rate": rate / 2} if name == "WGAN" else {"learning_rate": rate, "beta_1": 0.5}
    two = {f"{which}_optimizer": optimizer(**options) for which in ("generator", "discriminator")}
    return {
        "minimax": lambda: GAN(*parts, loss_name="minimax", **two),
        "non-saturating": lambda: GAN(*parts, **two),
        "LSGAN": lambda: LSGAN(*parts, **two),
        "WGAN": lambda: WGAN(*parts, delta=0.1, **two),
        "WGAN-GP": lambda: WGANGP(*parts, kappa=1.0, **two),
        SPECTRAL: lambda: SpectralGAN(*parts, **two),
    }[name]()


def trained(r, name, steps, batch=64):
    """A model after so many updates of its generator, and its samples (2000, members, 2)."""
    keras.utils.set_random_seed(r.seed)
    gan = model(r, name)
    gan.compile(steps_per_execution=r.pick(quick=CHUNK, full=1))
    members = gan.latent_shape[0]
    batch *= getattr(gan, "critic_steps", 1)
    # the ring is endless: an epoch sees new points, CHUNK batches of them
    for epoch in range(steps // CHUNK):
        points = gaussian_ring(CHUNK * batch * members, seed=epoch)[0]
        gan.fit(points.reshape(-1, members, 2), batch_size=batch, verbose=0)
    samples = gan.sample(2000, seed=r.seed)
    if not np.isfinite(samples).all():
        raise ValueError(f"The training of {name} has diverged.")
    return gan, samples


def compare_bounds(r, gan, samples):
    """What each bound of the slope gives: the largest slope of D, modes and good samples."""
    members = samples.shape[1]
    # the slope of every member's D at the same random places around the ring
    places = np.repeat(np.random.default_rng(0).uniform(-1.3, 1.3, (2000, 1, 2)), members, axis=1)
    slope = course.compiled(course.grad(lambda x: ops.sum(gan.discriminator(x))))(places.astype("float32"))
    largest = np.linalg.norm(ops.convert_to_numpy(slope), axis=-1).max(axis=0)
    modes, shares = judged(samples)
    rows = []
    for i, bound in enumerate(BOUNDS):
        group = slice(i * SEEDS, (i + 1) * SEEDS)
        r.metric(f"modes_bound_{bound}", np.mean(modes[group]))
        r.metric(f"largest_slope_bound_{bound}", largest[group].mean())
        rows.append(
            (bound, ", ".join(f"{v:.1f}" for v in largest[group]), *texts(modes[group], shares[group]))
        )
    r.table(
        ["bound", "largest slope of D", "modes caught of 8", "samples within 3 deviations (%)"],
        rows,
        title="spectral normalization by the bound of the slope",
    )


def draw(r, results, real):
    """Samples of the first seed of each loss, on the points of the ring."""
    columns = min(len(results), 3)
    fig, axes = r.figure("samples", len(results) // columns, columns, size=(8.4, 4.6))
    for ax, (name, samples) in zip(np.ravel(axes), results.items(), strict=True):
        ax.plot(*real[:800].T, ".", color=COLOURS["grey"], markersize=3, label="data")
        ax.plot(*samples[:800, 0].T, ".", color=COLOURS["blue"], markersize=2, label="samples")
        ax.set(title=name, xlabel="$x_1$", ylabel="$x_2$", aspect="equal", xlim=(-1.5, 1.5), ylim=(-1.5, 1.5))
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=2, markerscale=4)
