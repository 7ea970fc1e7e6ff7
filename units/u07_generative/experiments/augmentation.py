"""Are generated images worth labels? A classifier trained with few labels and several kinds of new images (§8.1)."""

import keras
import numpy as np
from keras import layers, ops

from course.figures import CYCLE, image_rows
from course.training.rules.kept_values import kept
from units.u04_feedforward import Classifier
from units.u05_convolution import affine
from units.u06_tricks_of_the_trade import block_network, in_percent, mean_and_interval, some_of_each
from units.u07_generative.images_between import images_between
from units.u07_generative.shared_models import trained
from units.u07_generative.variational_autoencoder import VAE, image_coders

WAYS = ("labelled images only", "with noise", "generated", "turned and shifted")


def run(r):
    d = r.data()
    x, y = 2 * d.images("train") - 1, d.labels("train")
    test, answers = 2 * d.images("test") - 1, d.labels("test")
    vae = trained_vae(r, d, x)
    model = Classifier(network(r, x.shape[1:]), classes=10)
    model.compile(keras.optimizers.Adam(r.pick(quick=5e-3, full=2e-3)))
    model.optimizer.build(model.trainable_variables)
    variables = [*model.variables, *model.optimizer.variables]
    numbers, draws = r.pick(quick=(5,), full=(2, 5, 10, 50)), r.pick(quick=3, full=5)
    found = np.zeros((len(numbers), draws, len(WAYS)))
    for i, number in enumerate(numbers):
        for j in range(draws):  # other labelled images in each draw
            rng = np.random.default_rng((r.seed, number, j))
            rows = some_of_each(y, number, rng)
            for k, (images, labels) in enumerate(training_sets(r, vae, x[rows], y[rows], rng)):
                with kept(variables):  # each way starts with the same weights
                    model.fit(images, labels, batch_size=50, epochs=4, verbose=0)
                    logits = model.predict(test, batch_size=r.pick(quick=len(test), full=1000), verbose=0)
                found[i, j, k] = np.mean(logits.argmax(axis=-1) == answers)
    r.table(
        ["labels of each class", *WAYS],
        [(n, *(in_percent(found[i, :, k]) for k in range(len(WAYS)))) for i, n in enumerate(numbers)],
        title=f"test accuracy in %, {draws} draws of the labelled images",
    )
    for i, number in enumerate(numbers):
        r.metric(f"only_labels_{number}", found[i, :, 0].mean())
        for k, name in enumerate(("noise", "generated", "moved"), start=1):
            r.metric(f"gain_{name}_{number}", (found[i, :, k] - found[i, :, 0]).mean())
    draw_gains(r, numbers, found)
    draw_generated(r, vae, x, y)


def network(r, shape):
    """The classifier that gets few labels."""
    if r.full:
        return block_network(shape, 10, (16, 32))
    hidden = [layers.Flatten(), layers.Dense(64, "relu"), layers.Dense(64, "relu")]
    return keras.Sequential([keras.Input(shape), *hidden, layers.Dense(10)])


def trained_vae(r, d, x):
    """An autoencoder that has seen all training images, and no label."""
    if not r.full:
        return trained("VAE", d.name, r.seed).entry.model
    vae, batch = VAE(*image_coders(x.shape[1:], (32, 64), latent=16), seed=r.seed), 200
    vae.compile(keras.optimizers.Adam(1e-3))
    vae.fit(x[: len(x) // batch * batch], batch_size=batch, epochs=20, verbose=0)
    return vae


def training_sets(r, vae, x, y, rng):
    """For each way as many images: the labelled ones again and again, half of them replaced by new ones."""
    size = r.pick(quick=1000, full=5000)
    between = images_between(vae, x, y, size // 2, rng)
    order = rng.permutation(np.resize(np.arange(len(y)), size))
    x, y, half = x[order], y[order], size // 2

    def half_new(images, labels):
        return np.concatenate([x[:half], images]).astype("float32"), np.concatenate([y[:half], labels])

    yield x, y
    yield half_new(x[half:] + 0.3 * rng.normal(size=x[half:].shape), y[half:])
    yield half_new(*between)
    yield half_new(moved(x[half:], rng), y[half:])


def moved(images, rng):
    """Each image turned by up to 15 degrees and shifted by up to a tenth of its side."""
    angle = np.deg2rad(rng.uniform(-15, 15, size=len(images)))
    shift = rng.uniform(-0.1, 0.1, size=(len(images), 2)) * images.shape[1]
    # what comes from outside is 0 there and −1 here
    return ops.convert_to_numpy(affine(images + 1, angle, np.ones_like(angle), shift)) - 1


def draw_gains(r, numbers, found):
    """What each way adds to the accuracy with the same labelled images, with intervals."""
    _, ax = r.figure("gain", size=(7, 4.2))
    places = np.arange(len(numbers))
    for k, colour in zip(range(1, len(WAYS)), CYCLE, strict=False):
        gains = [values[:, k] - values[:, 0] for values in found]
        mean, half = 100 * np.transpose([mean_and_interval(values) for values in gains])
        ax.errorbar(places + 0.1 * (k - 2), mean, yerr=half, fmt="o", capsize=4, color=colour, label=WAYS[k])
    ax.axhline(0, color="grey", linewidth=0.8)
    ax.set(
        title=f"What new images add ({r.data_name})",
        xlabel="labels of each class",
        ylabel="gain of test accuracy (points)",
        xlim=(-0.5, len(numbers) - 0.5),
    )
    ax.set_xticks(places, numbers)
    ax.legend()


def draw_generated(r, vae, x, y):
    """Images between pairs of images of one class."""
    rng = np.random.default_rng(r.seed)
    rows = some_of_each(y, 2, rng)
    images, labels = images_between(vae, x[rows], y[rows], 200, rng)
    fig, ax = r.figure("generated", size=(9, 3.2))
    columns = [images[labels == k][:3] for k in range(10)]
    image_rows(ax, np.stack(columns, axis=1).reshape(-1, *x.shape[1:]), rows=3, vmin=-1, vmax=1)
    fig.suptitle("Images between two labelled images of one class")
