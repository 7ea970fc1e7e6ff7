"""The space in which samples are judged: the features of a small digit classifier, trained by the course (§8.1)."""

import hashlib
import json
import os
import random
import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import keras
import numpy as np
from keras import layers

import course
from course.data.cache import folder
from units.u04_feedforward import Classifier
from units.u05_convolution import small_convnet

# One network for each set; everything that decides its weights is here, for the name of the cached file is its hash.
SETTINGS = {
    "digits": {
        "size": 8,
        "enlarged": 2,
        "channels": [8, 16, 16, 16],
        "epochs": 15,
        "batch": 32,
        "rate": 0.02,
    },
    "mnist": {
        "size": 28,
        "enlarged": 1,
        "channels": [16, 32, 32, 64],
        "epochs": 4,
        "batch": 100,
        "rate": 0.01,
    },
}
BATCH = 360  # images that pass through the network at once: as many as there are small test images


class FeatureSpace:
    """A trained classifier, used for what it computes before its last layer.

    Two sets of images are compared by their features: pixels say little about what an image shows, and the features
    of a classifier say which strokes are where. The features are the inputs of the classifier's last layer.

    Args:
        network: a functional ``keras.Model`` from images in [−1, 1], (batch, height, width, 1), to the list of
            features (batch, features) and logits (batch, classes).
    """

    def __init__(self, network):
        self.network = network
        self.image_shape = tuple(network.input.shape[1:])

    def features(self, images):
        """The features of images in [−1, 1]: (batch, height, width, 1) → (batch, features), float32.

        Values outside of [−1, 1] are clipped first, as they are when an image is shown or stored.
        """
        return self.features_and_logits(images)[0]

    def logits(self, images):
        """The logits of the classes, (batch, classes): for the class that the classifier sees in an image."""
        return self.features_and_logits(images)[1]

    def features_and_logits(self, images):
        """Both at once, for half of the time."""
        images = checked_images(images)
        if images.shape[1:] != self.image_shape:
            raise ValueError(
                f"This feature space takes images of the shape {self.image_shape}, not {images.shape[1:]}."
            )
        found = []
        for start in range(0, len(images), BATCH):
            rows = images[start : start + BATCH]
            # all batches have one shape, so that the network is compiled once
            whole = np.concatenate([rows, np.zeros((BATCH - len(rows), *self.image_shape), "float32")])
            found.append([np.asarray(v)[: len(rows)] for v in self.network.predict_on_batch(whole)])
        return [np.concatenate(parts) for parts in zip(*found, strict=True)]


def checked_images(images):
    """Images as float32 in [−1, 1] with the shape (batch, height, width, channels).

    Raises:
        ValueError: another number of axes, no image, or values that are not finite.
    """
    images = np.asarray(keras.ops.convert_to_numpy(images), "float32")
    if images.ndim != 4 or len(images) == 0:
        raise ValueError(
            f"Images need the shape (batch, height, width, channels) with at least one image, not {images.shape}."
        )
    if not np.isfinite(images).all():
        raise ValueError("Some images hold values that are not finite: has the training diverged?")
    return np.clip(images, -1, 1)


def features(images, seed=0):
    """The features of images of 28 × 28 pixels in MNIST's space, or of 8 × 8 pixels in that of the small digits.

    Args:
        images: in [−1, 1], shape (batch, height, width, 1).
        seed: of the classifier.

    Returns:
        float32 (batch, features): 64 features for MNIST, 16 for the small digits.
    """
    images = checked_images(images)
    for data, settings in SETTINGS.items():
        if images.shape[1:] == (settings["size"], settings["size"], 1):
            return feature_space(data, seed).features(images)
    raise ValueError(
        f"There is a feature space for images of the shape (28, 28, 1) and (8, 8, 1), not {images.shape[1:]}: "
        "cut off what was padded first."
    )


@cache
def feature_space(data="digits", seed=0):
    """The feature space of a data set: its classifier is trained once, and its weights are cached.

    The weights lie in the folder of cached data (``COURSE_CACHE``), one file for each backend, seed and setting. The
    classifier sees one half of the training images; the other half is there to judge with (``halves``).

    Args:
        data: ``"digits"`` or ``"mnist"``.
        seed: of the initial weights and of the order of the images. The global random numbers do not change.

    Raises:
        ValueError: there is no such feature space.
        CourseError: the cached weights cannot be read.
    """
    if data not in SETTINGS:
        raise ValueError(f"There is a feature space for {' and '.join(SETTINGS)}, not for {data!r}.")
    with _own_random_numbers(seed):
        network = classifier_network(**{k: SETTINGS[data][k] for k in ("size", "enlarged", "channels")})
    file = _file(data, seed)
    if file is not None and file.is_file():
        try:
            network.load_weights(file)
        except (OSError, ValueError, KeyError) as error:
            raise course.CourseError(
                f"The cached weights {file} cannot be read ({type(error).__name__}): delete the file."
            ) from None
    else:
        train(network, *halves(course.data.load(data))[0], seed, **SETTINGS[data])
        _write(network, file)
    return FeatureSpace(network)


def classifier_network(size, enlarged, channels):
    """Unit 5's small convolutional network: images in [−1, 1] → [features, logits]. Small images are enlarged."""
    body = small_convnet(channels, (enlarged * size, enlarged * size, 1))
    both = keras.Model(body.inputs, [body.layers[-1].input, body.output])
    image = keras.Input((size, size, 1))
    x = image if enlarged == 1 else layers.UpSampling2D(enlarged, interpolation="bilinear")(image)
    return keras.Model(image, both(x))


def halves(d, seed=0):
    """The training images in two halves: ((x, y) for the classifier, (x, y) to judge with), x in [−1, 1]."""
    x, y = 2 * d.images("train") - 1, d.labels("train")
    order = np.random.default_rng(seed).permutation(len(x))
    first, second = order[: len(x) // 2], order[len(x) // 2 :]
    return (x[first], y[first]), (x[second], y[second])


def train(network, x, y, seed, epochs, batch, rate, **_):
    """Train the classifier with Adam and a rate that falls along half a cosine; the seed decides the order."""
    model = Classifier(keras.Model(network.inputs, network.outputs[1]), classes=10)
    steps = len(x) // batch
    schedule = keras.optimizers.schedules.CosineDecay(rate, epochs * steps)
    model.compile(keras.optimizers.Adam(schedule))
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        rows = rng.permutation(len(x))[: steps * batch]
        model.fit(x[rows], y[rows], batch_size=batch, shuffle=False, verbose=0)


@contextmanager
def _own_random_numbers(seed):
    """Initializers draw their seeds from Python's generator: from one of their own here, and it is put back."""
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)


def _file(data, seed):
    """Where the weights are cached; None where there is no cache."""
    if folder() is None:
        return None
    made_by = {**SETTINGS[data], "seed": seed, "backend": keras.backend.backend(), "keras": keras.__version__}
    name = hashlib.sha256(json.dumps(made_by, sort_keys=True).encode()).hexdigest()[:12]
    return folder() / "weights" / f"u07_features_{data}_{name}.weights.h5"


def _write(network, file):
    """Cache the weights, whole or not at all; a cache that cannot be written costs a training each time."""
    if file is None:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent) as place:
            network.save_weights(Path(place) / file.name)
            os.replace(Path(place) / file.name, file)
    except OSError:
        return
