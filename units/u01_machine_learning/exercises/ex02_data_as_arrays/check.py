"""Check of ex02_data_as_arrays: NumPy, element by element, is the reference."""

import math

import numpy as np

from course.grading import close, equal, part


def cut(images, size):
    """The definition, one pixel at a time."""
    n, height, width, channels = images.shape
    x = np.empty((n, (height // size) * (width // size), size * size * channels), images.dtype)
    for row in range(height):
        for column in range(width):
            number = (row // size) * (width // size) + column // size
            first = ((row % size) * size + column % size) * channels
            x[:, number, first : first + channels] = images[:, row, column]
    return x


def pictures(rng, *shape):
    return rng.integers(256, size=shape).astype("float32")


@part("patches: row by row", points=1, hint="reshape each axis into two axes first")
def mono(candidate, rng):
    for size, shape in ((2, (1, 2, 4, 1)), (2, (2, 4, 6, 1)), (3, (1, 3, 3, 1))):
        images = pictures(rng, *shape)
        equal(candidate.patches(images, size), cut(images, size), inputs={"images": images, "size": size})


@part("patches: the channels of a pixel stay together", points=1, hint="what is the order of the last axis?")
def colour(candidate, rng):
    images = pictures(rng, 2, 4, 6, 3)
    equal(candidate.patches(images, 2), cut(images, 2), inputs={"images": images, "size": 2})


@part("join is the inverse", points=2, hint="the arguments are height, then width")
def back(candidate, rng):
    for size, shape in ((2, (2, 4, 6, 3)), (1, (1, 2, 3, 2)), (3, (2, 6, 3, 1))):
        images = pictures(rng, *shape)
        x = cut(images, size)
        inputs = {"x": x, "size": size, "height": shape[1], "width": shape[2]}
        equal(candidate.join(x, size, shape[1], shape[2]), images, inputs=inputs)


@part("nominal: the axes of the training set", points=1)
def axes(candidate, rng):
    seen = ["red", "green", "blue", "grey"]
    codes = rng.permutation([0, 1, 2, 1])  # no grey
    values = [seen[k] for k in codes]
    close(candidate.nominal(values, seen), np.eye(4)[codes], inputs={"values": values, "seen": seen})


@part("nominal: a category that was not seen", points=1, hint="it has no axis: its row is 0")
def unseen(candidate, rng):
    seen = rng.permutation(["blue", "red", "green", "grey", "brown"])[:2].tolist()
    codes = rng.permutation([0, 1, 2, 3])
    values = [[*seen, "pink", "gold"][k] for k in codes]
    expected = np.eye(4)[codes][:, :2]
    close(candidate.nominal(values, seen), expected, inputs={"values": values, "seen": seen})


@part("thermometer: one entry for each step", points=2, hint="use the given order, not the alphabet")
def steps(candidate, rng):
    order = ["small", "medium", "large", "huge"]
    codes = rng.permutation([0, 1, 2, 3, 2])
    values = [order[k] for k in codes]
    expected = (codes[:, None] > np.arange(3)) * 1.0
    close(candidate.thermometer(values, order), expected, inputs={"values": values, "order": order})


@part(
    "tf_idf: counts, rare words and unknown words",
    points=1,
    hint="the count in the sentence, and the number of sentences with the word",
)
def bags(candidate, rng):
    vocabulary = np.array(["a", "bad", "film", "good", "never"])
    sentences = np.array(["a good film not a bad film", "good good good", "an unknown thing", ""])
    rare = math.log(4)
    expected = np.array(
        [[2 * rare, rare, 2 * rare, math.log(2), 0], [0, 0, 0, 3 * math.log(2), 0], [0] * 5, [0] * 5]
    )
    rows, columns = rng.permutation(4), rng.permutation(5)
    words, sentences = vocabulary[columns].tolist(), sentences[rows].tolist()
    expected = expected[rows][:, columns]
    inputs = {"sentences": sentences, "words": words}
    close(candidate.tf_idf(sentences, words), expected, inputs=inputs)


@part("tf_idf: whole words", points=1, hint="the word film is not in filmic: split the sentence into words")
def whole(candidate, rng):
    sentences, words = ["filmic not nothing", "film"], ["film", "not"]
    expected = np.array([[0, math.log(2)], [math.log(2), 0]])
    close(candidate.tf_idf(sentences, words), expected, inputs={"sentences": sentences, "words": words})
