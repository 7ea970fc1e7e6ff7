"""A conditional GAN draws the digit that it is asked for (§8.3)."""

import keras
import numpy as np
from scipy.spatial.distance import cdist

from course import figures
from units.u07_generative.conditional_gan import ConditionalGAN
from units.u07_generative.dcgan import dcgan_discriminator, dcgan_generator
from units.u07_generative.dense_networks import dense_discriminator, dense_generator

EACH = 20  # samples of each class


def run(r):
    d = r.data()
    x, y, classes = 2 * d.images("train") - 1, d.labels("train"), d.classes
    height, width, channels = x.shape[1:]
    latent = r.pick(quick=16, full=64)
    if r.full:
        networks, options = (dcgan_generator, dcgan_discriminator), {}
    else:
        networks, options = (dense_generator, dense_discriminator), {"hidden": 1}
    rate = r.pick(quick=3e-3, full=2e-4)
    model = ConditionalGAN(
        networks[0]((height, width, channels), latent + classes, **options),
        networks[1]((height, width, channels + classes), **options),
        latent,
        classes,
        generator_optimizer=keras.optimizers.Adam(rate, beta_1=0.5),
        discriminator_optimizer=keras.optimizers.Adam(r.pick(quick=2, full=1) * rate, beta_1=0.5),
    )
    batch = r.pick(quick=100, full=256)
    whole = len(x) // batch * batch
    model.compile(steps_per_execution=r.pick(quick=whole // batch, full=1))
    model.fit(x[:whole], y[:whole], batch_size=batch, epochs=r.pick(quick=14, full=30), verbose=0)

    samples = model.sample(EACH * classes, seed=r.seed)
    asked = np.arange(len(samples)) % classes
    # the class of the nearest test image, which neither network has seen
    x_test, y_test = 2 * d.images("test") - 1, d.labels("test")
    seen = y_test[cdist(*(images.reshape(len(images), -1) for images in (samples, x_test))).argmin(axis=1)]
    r.metric("agreement", np.mean(seen == asked))
    rows = [(name, f"{np.mean(seen[asked == k] == k):.2f}") for k, name in enumerate(d.class_names)]
    r.table(
        ["digit asked for", "nearest test image is that digit"],
        rows,
        f"{EACH} samples of each ({r.data_name})",
    )

    fig, ax = r.figure("classes", size=(6.4, 3.2))
    figures.image_rows(ax, samples[: 4 * classes], rows=4, vmin=-1, vmax=1)
    fig.suptitle("Each column is asked for one digit")
