"""Check of ex02_data_as_arrays: NumPy is the reference."""

import numpy as np

from course.grading import close, equal, part


@part("vectorize: mono images", points=1, hint="row by row")
def mono(candidate, rng):
    images = rng.integers(256, size=(2, 3, 4)).astype("float32")
    equal(candidate.vectorize(images), images.reshape(2, 12), inputs={"images": images})


@part(
    "vectorize: the channels of a pixel stay together", points=1, hint="what is the order of the last axis?"
)
def colour(candidate, rng):
    images = rng.integers(256, size=(2, 2, 3, 3)).astype("float32")
    expected = np.empty((2, 18), "float32")
    for i in range(2):
        for j in range(3):
            for c in range(3):
                expected[:, (i * 3 + j) * 3 + c] = images[:, i, j, c]
    equal(candidate.vectorize(images), expected, inputs={"images": images})


@part("devectorize is the inverse", points=1, hint="height before width")
def back(candidate, rng):
    for h, w, c in ((2, 5, 3), (4, 3, 1)):
        images = rng.integers(256, size=(2, h, w, c)).astype("float32")
        x = images.reshape(2, -1)
        inputs = {"x": x, "height": h, "width": w, "channels": c}
        equal(candidate.devectorize(x, h, w, c), images, inputs=inputs)


@part("one_hot: one axis for each class", points=1)
def nominal(candidate, rng):
    y = rng.permutation([0, 1, 2, 3, 3, 1]).astype("int32")
    close(candidate.one_hot(y, 4), np.eye(4)[y], inputs={"y": y, "classes": 4})


@part("one_hot: a class that does not occur", points=1, hint="a batch need not hold every class")
def absent(candidate, rng):
    y = np.array([2, 0, 2], "int32")
    close(candidate.one_hot(y, 5), np.eye(5)[y], inputs={"y": y, "classes": 5})


@part("ordinal: the given order counts", points=2, hint="not the order of the alphabet, nor of appearance")
def ordered(candidate, rng):
    order = ["small", "medium", "large", "huge"]
    codes = rng.permutation([0, 1, 2, 3, 2])
    values = [order[k] for k in codes]
    close(candidate.ordinal(values, order), codes, inputs={"values": values, "order": order})
    few = ["large", "medium"]
    close(candidate.ordinal(few, order), np.array([2, 1]), inputs={"values": few, "order": order})


@part(
    "bag_of_words: counts, and unknown words",
    points=2,
    hint="how often each whole word occurs, not whether it does",
)
def bags(candidate, rng):
    words = ["a", "bad", "film", "good", "not"]
    sentences = ["a good film not a bad film", "good good good", "an unknown thing", ""]
    expected = np.array([[2, 1, 2, 1, 1], [0, 0, 0, 3, 0], [0] * 5, [0] * 5])
    inputs = {"sentences": sentences, "words": words}
    close(candidate.bag_of_words(sentences, words), expected, inputs=inputs)


@part("bag_of_words: whole words", points=1, hint="is there a film in filmic?")
def whole(candidate, rng):
    sentences, words = ["filmic not nothing"], ["film", "not"]
    close(
        candidate.bag_of_words(sentences, words),
        np.array([[0, 1]]),
        inputs={"sentences": sentences, "words": words},
    )
