"""Is it the same person? Contrastive and triplet loss, judged on identities that were never seen in training (§6.6)."""

import keras
import numpy as np

from course import figures
from units.u01_machine_learning import area_under, roc_curve
from units.u05_convolution import (
    Siamese,
    TripletNetwork,
    equal_error_rate,
    face_encoder,
    identity_batches,
    random_pairs,
    split_by_identity,
)

IMAGES = 4  # of each identity in a batch


def run(r):
    d = r.data(**options(r))
    x, y = d.images(), d.labels()
    train, test = split_by_identity(y, 1 / 3, r.rng)
    first, second, same = random_pairs(y[test], 2000, r.rng)
    first, second = test[first], test[second]
    r.log(f"{len(set(y[train]))} identities to train on, {len(set(y[test]))} others to test on")

    # The score of a pair is minus its squared distance: between the pixels, or between the embeddings.
    scores = {"pixels": -np.sum(np.square(x[first] - x[second]), axis=(1, 2, 3))}
    for name, encoder in encoders(r, x, y, train).items():
        f = np.zeros((len(x), encoder.output_shape[-1]))
        f[test] = encoder.predict(x[test], batch_size=min(len(test), 512), verbose=0)
        scores[name] = -np.sum(np.square(f[first] - f[second]), axis=1)

    curves = {name: roc_curve(same, score) for name, score in scores.items()}
    rows = [(name, area_under(curve), equal_error_rate(curve)) for name, curve in curves.items()]
    r.model("auc_pixels", 0)
    for name, area, error in rows:
        r.metric(f"auc_{name}", area)
        r.metric(f"equal_error_rate_{name}", error)
    r.table(["distance of", "area", "equal error rate"], [(n, f"{a:.3f}", f"{e:.3f}") for n, a, e in rows])
    draw_curves(r, curves, -scores["triplet"], same)
    draw_pairs(r, x, first, second, same, -scores["triplet"])


def options(r):
    """The size of a generated set; photographs have their own."""
    if r.data_name != "faces":
        return {}
    return r.pick(quick={"n": 1200, "classes": 120, "size": 24}, full={"n": 6000, "classes": 600, "size": 32})


def encoders(r, x, y, train):
    """Train the same encoder by pairs and by triplets, on as many images."""
    widths = r.pick(quick=(8, 16, 32), full=(16, 32, 64))
    identities = min(r.pick(quick=12, full=16), len(set(y[train])) // 2)
    batches, size = r.pick(quick=70, full=1500), identities * IMAGES
    rate = r.pick(quick=2e-3, full=1e-3)

    siamese = Siamese(face_encoder(x.shape[1:], widths), margin=0.7)
    siamese.compile(keras.optimizers.Adam(rate))
    one, two, same = random_pairs(y[train], batches * size // 2, r.rng)
    with r.model("auc_contrastive", siamese.encoder):
        siamese.fit((x[train[one]], x[train[two]]), same, batch_size=size // 2, shuffle=False, verbose=0)

    triplets = TripletNetwork(face_encoder(x.shape[1:], widths), mining="semi_hard")
    triplets.compile(keras.optimizers.Adam(rate))
    rows = train[identity_batches(y[train], identities, IMAGES, batches, r.rng)]
    with r.model("auc_triplet", triplets.encoder):
        triplets.fit(x[rows], y[rows], batch_size=size, shuffle=False, verbose=0)
    return {"contrastive": siamese.encoder, "triplet": triplets.encoder}


def draw_curves(r, curves, squared, same):
    _, (ax, ax_distance) = r.figure("roc", 1, 2, size=(10, 4))
    for name, curve in curves.items():
        ax.plot(curve.false_positive, curve.true_positive, label=f"{name}: area {area_under(curve):.3f}")
    ax.plot([0, 1], [0, 1], ":", color=figures.COLOURS["black"], label="guessing")
    ax.set(title="Verification of new identities", xlabel="false positive rate", ylabel="true positive rate")
    ax.legend(loc="lower right")
    bins = np.linspace(0, squared.max(), 40)
    for value, label, colour in ((1, "same person", "blue"), (0, "two people", "orange")):
        ax_distance.hist(squared[same == value], bins, alpha=0.6, label=label, color=figures.COLOURS[colour])
    ax_distance.set(
        title="Triplet loss: distances of pairs", xlabel="squared distance $\\Delta^2$", ylabel="pairs"
    )
    ax_distance.legend()


def draw_pairs(r, x, first, second, same, squared):
    """The nearest and the farthest pairs of one person and of two."""
    fig, axes = r.figure("pairs", 2, 6, size=(10, 3.2))
    for row, (value, label) in zip(axes, ((1, "same"), (0, "two")), strict=True):
        chosen = np.flatnonzero(same == value)
        chosen = chosen[np.argsort(squared[chosen])]
        for ax, i in zip(row, [*chosen[:3], *chosen[-3:]], strict=True):
            ax.imshow(np.hstack([x[first[i], ..., 0], x[second[i], ..., 0]]), cmap="gray", vmin=0, vmax=1)
            ax.set_title(f"{label}: {squared[i]:.2f}")
            ax.set_axis_off()
    fig.suptitle("The three nearest and the three farthest pairs, with $\\Delta^2$")
