"""LeNet-5 and two small networks on handwritten digits: 99% with 61,706, 7,754 and 1,932 parameters (§6)."""

import keras
import numpy as np

from course.figures import CYCLE
from units.u05_convolution.counting import size_of
from units.u05_convolution.lenet import lenet5
from units.u05_convolution.random_affine import RandomAffine
from units.u05_convolution.small_convnet import small_convnet, tiny_convnet
from units.u05_convolution.training import trained

# name → network, highest learning rate, augmentation, epochs of --full
NETWORKS = {
    "lenet5": (lenet5, 0.002, (7, 0.07, 1), 10),
    "small_convnet": (small_convnet, 0.01, (10, 0.1, 1.5), 15),
    "tiny_convnet": (tiny_convnet, 0.015, (7, 0.07, 1), 25),
}
QUICK_EPOCHS = 8


def run(r):
    d = r.data()
    data = {split: (doubled(d.images(split)), d.labels(split)) for split in ("train", "test")}
    _, ax = r.figure("training", size=(8, 4.4))
    rows = []
    for colour, name in zip(CYCLE, r.pick(quick=["lenet5"], full=NETWORKS), strict=False):
        results = []
        for i in range(r.pick(quick=1, full=3)):
            with r.model(f"accuracy_{name}"):
                results.append(train(name, data, r.seed + i, r.full))
        accuracies = [accuracy for accuracy, _, _ in results]
        _, parameters, history = results[0]
        r.model(f"accuracy_{name}", parameters)
        r.metric(f"accuracy_{name}", np.mean(accuracies))
        each = ", ".join(f"{100 * a:.2f}" for a in accuracies)
        rows.append((name, f"{parameters:,}", f"{100 * np.mean(accuracies):.2f}", each))
        errors = 100 * (1 - np.array(history["accuracy"]))
        label = f"{name}, {parameters:,} parameters"
        ax.semilogy(range(1, len(errors) + 1), np.maximum(errors, 0.01), color=colour, label=label)
    for name, (build, *_) in NETWORKS.items():
        r.metric(f"parameters_{name}", size_of(build)[0])
    r.table(["network", "parameters", "test accuracy, % (mean)", "of each seed"], rows)
    ax.set(
        title=f"Training on {d.name}",
        xlabel="epoch",
        ylabel="training error (%, log scale)",
    )
    ax.legend()


def doubled(images):
    """The images of ``digits`` (8 × 8) with every pixel twice in both directions; those of MNIST as they are."""
    return images if images.shape[1] == 28 else images.repeat(2, axis=1).repeat(2, axis=2)


def train(name, data, seed, full):
    """Train one network; return its test accuracy after the last epoch, its parameters, and its history."""
    build, rate, moves, epochs = NETWORKS[name]
    keras.utils.set_random_seed(seed)
    (x, y), (x_test, y_test) = data["train"], data["test"]
    if build is lenet5 and full:
        x, x_test = (np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0))) for images in (x, x_test))
    network = build(input_shape=x.shape[1:])
    model, history = trained(
        network,
        x,
        y,
        epochs if full else QUICK_EPOCHS,
        64 if full else 144,
        rate,
        RandomAffine(*moves) if moves and full else None,
    )
    batch = len(y_test) // 10
    measured = model.evaluate(x_test, y_test, batch_size=batch, verbose=0, return_dict=True)
    return measured["accuracy"], network.count_params(), history
