"""Weights that others trained: VGG19 from ImageNet, and images from folders (§1.1, §6.5)."""

from pathlib import Path

import keras
import numpy as np
from keras import ops

import course
from units.u05_convolution.required_shape import require_shape

MEAN = (103.939, 116.779, 123.68)  # of ImageNet's blue, green and red levels


@keras.saving.register_keras_serializable("medl")
class ImageNetPixels(keras.layers.Layer):
    """What VGG's weights expect: levels from 0 to 255 in the order blue, green, red, minus ImageNet's mean.

    Shapes: input (batch, height, width, 3) with levels from 0 to 255 in the order red, green, blue, integers or floats.
    """

    def __init__(self, **kwargs):
        super().__init__(autocast=False, **kwargs)

    def call(self, x):
        """The levels as the network was trained on them."""
        require_shape("x", x, "batch", "height", "width", 3)
        x = ops.cast(x, "float32")
        return ops.cast(ops.flip(x, axis=-1) - ops.convert_to_tensor(MEAN, "float32"), self.compute_dtype)

    def compute_output_shape(self, input_shape):
        """The shape of the input."""
        return input_shape

    def compute_output_spec(self, x):
        """Floats of the shape of the input."""
        return keras.KerasTensor(x.shape, dtype=self.compute_dtype)


def vgg19_body(input_shape=(100, 100, 3), weights="imagenet"):
    """VGG19 without its last three layers, followed by the mean over positions: images → (batch, 512).

    Args:
        input_shape: (height, width, 3), at least 32 × 32.
        weights: ``"imagenet"`` downloads 80 MB once, by Keras; a path loads a file of these weights; None starts at
            random.

    Returns:
        A ``keras.Model`` with 20,024,384 parameters, whose layers are called ``block1_conv1``, …, ``block5_pool``.

    Raises:
        CourseError: the weights cannot be had; the message says what to do.
    """
    if weights not in ("imagenet", None) and not Path(weights).is_file():
        raise course.CourseError(f"There is no file {weights} with weights of VGG19.")
    try:
        return keras.applications.VGG19(
            include_top=False, weights=weights, input_shape=tuple(input_shape), pooling="avg"
        )
    except Exception as error:
        if weights != "imagenet" or "URL fetch failure" not in str(error):
            raise
        raise course.CourseError(
            "The ImageNet weights of VGG19 (80 MB) could not be downloaded: go online once, or give the path of the "
            'file vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5 as weights="…".'
        ) from error


def read_folders(folder, splits=(("train", "Training"), ("test", "Test"))):
    """Read images from folders, one folder for each class, as in Fruits-360.

    Args:
        folder: it holds a folder for each split, with a folder for each class, with JPEG or PNG files of one size.
        splits: pairs of the name in the result and that of the folder.

    Returns:
        A dictionary with ``x_train`` uint8 (batch, height, width, 3), ``y_train`` uint8 (batch,), or uint16 for more
        than 256 classes, ``x_test`` and ``y_test``. Classes are numbered in alphabetical order, and images are sorted
        by class and by name.

    Raises:
        CourseError: a folder is missing or empty, the splits have other classes, or images differ in size.
    """
    from PIL import Image

    arrays, classes = {}, None
    for split, name in splits:
        place = Path(folder) / name
        found = sorted(path.name for path in place.iterdir() if path.is_dir()) if place.is_dir() else []
        if not found:
            raise course.CourseError(f"There is no folder {place} with one folder for each class.")
        if classes not in (None, found):
            raise course.CourseError(f"{place} has other classes than the first split.")
        classes = found
        files = [
            (path, k)
            for k, label in enumerate(classes)
            for path in sorted((place / label).iterdir())
            if path.suffix.lower() in (".jpg", ".jpeg", ".png")
        ]
        images = []
        for path, _ in files:
            with Image.open(path) as image:
                images.append(np.asarray(image.convert("RGB")))
        sizes = sorted({image.shape[:2] for image in images})
        if len(sizes) != 1:
            raise course.CourseError(
                f"{place} needs JPEG or PNG files of one size, and has {len(images)} files of the sizes {sizes}."
            )
        arrays[f"x_{split}"] = np.stack(images)
        arrays[f"y_{split}"] = np.array([k for _, k in files], np.min_scalar_type(len(classes) - 1))
    return arrays
