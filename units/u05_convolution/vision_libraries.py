"""What Keras and keras-cv offer for boxes and augmentation, checked against this unit's own versions (§6.6).

``python -m units.u05_convolution.vision_libraries`` runs every check on the three backends and prints the tables of
``docs/keras_cv.md``. keras-cv 0.9.0 is its last release. It is an optional package, and nothing here needs it: without
it its column says "not installed". ``keras_hub.layers.NonMaxSuppression`` is the successor of keras-cv's, in a package
that the course does not install.
"""

import importlib
import importlib.util
import os
import subprocess
import sys
import warnings

import keras
import numpy as np
from keras import ops

from units.u05_convolution.augmentation import cut_mix, mix_up, reverse
from units.u05_convolution.boxes import convert
from units.u05_convolution.intersection_over_union import ciou, iou_matrix
from units.u05_convolution.non_maximum_suppression import non_maximum_suppression

LIBRARIES = ("keras", "keras_cv")
SUCCESSORS = {
    "formats of boxes": "keras.utils.bounding_boxes.convert_format",
    "IoU": "keras.utils.bounding_boxes.compute_iou",
    "complete IoU": "keras.utils.bounding_boxes.compute_ciou",
    "suppression": "keras_hub.layers.NonMaxSuppression",
    "RandomFlip with boxes": "keras.layers.RandomFlip",
    "MixUp": "keras.layers.MixUp",
    "CutMix": "keras.layers.CutMix",
    "RandAugment": "keras.layers.RandAugment",
    "AugMix": "keras.layers.AugMix",
}


def outcome(library, feature):
    """Whether a library's version of a feature agrees with ours on this backend.

    Args:
        library: ``"keras"`` or ``"keras_cv"``.
        feature: one of ``SUCCESSORS``.

    Returns:
        "works", "other numbers: …", "fails: …" with the kind of error, "not offered" or "not installed".
    """
    if importlib.util.find_spec(library) is None:
        return "not installed"
    if library == "keras" and feature == "suppression":
        return "not offered"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # warnings of the libraries are not what is asked here
            CHECKS[feature](importlib.import_module(library))
    except AssertionError as error:
        return f"other numbers: {error}"
    except Exception as error:  # whatever an old library raises with a new Keras is what the table is about
        return f"fails: {type(error).__name__}"
    return "works"


def require_close(got, expected, atol=1e-5):
    """Raise an AssertionError unless two results agree."""
    got, expected = (ops.convert_to_numpy(value) for value in (got, expected))
    if got.shape != expected.shape:
        raise AssertionError(f"shape {got.shape} in place of {expected.shape}")
    gap = np.abs(got - expected).max()
    if not gap <= atol:
        raise AssertionError(f"a difference of {gap:.2g}")


def some_boxes(n=6):
    """Boxes in an image of 16 × 24 pixels."""
    rng = np.random.default_rng(0)
    corner, size = rng.uniform(0, 8, size=(n, 2)), rng.uniform(2, 8, size=(n, 2))
    return np.concatenate([corner, corner + size], axis=1).astype("float32")


def some_images():
    """Four images of 16 × 24 pixels in [0, 1], all different, and one-hot labels that tell them apart."""
    x = np.random.default_rng(1).uniform(size=(4, 16, 24, 3)).astype("float32")
    return x, np.eye(4, dtype="float32")


def _formats(library):
    module = _boxes_of(library)
    for target in ("yxyx", "xywh", "center_xywh"):
        # keras-cv calls the formats with width and height by capital letters
        theirs = module.convert_format(some_boxes(), source="xyxy", target=target.replace("wh", "WH"))
        require_close(theirs, convert(some_boxes(), "xyxy", target))


def _iou(library):
    first, second = some_boxes()[:4], some_boxes()[2:]
    require_close(_boxes_of(library).compute_iou(first, second, "xyxy"), iou_matrix(first, second))


def _ciou(library):
    first, second = some_boxes(), some_boxes()[::-1].copy()
    theirs = ops.reshape(_boxes_of(library).compute_ciou(first, second, "xyxy"), (-1,))
    require_close(theirs, ciou(first, second))


def _suppression(library):
    boxes, scores = some_boxes(), np.linspace(0.95, 0.6, 6).astype("float32")
    layer = library.layers.NonMaxSuppression("xyxy", from_logits=False, iou_threshold=0.3, max_detections=6)
    found = layer(boxes[None], scores[None, :, None])
    kept = non_maximum_suppression(boxes, scores, 0.3)
    number = int(ops.convert_to_numpy(found["num_detections"])[0])
    require_close(np.asarray(number), np.asarray(len(kept)))
    require_close(ops.convert_to_numpy(found["boxes"])[0, :number], boxes[kept])


def _random_flip(library):
    x, _ = some_images()
    boxes = np.stack([some_boxes(2) + i for i in range(4)])
    names = np.zeros((4, 2), "float32")
    key = "labels" if library is keras else "classes"
    layer = library.layers.RandomFlip("horizontal", bounding_box_format="xyxy", seed=3)
    theirs = layer({"images": x, "bounding_boxes": {"boxes": boxes, key: names}}, training=True)
    images, moved = (
        ops.convert_to_numpy(theirs["images"]),
        ops.convert_to_numpy(theirs["bounding_boxes"]["boxes"]),
    )
    reversed_images, reversed_boxes = (ops.convert_to_numpy(value) for value in reverse(x, boxes))
    for i in range(4):
        was_reversed = np.allclose(images[i], reversed_images[i])
        require_close(images[i], reversed_images[i] if was_reversed else x[i])
        require_close(moved[i], reversed_boxes[i] if was_reversed else boxes[i], atol=1e-4)


def _mixed(layer):
    """What a layer makes of some images, and from its labels: the partner of each image and the weight."""
    x, y = some_images()
    theirs = layer({"images": x, "labels": y}, training=True)
    images, labels = (ops.convert_to_numpy(theirs[key]) for key in ("images", "labels"))
    weight = np.diag(labels)
    order = (labels - np.diag(weight)).argmax(axis=1)  # the image itself if its weight is 1
    order = np.where(weight > 1 - 1e-6, np.arange(4), order)
    return images, labels, order, weight


def _mix_up(library):
    x, y = some_images()
    images, labels, order, weight = _mixed(library.layers.MixUp(alpha=0.8, seed=5))
    expected = mix_up(x, y, order, weight)
    require_close(images, expected[0])
    require_close(labels, expected[1])


def _cut_mix(library):
    x, y = some_images()
    images, labels, order, _ = _mixed(library.layers.CutMix(0.8, seed=5))
    changed = np.abs(images - x).max(axis=-1) > 0
    boxes = np.zeros((4, 4), "float32")
    for i in range(4):
        rows, columns = np.nonzero(changed[i])
        if len(rows):
            boxes[i] = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    expected = cut_mix(x, y, order, boxes)
    require_close(images, expected[0])
    # Keras mixes the labels by the area before it is rounded to whole pixels: up to one row and one column more
    require_close(labels, expected[1], atol=0.12)


def _rand_augment(library):
    x, _ = some_images()
    layer = library.layers.RandAugment(value_range=(0, 1), seed=7)
    first, second = (ops.convert_to_numpy(layer(x, training=True)) for _ in range(2))
    _require_images(first, x)
    if np.array_equal(first, second):
        raise AssertionError("the same images twice")


def _aug_mix(library):
    x, _ = some_images()
    layer = library.layers.AugMix(value_range=(0, 1), seed=7)
    _require_images(ops.convert_to_numpy(layer(x, training=True)), x)


def _require_images(images, x):
    if images.shape != x.shape or not np.isfinite(images).all():
        raise AssertionError(f"shape {images.shape}, or numbers that are not finite")
    if images.min() < -1e-4 or images.max() > 1 + 1e-4:
        raise AssertionError(f"values from {images.min():.2g} to {images.max():.2g}")
    if np.allclose(images, x):
        raise AssertionError("unchanged images")


def _boxes_of(library):
    return keras.utils.bounding_boxes if library is keras else library.bounding_box


CHECKS = {
    "formats of boxes": _formats,
    "IoU": _iou,
    "complete IoU": _ciou,
    "suppression": _suppression,
    "RandomFlip with boxes": _random_flip,
    "MixUp": _mix_up,
    "CutMix": _cut_mix,
    "RandAugment": _rand_augment,
    "AugMix": _aug_mix,
}


def outcomes():
    """Rows (feature, outcome of Keras, outcome of keras-cv) on this backend."""
    return [[feature, *(outcome(library, feature) for library in LIBRARIES)] for feature in CHECKS]


def main():
    """Print the table for the three backends, each in a process of its own."""
    if len(sys.argv) > 1:  # one of these processes
        print("\n".join("\t".join(row) for row in outcomes()))
        return
    columns = {}
    for backend in ("jax", "tensorflow", "torch"):
        process = subprocess.run(
            [sys.executable, "-m", "units.u05_convolution.vision_libraries", "one"],
            env={**os.environ, "KERAS_BACKEND": backend},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        rows = [line.split("\t") for line in process.stdout.splitlines() if "\t" in line]
        for feature, *found in rows:
            columns.setdefault(feature, {})[backend] = found
    for i, library in enumerate(LIBRARIES):
        print(f"\n| {library} | JAX | TensorFlow | torch | successor |\n| --- | --- | --- | --- | --- |")
        for feature, found in columns.items():
            cells = " | ".join(found[backend][i] for backend in ("jax", "tensorflow", "torch"))
            print(f"| {feature} | {cells} | `{SUCCESSORS[feature]}` |")


if __name__ == "__main__":
    main()
