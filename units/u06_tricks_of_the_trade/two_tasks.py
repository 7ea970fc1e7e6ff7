"""A pair of tasks from one data set, to measure what the first one gives to the second, and few labels (§6.5)."""

from typing import NamedTuple

import numpy as np

from course.validation import group_labels


class Task(NamedTuple):
    """Images (batch, height, width, channels) or features (batch, features), and class numbers from 0 on."""

    x: np.ndarray
    y: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    classes: int


def two_tasks(d, first=5, flat=False, halve=False):
    """The images of the first classes as one task, those of the others as another one.

    Args:
        d: a data set of images with the splits train and test.
        first: number of classes of the first task.
        flat: whether images become vectors.
        halve: whether squares of 2 × 2 pixels are averaged, which makes a training four times as fast.

    Returns:
        Two ``Task``; the classes of both are numbered from 0 on.
    """
    if not 0 < first < d.classes:
        raise ValueError(
            f"first is between 1 and {d.classes - 1}, so that both tasks have classes, not {first!r}."
        )
    data = []
    for split in ("train", "test"):
        x = d.images(split)
        if halve:
            x = (x[:, ::2, ::2] + x[:, 1::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, 1::2]) / 4
        data.append((x.reshape(len(x), -1) if flat else x, d.labels(split)))
    low, high = (0, first), (first, d.classes)
    tasks = []
    for begin, end in (low, high):
        parts = []
        for x, y in data:
            inside = (begin <= y) & (y < end)
            parts += [x[inside], y[inside] - begin]
        tasks.append(Task(*parts, classes=end - begin))
    return tuple(tasks)


def two_cameras(d, rng, contrast=0.6, noise=0.15):
    """The first half of the images as they are, and the second half as another camera would show them.

    x ← contrast · x + (1 − contrast)/2 + noise · e,   e from N(0, 1), kept in [0, 1]

    The classes are the same; the test images of both tasks are the same pictures.

    Args:
        d: a data set of images with the splits train and test.
        rng: a NumPy generator, for the noise.
        contrast, noise: of the second camera.

    Returns:
        Two ``Task``.
    """

    def seen(x):
        return np.clip(contrast * x + (1 - contrast) / 2 + noise * rng.normal(size=x.shape), 0, 1).astype(
            "float32"
        )

    x, y = d.images("train"), d.labels("train")
    x_test, y_test = d.images("test"), d.labels("test")
    half = len(x) // 2
    return (
        Task(x[:half], y[:half], x_test, y_test, d.classes),
        Task(seen(x[half:]), y[half:], seen(x_test), y_test, d.classes),
    )


def some_of_each(y, number, rng):
    """The rows of a few samples of every class, drawn without repetition, in random order.

    Args:
        y: labels, shape (batch,).
        number: how many of each class.
        rng: a NumPy generator.

    Returns:
        Integers, shape (number · classes,).

    Raises:
        ValueError: a class has fewer samples.
    """
    y = group_labels(y)
    rows = []
    for label in np.unique(y):
        of_class = np.flatnonzero(y == label)
        if not 1 <= number <= len(of_class):
            raise ValueError(
                f"Class {label} has {len(of_class)} samples: number is from 1 to that, not {number!r}."
            )
        rows.append(rng.permutation(of_class)[:number])
    return rng.permutation(np.concatenate(rows))
