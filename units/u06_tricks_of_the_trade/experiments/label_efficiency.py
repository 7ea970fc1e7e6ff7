"""How many labels does one need? One encoder with four starts: nothing, other classes, SimCLR, masked images (§6.5)."""

import keras
import numpy as np
from keras import layers, ops

import course
from course.figures import CYCLE, image_rows
from units.u04_feedforward import Classifier
from units.u05_convolution import RandomAffine
from units.u06_tricks_of_the_trade.blocks import image_encoder
from units.u06_tricks_of_the_trade.contrastive import Contrastive
from units.u06_tricks_of_the_trade.intervals import in_percent, mean_and_interval, of_seeds
from units.u06_tricks_of_the_trade.masked_autoencoder import MaskedAutoencoder
from units.u06_tricks_of_the_trade.restart import restart
from units.u06_tricks_of_the_trade.two_tasks import some_of_each, two_tasks

WAYS = ("from scratch", "other classes", "SimCLR", "masked autoencoder", "from scratch, augmented")
VIEW = (20, 0.2, 1.5)
QUICK_WAYS = ("from scratch", "SimCLR", "masked autoencoder")
SIZES = ((16, 32), 64)
NUMBERS = (10, 25, 50, 100, 250, 500)


def run(r):
    d = r.data()
    ways, numbers = (WAYS, NUMBERS) if r.full else (QUICK_WAYS, (4, 40))
    seeds = range(r.seed, r.seed + r.pick(quick=1, full=3))
    results = np.array([accuracies(r, d, ways, numbers, seed) for seed in seeds])  # (seeds, numbers, ways)
    rows = []
    for i, number in enumerate(numbers):
        rows.append((number, *(in_percent(results[:, i, j]) for j in range(len(ways)))))
        for j, way in enumerate(ways):
            r.metric(f"{way.lower().replace(',', '').replace(' ', '_')}_{number}", results[:, i, j].mean())
        r.metric(
            f"best_gain_{number}",
            (results[:, i, 1 : 4 if r.full else 3].max(axis=1) - results[:, i, 0]).mean(),
        )
    r.table(
        ["labels of each class", *ways],
        rows,
        title=f"test accuracy in %, {of_seeds(len(seeds))}",
    )
    draw(r, ways, numbers, results)


def starts(r, ways, first, images):
    """Encoders of the same shape: at random, trained on other classes, and twice without labels."""
    sizes = r.pick(quick=((8,), 32), full=SIZES)
    encoders = {way: image_encoder(images.shape[1:], *sizes) for way in ways if way in WAYS[:4]}
    height, width, channels = images.shape[1:]
    units, batch = r.pick(quick=32, full=128), r.pick(quick=100, full=250)

    def trained(model, *data, epochs):
        model.compile(keras.optimizers.Adam(r.pick(quick=3e-3, full=1e-3)))
        whole = len(data[0]) // batch * batch
        model.fit(*(array[:whole] for array in data), batch_size=batch, epochs=epochs, verbose=0)
        return model

    if WAYS[1] in encoders:
        with_head = keras.Sequential([encoders[WAYS[1]], layers.Dense(first.classes)])
        trained(Classifier(with_head, first.classes), first.x, first.y, epochs=3)
    view = RandomAffine(*r.pick(quick=(15, 0.1, 1), full=VIEW))
    features = keras.Input((sizes[-1],))  # with it a network is built before the first batch
    projection = keras.Sequential(
        [features, layers.Dense(units, activation="relu"), layers.Dense(units // 4)]
    )
    trained(Contrastive(encoders[WAYS[2]], view, projection, 0.2), images, epochs=r.pick(quick=10, full=15))
    decoder = keras.Sequential(
        [
            features,
            layers.Dense(units, activation="relu"),
            layers.Dense(height * width * channels),
            layers.Reshape(images.shape[1:]),
        ]
    )
    masked = MaskedAutoencoder(encoders[WAYS[3]], decoder, size=2, share=0.5)
    trained(masked, images, epochs=r.pick(quick=10, full=15))
    return encoders, masked


def accuracies(r, d, ways, numbers, seed):
    """Test accuracies (numbers, ways) of the starts, each with all weights trained on the labels."""
    keras.utils.set_random_seed(seed)
    first, second = two_tasks(d, halve=r.full)
    encoders, masked = starts(r, ways, first, second.x)  # the images of the second task without their labels
    if seed == r.seed:
        draw_completed(r, masked, second.x_test[:6])
    starts_of = [keras.Sequential([encoder, layers.Dense(second.classes)]) for encoder in encoders.values()]
    # one model for all starts, so that its step is compiled once
    models = [compiled(r, keras.models.clone_model(starts_of[0]), second.classes)] * len(starts_of)
    if r.full:
        view = RandomAffine(*VIEW)
        other = image_encoder(second.x.shape[1:], *SIZES)
        network = keras.Sequential(
            [keras.Input(second.x.shape[1:]), view, other, layers.Dense(second.classes)]
        )
        starts_of.append(network)
        models.append(compiled(r, keras.models.clone_model(network), second.classes))
    batch, steps = r.pick(quick=(20, 60), full=(25, 400))  # quick, 20 and 200 rows: one shape of a batch
    found = []
    for number in numbers:
        rows = some_of_each(second.y, number, np.random.default_rng((seed, number)))
        # all epochs in one: what fit does between two of them takes longer than the batches of one
        rng = np.random.default_rng(seed)
        order = np.concatenate([rng.permutation(rows) for _ in range(steps * batch // len(rows))])
        accuracies = []
        for start, model in zip(starts_of, models, strict=True):
            restart(model, model.network, fresh=start)
            model.fit(second.x[order], second.y[order], batch_size=batch, shuffle=False, verbose=0)
            logits = model.predict(second.x_test, batch_size=len(second.x_test), verbose=0)
            accuracies.append(np.mean(logits.argmax(axis=-1) == second.y_test))
        found.append(accuracies)
        r.log(f"seed {seed}, {number} labels: {np.round(found[-1], 3)}")
    return found


def compiled(r, network, classes):
    """A classifier that is ready to be trained, from one start after the other."""
    model = Classifier(network, classes)
    model.compile(keras.optimizers.Adam(r.pick(quick=3e-3, full=1e-3)))
    model.optimizer.build(model.trainable_variables)
    return model


def draw(r, ways, numbers, results):
    """Accuracy against the number of labels."""
    _, ax = r.figure("labels", size=(6.5, 4.2))
    for j, (way, colour) in enumerate(zip(ways, CYCLE, strict=False)):
        mean, half = np.transpose([mean_and_interval(results[:, i, j]) for i in range(len(numbers))])
        places = np.array(numbers) * 1.03 ** (j - 1.5)  # side by side, so that no interval covers another one
        half = None if np.isnan(half).any() else 100 * half
        ax.errorbar(places, 100 * mean, yerr=half, fmt="o-", capsize=3, color=colour, label=way)
    ax.set(
        title=f"Digits 5–9 with few labels ({r.data_name})",
        xlabel="labels of each class (log scale)",
        ylabel="test accuracy (%)",
        xscale="log",
    )
    ax.set_xticks(numbers, numbers)
    ax.minorticks_off()
    ax.legend()


def draw_completed(r, masked, images):
    """What the masked autoencoder sees, and what it makes of it."""
    seen, completed, _ = (ops.convert_to_numpy(v) for v in course.compiled(masked.complete)(images))
    fig, axes = r.figure("masked", 3, size=(7, 3.7))
    for ax, pictures, label in zip(
        axes, (images, seen, completed), ("image", "masked", "completed"), strict=True
    ):
        image_rows(ax, pictures, title=label, vmin=0, vmax=1)
    fig.suptitle("The masked autoencoder completes test images")
