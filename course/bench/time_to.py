"""Seconds of training until a share of MNIST's test images is recognized: our ``fit`` and the native loop.

Both start from the same weights and see the same batches; the clock counts training with its compilation, and stands
still while the test set is classified and while the next epoch is shuffled.
"""

import time
from importlib import import_module

import keras
import numpy as np

from course.bench.variants import Variants
from course.data import load

BATCH, MOST_EPOCHS = 64, 30


def time_to(case, share, seed, precision="float32", data="mnist", most=MOST_EPOCHS):
    """Train the case on MNIST until the share is reached.

    Args:
        case: the ``Case`` of the name ``cnn``.
        share: of the test images, such as 0.99.
        seed: of weights and order.
        precision: ``"float32"`` or ``"bfloat16"``.
        data: another set with images of 28×28 in ten classes.
        most: epochs after which it is given up.

    Returns:
        variant → ``{"seconds": … or None, "epochs": …, "accuracies": […]}``.
    """
    images = load(data)
    train, test = (
        (images.images("train"), images.labels("train")),
        (images.images("test"), images.labels("test")),
    )
    variants = Variants("cnn", case, seed, steps=1, precision=precision)
    native = import_module(f"course.bench.native.{variants.backend}.cnn")

    def classify(loop, x):
        if hasattr(loop, "model"):
            return keras.ops.convert_to_numpy(loop.model.predict(x, batch_size=1000, verbose=0))
        return np.concatenate([native.logits(loop, x[i : i + 1000]) for i in range(0, len(x), 1000)])

    found = {}
    for name in ("ours", "native"):
        loop, rng = variants.make(name), np.random.default_rng(seed)
        seconds, accuracies = 0.0, []
        while len(accuracies) < most and max(accuracies, default=0) < share:
            order = rng.permutation(len(train[0]))[: len(train[0]) // BATCH * BATCH]
            epoch = tuple(a[order] for a in train)
            begin = time.perf_counter()
            loop.run(epoch, BATCH)
            seconds += time.perf_counter() - begin
            accuracies.append(float((classify(loop, test[0]).argmax(-1) == test[1]).mean()))
        found[name] = {
            "seconds": seconds if accuracies[-1] >= share else None,
            "epochs": len(accuracies),
            "accuracies": accuracies,
        }
    return found
