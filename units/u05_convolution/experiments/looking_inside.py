"""What does a trained network look at? Filters, activation maps, saliency, Grad-CAM, and a sanity check (§6.4)."""

import keras
import numpy as np
from keras import layers, ops

import course
from course import figures
from units.u05_convolution import grad_cam, randomized, rank_correlation, saliency

SHOWN = 6


def run(r):
    d = r.data()
    x, _ = canvas(d.images("train"), r.rng)
    x_test, inside = canvas(d.images("test"), r.rng)
    features, head = parts(x.shape[1:], d.classes)
    network = keras.Sequential([features, head])
    network.compile(
        keras.optimizers.Adam(r.pick(quick=5e-3, full=2e-3)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    batch_size, epochs = r.pick(quick=(32, 4), full=(128, 5))
    whole = r.whole(len(x), batch_size)
    network.fit(x[:whole], d.labels("train")[:whole], batch_size=batch_size, epochs=epochs, verbose=0)
    logits = network.predict(x_test, batch_size=500, verbose=0)
    r.metric("test_accuracy", np.mean(logits.argmax(axis=1) == d.labels("test")))

    x_test, y, inside = x_test[:60], logits[:60].argmax(axis=1), inside[:60]

    # One compiled function of the weights, for the trained network and for random ones.
    @course.compiled
    def explain(x, y, *weights):
        both = course.pure(lambda: (saliency(network, x, y), grad_cam(features, head, x, y)), network.weights)
        return both(*weights)

    def maps(weights):
        by_pixels, by_maps = explain(ops.convert_to_tensor(x_test), ops.convert_to_tensor(y), *weights)
        large = ops.image.resize(by_maps[..., None], x_test.shape[1:3], data_format="channels_last")
        return {"saliency": ops.convert_to_numpy(by_pixels), "Grad-CAM": ops.convert_to_numpy(large)[..., 0]}

    trained = network.get_weights()
    found = {k: maps(randomized(trained, k, r.rng)) for k in range(len(trained) // 2 + 1)}
    r.metric("area_of_the_digit", inside.mean())
    for name, values in found[0].items():
        share = np.sum(values * inside, axis=(1, 2)) / np.maximum(np.sum(values, axis=(1, 2)), 1e-12)
        r.metric(f"share_on_the_digit_{identifier(name)}", share.mean())
    correlations = {
        name: [rank_correlation(found[0][name], found[k][name]).mean() for k in found] for name in found[0]
    }
    for name, values in correlations.items():
        r.metric(f"correlation_{identifier(name)}_all_random", values[-1])
    draw_filters(r, trained[0], features, x_test[:1])
    draw_maps(r, x_test, found)
    draw_correlations(r, correlations)


def identifier(name):
    return name.lower().replace("-", "_")


def canvas(images, rng):
    """Each image at a random place of a noisy canvas, 2½ times as wide; and which pixels of the canvas it covers."""
    side = images.shape[1]
    size = 4 * (5 * side // 8)
    x = 0.3 * rng.uniform(size=(len(images), size, size, 1)).astype("float32")
    inside = np.zeros((len(images), size, size), bool)
    for k, (i, j) in enumerate(rng.integers(size - side + 1, size=(len(images), 2))):
        x[k, i : i + side, j : j + side] = np.maximum(x[k, i : i + side, j : j + side], images[k])
        inside[k, i : i + side, j : j + side] = True
    return x, inside


def parts(image_shape, classes):
    """A small convolutional network in two parts: up to the last activation maps, and from there to the logits."""
    features = keras.Sequential(
        [
            keras.Input(image_shape),
            layers.Conv2D(16, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
        ]
    )
    maps = keras.Input(features.output_shape[1:])
    head = keras.Sequential([maps, layers.GlobalMaxPooling2D(), layers.Dense(classes)])
    return features, head


def draw_filters(r, kernels, features, x):
    """Eight filters of the first layer, those that answer most to one image, and their answers."""
    fig, axes = r.figure("filters", 2, 9, size=(11, 3))
    answers = ops.convert_to_numpy(features.layers[0](x))[0]
    limit = np.abs(kernels).max()
    for ax in axes.flat:
        ax.set_axis_off()
    axes[0, 0].imshow(x[0, ..., 0], cmap="gray")
    axes[0, 0].set_title("image")
    for (above, below), c in zip(axes[:, 1:].T, np.argsort(-answers.mean(axis=(0, 1))), strict=False):
        above.imshow(kernels[:, :, 0, c], cmap="RdBu", vmin=-limit, vmax=limit)
        below.imshow(answers[:, :, c])
    fig.suptitle("Eight filters of the first layer, and their activation maps for the image")


def draw_maps(r, x, found):
    """Images with the maps of the trained network and of one with random weights."""
    last = max(found)
    rows = [("saliency", 0), ("Grad-CAM", 0), ("saliency", last), ("Grad-CAM", last)]
    fig, axes = r.figure("maps", len(rows) + 1, SHOWN, size=(6.5, 5))
    for n in range(SHOWN):
        axes[0, n].imshow(x[n, ..., 0], cmap="gray")
        for ax, (name, k) in zip(axes[1:, n], rows, strict=True):
            ax.imshow(x[n, ..., 0], cmap="gray")
            ax.imshow(found[k][name][n], cmap="inferno", alpha=0.7)
    for ax, label in zip(axes[:, 0], ("image", "saliency", "Grad-CAM", "saliency", "Grad-CAM"), strict=True):
        ax.set_ylabel(label)
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
    fig.suptitle("Rows 2 and 3: trained; rows 4 and 5: random weights")


def draw_correlations(r, correlations):
    _, ax = r.figure("sanity", size=(6, 4))
    for (name, values), marker in zip(correlations.items(), figures.MARKERS, strict=False):
        ax.plot(range(len(values)), values, f"{marker}-", label=name)
    ax.axhline(0, color=figures.COLOURS["black"], linewidth=1)
    ax.set(
        title="Maps of the trained and of the randomized network",
        xlabel="number of randomized layers, from the logits down",
        ylabel="rank correlation",
        ylim=(-0.3, 1.05),
    )
    ax.set_xticks(range(len(values)))
    ax.legend()
