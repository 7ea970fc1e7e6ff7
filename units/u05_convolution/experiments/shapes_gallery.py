"""The generated shapes: images, boxes, masks and captions that belong together (§6.6)."""

import textwrap

import numpy as np
from keras import ops
from matplotlib.patches import Rectangle

from course import figures
from units.u05_convolution import box_area, clip_boxes, flip_boxes, iou

number = ops.convert_to_numpy


def run(r):
    d = r.data(n=r.pick(quick=200, full=2000), size=48, objects=3, seed=r.seed)
    x, boxes, there = d.images("train"), d.boxes_train, d.classes_train >= 0
    r.metric("objects_in_an_image", there.sum() / len(x))
    r.metric("share_of_background", np.mean(d.masks_train == 0))
    frequency = np.bincount(d.classes_train[there], minlength=d.classes) / there.sum()
    r.metric("rarest_class", frequency.min())
    r.table(["class", "share of the objects"], list(zip(d.class_names, frequency, strict=True)))

    # a box moves with its image: boxes around the reversed masks are the boxes reversed
    around = [boxes_of(instances[:, ::-1], d.options["objects"]) for instances in d.instances_train]
    gap = np.abs(number(flip_boxes(boxes, 48)) - around)[there]
    r.metric("gap_of_reversed_boxes", gap.max())
    inside = number(iou(boxes, clip_boxes(boxes, 48, 48)))
    r.metric("share_of_boxes_inside_the_image", np.mean(inside[there] == 1))
    covered = np.array([[np.sum(i == j + 1) for j in range(3)] for i in d.instances_train])
    share = covered[there] / number(box_area(boxes))[there]
    names = d.classes_train[there]
    for k, name in enumerate(d.class_names):
        r.metric(f"share_of_the_box_{name}", share[names == k].mean())

    shown = np.flatnonzero(there.sum(axis=1) == 3)[:4]
    _, axes = r.figure("shapes", 2, 4, size=(10, 5.4))
    figures.image_grid(axes[0], x[shown])
    figures.image_grid(axes[1], d.masks_train[shown], cmap="viridis", vmin=0, vmax=d.classes)
    for ax, i in zip(axes[0], shown, strict=True):
        for left, top, right, bottom in boxes[i]:
            # pixel centres have whole coordinates in the picture, so that edges lie at half ones
            ax.add_patch(
                Rectangle((left - 0.5, top - 0.5), right - left, bottom - top, fill=False, linewidth=1.5)
            )
    for ax, i in zip(axes[1], shown, strict=True):
        ax.set_title(textwrap.fill(d.captions_train[i], 26), fontsize=figures.SMALLEST_TEXT)


def boxes_of(instances, objects):
    """The tight box of every number in an image of instances."""
    found = np.zeros((objects, 4))
    for j in range(objects):
        rows, columns = np.nonzero(instances == j + 1)
        if len(rows):
            found[j] = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    return found
