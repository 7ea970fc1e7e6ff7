"""A deep fake of drawn faces beside the truth, and a detector whose ROC says how long it helps (§8.1)."""

import keras
import numpy as np

from course.figures import CYCLE, image_rows
from units.u01_machine_learning import area_under, roc_curve
from units.u04_feedforward import Classifier
from units.u06_tricks_of_the_trade import block_network
from units.u07_generative.face_swap import FaceSwap, face_coders
from units.u07_generative.two_people import two_people


def run(r):
    size = r.pick(quick=300, full=3000)

    def people(number):
        return two_people(size, pose_seed=10 * r.seed + number)

    # the two people are never seen in the same pose
    pair = people(1)[0], people(2)[1]
    source, truth = people(3)
    model = trained(r, pair)
    fakes = model.swap(source, to="b")
    faces = {
        "the swapped face": fakes,
        "the face of a, not swapped": source,
        "the mean face of b": pair[1].mean(axis=0, keepdims=True),
        "the face of b, encoded and decoded": model.predict((source, truth), batch_size=size, verbose=0)[1],
    }
    if r.full:
        faces["swapped without N_a and N_b"] = trained(r, pair, normalize=False).swap(source, to="b")
    errors = {name: float(np.abs(images - truth).mean()) for name, images in faces.items()}
    rows = [(name, f"{error:.3f}") for name, error in errors.items()]
    r.table(["in place of the face of b in the pose of a", "mean absolute error"], rows)
    swapped, *others = errors.values()
    r.metric("error_over_source", swapped / others[0])
    r.metric("error_over_mean_face", swapped / others[1])
    if r.full:
        r.metric("error_without_normalization_over_source", others[3] / others[0])
    draw_faces(r, source, fakes, truth)
    detect(r, fakes, people(4)[1])


def trained(r, pair, normalize=True):
    """A model that has seen images of both people."""
    keras.utils.set_random_seed(r.seed)
    model = FaceSwap(*face_coders((24, 24, 1), r.pick(quick=128, full=512)), normalize)
    model.compile(keras.optimizers.Adam(r.pick(quick=5e-3, full=1e-3)))
    model.fit(pair, batch_size=50, epochs=r.pick(quick=36, full=50), verbose=0)
    return model


def detect(r, fakes, real):
    """Train a detector on half of the images, and test it on the others: as they are, and after changes."""
    half = len(real) // 2
    keras.utils.set_random_seed(r.seed)
    detector = Classifier(block_network(real.shape[1:], 2, (8, 16), normalize=False), classes=2)
    detector.compile(keras.optimizers.Adam(3e-3))
    x, y = np.concatenate([real[:half], fakes[:half]]), np.repeat([0, 1], half)
    detector.fit(x, y, batch_size=50, epochs=r.pick(quick=15, full=10), verbose=0)
    _, ax = r.figure("detector", size=(6.2, 4.4))
    changes = {
        "as made": lambda images: images,
        "made smaller": smaller,
        "with noise": lambda images: images + 0.3 * r.rng.normal(size=images.shape),
    }
    areas = {}
    for (name, change), colour in zip(changes.items(), CYCLE, strict=False):
        images = np.concatenate([change(real[half:]), change(fakes[half:])]).astype("float32")
        logits = detector.predict(images, batch_size=len(images), verbose=0)
        is_fake = np.repeat([0, 1], [len(real) - half, len(fakes) - half])
        curve = roc_curve(is_fake, logits[:, 1] - logits[:, 0])
        areas[name] = area_under(curve)
        label = f"{name}: area {areas[name]:.2f}"
        ax.plot(curve.false_positive, curve.true_positive, color=colour, label=label)
    ax.plot([0, 1], [0, 1], ":", color="grey", label="guessing: area 0.50")
    ax.set(title="A detector of fakes", xlabel="false positive rate", ylabel="true positive rate")
    ax.legend(loc="lower right")
    r.table(
        ["test images, real and fake", "area under the ROC curve"],
        [(k, f"{v:.3f}") for k, v in areas.items()],
    )
    r.metric("area_as_made", areas["as made"])
    r.metric("lost_if_made_smaller", areas["as made"] - areas["made smaller"])
    r.metric("lost_with_noise", areas["as made"] - areas["with noise"])


def smaller(images):
    """The mean of every 2 × 2 pixels, shown at the old size: websites do such things to pictures."""
    n, height, width, channels = images.shape
    means = images.reshape(n, height // 2, 2, width // 2, 2, channels).mean(axis=(2, 4))
    return means.repeat(2, axis=1).repeat(2, axis=2)


def draw_faces(r, *rows):
    """Faces of a, the swapped faces, and the truth, below each other."""
    fig, axes = r.figure("swap", 3, size=(9, 5.0))
    titles = ("person a", "swapped: b in the pose of a", "person b, drawn in this pose")
    for ax, images, title in zip(axes, rows, titles, strict=True):
        image_rows(ax, images[:7], title=title, vmin=-1, vmax=1)
    fig.suptitle("One encoder, two decoders")
