"""Weights that were learned from photographs of faces, reused for faces that were drawn (§6.5)."""

import keras
import numpy as np
from keras import ops

import course
from course.figures import COLOURS, image_rows
from units.u06_tricks_of_the_trade.face_network import face_network, pretrained_face_network
from units.u06_tricks_of_the_trade.intervals import mean_and_interval

LABELS, SPLITS = (1, 2, 5), 5  # images of each person with a label; draws of these images
PENALTY = 10.0  # δ times the number of images with labels


def run(r):
    d = r.data()
    people = d.labels() < r.pick(quick=20, full=len(set(d.labels())))
    x, y = pixels(d.images()[people]), d.labels()[people]
    shown = {
        r.pick(quick="drawn faces", full="photographs"): x,
        "digits": pixels(course.data.load("digits").images("test")[: len(x)]),
        "noise": r.rng.uniform(-1, 1, size=x.shape).astype("float32"),
    }
    network = pretrained_face_network()
    seen = {name: network.predict(images, batch_size=len(x), verbose=0) for name, images in shown.items()}
    shares = {name: found["probability"][:, 1].mean() for name, found in seen.items()}
    for key, share in zip(("faces", "digits", "noise"), shares.values(), strict=True):
        r.metric(f"probability_of_a_face_{key}", share)
    pretrained = next(iter(seen.values()))["features"]
    keras.utils.set_random_seed(r.seed)
    network.set_weights(face_network().get_weights())  # the same program with other weights
    features = {
        "weights from photographs": pretrained,
        "random weights": network.predict(x, batch_size=len(x), verbose=0)["features"],
        "pixels": x[..., 0].reshape(len(x), -1),
    }
    found = {
        way: np.array(
            [[accuracy(values, y, number, (r.seed, split)) for split in range(SPLITS)] for number in LABELS]
        )
        for way, values in features.items()
    }
    for way, key in zip(found, ("pretrained", "random", "pixels"), strict=True):
        for number, values in zip(LABELS, found[way], strict=True):
            r.metric(f"accuracy_{key}_{number}", values.mean())
    with_most = [values[-1].mean() for values in found.values()]
    r.metric("gain", with_most[0] - max(with_most[1:]))
    r.metric("parameters", network.count_params())
    r.table(
        ["features", *(f"{number} of each" for number in LABELS)],
        [
            (way, *("{:.1f} ± {:.1f}%".format(*np.multiply(100, mean_and_interval(row))) for row in rows))
            for way, rows in found.items()
        ],
        title=f"Who is it, of {len(set(y))} people? 95% intervals of {SPLITS} draws of the images with labels",
    )
    draw(r, found, shares, x)


def pixels(images):
    """Images with values in [0, 1], with or without channels, as the network takes them: 48 × 48 × 3, in [−1, 1]."""
    images = np.asarray(images, "float32").reshape(*np.shape(images)[:3], -1)
    large = ops.convert_to_numpy(ops.image.resize(images, (48, 48), data_format="channels_last"))
    return np.repeat(2 * large - 1, 3 // large.shape[-1], axis=-1)


def accuracy(features, y, number, seed):
    """The accuracy of ridge regression of the people's indicators on features, learned from some images of each.

    W = f(X)ᵀ (f(X) f(X)ᵀ + δ I)⁻¹ Y,   f(X) the features of the images with labels, centred and scaled

    The strength δ of the penalty is 10 divided by the number of these images.
    """
    rng = np.random.default_rng((*seed, number))
    known = np.concatenate([rng.choice(np.flatnonzero(y == k), number, replace=False) for k in np.unique(y)])
    others = np.setdiff1d(np.arange(len(y)), known)
    scaled = (features - features[known].mean(axis=0)) / (features[known].std(axis=0) + 1e-3)
    scaled /= np.sqrt(scaled.shape[1])
    known_features, Y = scaled[known], np.equal.outer(y[known], np.unique(y)).astype("float64")
    # (f(X) f(X)ᵀ + δ I)⁻¹ Y
    weights = np.linalg.solve(
        known_features @ known_features.T + PENALTY / len(known) * np.eye(len(known)), Y
    )
    scores = scaled[others] @ known_features.T @ weights
    return np.mean(np.unique(y)[scores.argmax(axis=1)] == y[others])


def draw(r, found, shares, x):
    """Accuracy against the number of labels; for how sure the network is that it sees a face, and what it was shown."""
    _, ax = r.figure("labels", size=(6.5, 4.2))
    for (way, values), colour, marker in zip(found.items(), ("blue", "orange", "grey"), "os^", strict=True):
        mean, half = np.transpose([mean_and_interval(row) for row in values])
        ax.errorbar(
            LABELS, 100 * mean, yerr=100 * half, fmt=f"{marker}-", capsize=3, color=COLOURS[colour], label=way
        )
    ax.set(
        title=f"Who is it? ({r.data_name})",
        xlabel="images of each person with a label",
        ylabel="accuracy on the others (%)",
    )
    ax.set_xticks(LABELS)
    ax.set_ylim(bottom=0)
    ax.legend()
    _, axes = r.figure("faces", 1, 2, size=(8, 3.2), width_ratios=(1, 1.4))
    image_rows(axes[0], (x[:80:10, :, :, 0] + 1) / 2, rows=2, title="What it is shown", vmin=0, vmax=1)
    axes[1].barh(
        list(shares)[::-1], [100 * share for share in list(shares.values())[::-1]], color=COLOURS["blue"]
    )
    axes[1].set(title="“This is a face”", xlabel="mean probability (%)")
