"""Localization on shapes: one network, a class and a box, with two costs of the box (§6.6)."""

import keras
import numpy as np
from keras import ops
from matplotlib.patches import Rectangle

from course import figures
from units.u05_convolution import Localizer, iou, objects


def run(r):
    epochs, batch = r.pick(quick=10, full=20), r.pick(quick=20, full=50)
    seeds = [r.seed + i for i in range(r.pick(quick=1, full=3))]
    for loss in r.pick(quick=["giou"], full=["giou", "squared"]):
        accuracies, overlaps = [], []
        for seed in seeds:
            d = r.data(n=r.pick(quick=480, full=8000), n_test=r.pick(quick=200, full=1000), seed=seed)
            x, y = d.images("train"), objects(d.y_train, d.boxes_train[:, 0])
            rate = keras.optimizers.schedules.CosineDecay(
                r.pick(quick=6e-3, full=4e-3), epochs * len(x) // batch
            )
            model = Localizer(d.classes, filters=r.pick(quick=(8, 16, 32), full=(16, 32, 64)), box_loss=loss)
            model.compile(keras.optimizers.Adam(rate))
            with r.model(f"mean_iou_{loss}", model):
                history = model.fit(x, y, batch_size=batch, epochs=epochs, verbose=0).history
            output = model.predict(d.images("test"), batch_size=200, verbose=0)
            overlap = ops.convert_to_numpy(iou(output[:, d.classes :], d.boxes_test[:, 0]))
            accuracies.append(np.mean(output[:, : d.classes].argmax(axis=1) == d.y_test))
            overlaps.append(overlap.mean())
            r.log(f"{loss}, seed {seed}: accuracy {accuracies[-1]:.3f}, mean IoU {overlaps[-1]:.3f}")
        r.metric(f"test_accuracy_{loss}", np.mean(accuracies))
        r.metric(f"mean_iou_{loss}", np.mean(overlaps))
        if loss == "giou":
            r.metric("parameters", model.count_params())
            draw(r, d, output, overlap, history)


def draw(r, d, output, overlap, history):
    """Test images with the true and the predicted box, from the best to the worst; and the curves of training."""
    worst_last = np.argsort(-overlap)[np.linspace(0, len(overlap) - 1, 6).astype(int)]
    _, axes = r.figure("boxes", 2, 3, size=(6.6, 4.8))
    figures.image_grid(axes, d.images("test")[worst_last])
    for ax, i in zip(axes.ravel(), worst_last, strict=True):
        for box, colour in ((d.boxes_test[i, 0], "white"), (output[i, d.classes :], figures.COLOURS["red"])):
            left, top, right, bottom = box
            ax.add_patch(
                Rectangle(
                    (left - 0.5, top - 0.5), right - left, bottom - top, fill=False, color=colour, linewidth=2
                )
            )
        ax.set_title(
            f"{d.class_names[output[i, : d.classes].argmax()]}, IoU {overlap[i]:.2f}",
            fontsize=figures.SMALLEST_TEXT,
        )
    _, ax = r.figure("curves", size=(6, 4))
    for name in ("accuracy", "iou"):
        ax.plot(range(1, len(history[name]) + 1), history[name], label={"iou": "mean IoU"}.get(name, name))
    ax.set(title="Training", xlabel="epoch", ylabel="mean over the training images", ylim=(0, 1))
    ax.legend()
