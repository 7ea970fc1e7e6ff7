"""Detection on shapes: a grid of predictions, suppression, and mAP by our own count (§6.6)."""

import keras
import numpy as np
from matplotlib.patches import Rectangle

from course import figures
from units.u05_convolution import (
    Detector,
    found_of_class,
    mean_average_precision,
    objects,
    precision_recall,
    suppress,
)

THRESHOLDS = (0.1, 0.3, 0.5, 0.7, 0.85, 1.0)
LEAST = 0.05  # boxes with a lower score are left out


def run(r):
    epochs, batch, size = r.pick(quick=8, full=20), r.pick(quick=16, full=50), 48
    scores = {"map_50": [], "map_75": [], "map_50_without_suppression": []}
    for seed in [r.seed + i for i in range(r.pick(quick=1, full=3))]:
        d = r.data(
            n=r.pick(quick=320, full=4000),
            n_test=r.pick(quick=100, full=500),
            size=size,
            objects=3,
            seed=seed,
        )
        x, y = d.images("train"), objects(d.classes_train, d.boxes_train)
        rate = keras.optimizers.schedules.CosineDecay(r.pick(quick=2e-2, full=6e-3), epochs * len(x) // batch)
        model = Detector(d.classes, filters=r.pick(quick=(8, 16, 48), full=(16, 32, 64, 64, 64)))
        model.compile(keras.optimizers.Adam(rate))
        with r.model("map_50", model):
            model.fit(x, y, batch_size=batch, epochs=epochs, verbose=0)
        candidates = model.candidates(d.images("test"))
        truths = [(boxes[k >= 0], k[k >= 0]) for boxes, k in zip(d.boxes_test, d.classes_test, strict=True)]
        kept = {t: suppress(*candidates, threshold=t, least=LEAST) for t in (0.5, 1.0)}
        for name, detections, threshold in (
            ("map_50", kept[0.5], 0.5),
            ("map_75", kept[0.5], 0.75),
            ("map_50_without_suppression", kept[1.0], 0.5),
        ):
            scores[name].append(mean_average_precision(detections, truths, d.classes, threshold)[0])
        r.log(f"seed {seed}: mAP@0.5 {scores['map_50'][-1]:.3f}, mAP@0.75 {scores['map_75'][-1]:.3f}")
    for name, values in scores.items():
        r.metric(name, np.mean(values))
    r.metric("parameters", model.count_params())
    draw_suppression(r, d, kept[1.0], kept[0.5])
    kept |= {t: suppress(*candidates, threshold=t, least=LEAST) for t in THRESHOLDS if t not in kept}
    draw_curves(r, d, kept, truths)


def draw_suppression(r, d, before, after):
    """The test images in which most boxes are removed, before and after the suppression."""
    removed = [len(many[0]) - len(few[0]) for many, few in zip(before, after, strict=True)]
    shown = np.argsort(removed)[::-1][:4]
    _, axes = r.figure("suppression", 2, 4, size=(9, 5))
    for row, found in zip(axes, (before, after), strict=True):
        figures.image_grid(row, d.images("test")[shown])
        for ax, i in zip(row, shown, strict=True):
            boxes, _, classes = found[i]
            for (left, top, right, bottom), k in zip(boxes, classes, strict=True):
                corner, colour = (left - 0.5, top - 0.5), figures.CYCLE[k]
                ax.add_patch(
                    Rectangle(corner, right - left, bottom - top, fill=False, color=colour, linewidth=1.5)
                )
            ax.set_title(f"boxes: {len(boxes)}", fontsize=figures.SMALLEST_TEXT)


def draw_curves(r, d, kept, truths):
    """Precision over recall for each class, and mAP against the threshold of the suppression.

    ``kept`` has the boxes that stay for each threshold.
    """
    _, (ax, ax_threshold) = r.figure("curves", 1, 2, size=(10, 4))
    for k, name in enumerate(d.class_names):
        precision, recall = precision_recall(*found_of_class(kept[0.5], truths, k))
        ax.step([0, *recall], [precision[0], *precision], where="pre", label=name)
    ax.set(title="IoU ≥ 0.5", xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))
    ax.legend()
    for tau, marker in ((0.5, "o"), (0.75, "s")):
        values = [mean_average_precision(kept[t], truths, d.classes, tau)[0] for t in THRESHOLDS]
        ax_threshold.plot(THRESHOLDS, values, marker + "-", label=f"mAP@{tau}")
    ax_threshold.set(
        title="The threshold of the suppression",
        xlabel="largest IoU of boxes that are kept",
        ylabel="mAP",
        ylim=(0, 1),
    )
    ax_threshold.legend()
