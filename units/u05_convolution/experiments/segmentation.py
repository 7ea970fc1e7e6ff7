"""A U-Net labels every pixel; quick: shape or background, full: the class of the shape (§6.6)."""

import keras
import numpy as np
from matplotlib.colors import ListedColormap

from course import figures
from units.u05_convolution import MeanIoU, u_net

SHOWN = 6
COLOURS = ListedColormap(["white", *figures.CYCLE[:5]])


def run(r):
    d = r.data(**r.pick(quick={"n": 240, "n_test": 100}, full={"n": 3000, "n_test": 500}))
    x, x_test = d.images("train"), d.images("test")
    names = r.pick(quick=("background", "shape"), full=("background", *d.class_names))
    # Class numbers of the masks: 0 is the background, k + 1 the class k. In the quick run all shapes are 1.
    y, y_test = (np.minimum(masks, len(names) - 1) for masks in (d.masks_train, d.masks_test))
    epochs, batch_size = r.pick(quick=2, full=15), r.pick(quick=8, full=32)
    scores = []
    for i in range(r.pick(quick=1, full=3)):
        keras.utils.set_random_seed(r.seed + i)
        model = u_net(x.shape[1:], len(names), r.pick(quick=(6, 12), full=(12, 24, 48)), batch_norm=True)
        steps = epochs * -(-len(x) // batch_size)
        rate = r.pick(quick=2e-2, full=3e-3)
        schedule = keras.optimizers.schedules.CosineDecay(
            rate / 10, steps, alpha=0.01, warmup_target=rate, warmup_steps=steps // 5
        )
        model.compile(
            keras.optimizers.Adam(schedule), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        )
        with r.model("mean_iou", model):
            model.fit(x, y, batch_size=batch_size, epochs=epochs, verbose=0)
        logits = model.predict(x_test, batch_size=100, verbose=0)
        metric = MeanIoU(len(names))
        metric.update_state(y_test, logits)
        scores.append(float(metric.result()))
        r.log(f"seed {r.seed + i}: mean IoU {scores[-1]:.4f}")
    r.metric("mean_iou", np.mean(scores))
    r.metric("pixel_accuracy", np.mean(logits.argmax(axis=-1) == y_test))
    both = MeanIoU(2)  # shape or background, whatever its class
    both.update_state(
        np.minimum(y_test, 1), np.stack([logits[..., 0], logits[..., 1:].max(axis=-1)], axis=-1)
    )
    r.metric("mean_iou_of_shape_and_background", both.result())
    r.metric("iou_of_background_everywhere", np.mean(y_test == 0) / len(names))
    r.metric("parameters", model.count_params())
    ious = keras.ops.convert_to_numpy(metric.ious())
    r.table(["class", "IoU"], [(name, f"{value:.3f}") for name, value in zip(names, ious, strict=True)])
    draw(r, x_test, y_test, logits.argmax(axis=-1))


def draw(r, x, y, predicted):
    fig, axes = r.figure("masks", 3, SHOWN, size=(7.8, 3.9))
    for n in range(SHOWN):
        axes[0, n].imshow(x[n])
        axes[1, n].imshow(y[n], cmap=COLOURS, vmin=0, vmax=5, interpolation="nearest")
        axes[2, n].imshow(predicted[n], cmap=COLOURS, vmin=0, vmax=5, interpolation="nearest")
    for ax, label in zip(axes[:, 0], ("image", "mask", "U-Net"), strict=True):
        ax.set_ylabel(label)
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
    fig.suptitle("Test images, their masks, and what the network says")
