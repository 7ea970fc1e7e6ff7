"""Augmentation that changes the targets, too: ours beside Keras's layers and keras-cv's (§6.6)."""

import numpy as np
from keras import ops
from matplotlib.patches import Rectangle

from course import figures
from units.u05_convolution import cut_mix, mix_up, reverse
from units.u05_convolution.vision_libraries import LIBRARIES, SUCCESSORS, outcome

FEATURES = ("formats of boxes", "IoU", "complete IoU", "MixUp", "CutMix")


def run(r):
    d = r.data(n=4, n_test=1, size=48, objects=2, seed=r.seed)
    x, y, order = d.images("train"), np.eye(d.classes, dtype="float32")[d.y_train], np.array([1, 2, 3, 0])
    # The import of keras-cv and the layers, whose operations JAX compiles one by one, take most of the time.
    libraries, features = r.pick(quick=(LIBRARIES[:1], FEATURES[:3]), full=(LIBRARIES, FEATURES))
    results = [[feature, *(outcome(library, feature) for library in libraries)] for feature in features]
    r.table(["feature", *libraries], results, title="Compared with this unit's own versions on this backend")
    r.metric("keras_agrees", sum(row[1] == "works" for row in results))
    r.log(f"The successors of keras-cv: {', '.join(SUCCESSORS[feature] for feature in features)}")

    images, boxes = reverse(x, d.boxes_train)
    corner = r.rng.uniform(0, 24, size=(4, 2))
    cut = np.concatenate([corner, corner + 24], axis=1).astype("float32")
    weight = r.rng.uniform(0.3, 0.7, size=4).astype("float32")
    made = {
        "original": (x, y),
        "reversed": (images, y),
        "MixUp": mix_up(x, y, order, weight),
        "CutMix": cut_mix(x, y, order, cut),
    }
    r.metric(
        "gap_of_label_sums", max(np.abs(number(labels).sum(axis=1) - 1).max() for _, labels in made.values())
    )
    _, axes = r.figure("images", 1, 4, size=(9, 2.9))
    figures.image_grid(
        axes, np.clip([number(pictures)[0] for pictures, _ in made.values()], 0, 1), list(made)
    )
    for ax, of_image in zip(axes, (d.boxes_train, number(boxes)), strict=False):
        for left, top, right, bottom in of_image[0]:
            ax.add_patch(
                Rectangle((left - 0.5, top - 0.5), right - left, bottom - top, fill=False, linewidth=1.5)
            )


number = ops.convert_to_numpy
