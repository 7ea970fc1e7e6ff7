"""Checks for ex02: samples one by one, boxes by counting pixels."""

import numpy as np

from course.grading import close, part


def mixed(x, y, order, weight, classes):
    one_hot = np.eye(classes)[y]
    images = np.stack([weight[i] * x[i] + (1 - weight[i]) * x[order[i]] for i in range(len(x))])
    labels = [weight[i] * one_hot[i] + (1 - weight[i]) * one_hot[order[i]] for i in range(len(x))]
    return images, np.stack(labels)


def box_of(row, column, weight, height, width):
    ends = []
    for centre, size in ((row, height), (column, width)):
        half = np.sqrt(1 - weight) * size / 2
        ends += [
            int(np.clip(np.round(centre - half), 0, size)),
            int(np.clip(np.round(centre + half), 0, size)),
        ]
    return ends


def centre_and_size(rng):
    """A centre, λ and a size, for which no end of the box is in the middle between two pixels."""
    height, width = (int(n) for n in rng.integers(6, 21, size=2))
    while True:
        row, column, weight = (round(float(v), 2) for v in rng.uniform(size=3) * (height, width, 0.9))
        half = np.sqrt(1 - weight) / 2 * np.array([height, width])
        ends = np.array([row, column]) + np.array([half, -half])
        if (np.abs(ends % 1 - 0.5) > 0.02).all():
            return row, column, weight, height, width


def ends_within(rng, size):
    first, last = np.sort(rng.choice(size + 1, 2, replace=False))
    return int(first), int(last)


def kept(box, height, width):
    image = np.ones((height, width))
    image[box[0] : box[1], box[2] : box[3]] = 0
    return image.mean()


def cost(u, y, partner, weight):
    logs = u - np.log(np.sum(np.exp(u), axis=1, keepdims=True))
    n = np.arange(len(u))
    return -np.mean(weight * logs[n, y] + (1 - weight) * logs[n, partner])


def batch(rng, shape, classes):
    x = rng.normal(size=shape).astype("float32")
    y = rng.integers(classes, size=shape[0]).astype("int32")
    return x, y, rng.permutation(shape[0]).astype("int32"), rng.uniform(size=shape[0]).astype("float32")


@part("mixed samples", points=2, hint="each sample has its own λ; reshape it to (batch, 1, …, 1)")
def samples(candidate, rng):
    for shape in ((5, 4, 4, 1), (4, 6), (5, 3, 5)):
        x, y, order, weight = batch(rng, shape, 3)
        inputs = {"x": x, "y": y, "order": order, "weight": weight, "classes": 3}
        got = candidate.mix_up(x, y, order, weight, 3)
        close(got[0], mixed(x, y, order, weight, 3)[0], inputs=inputs, rtol=1e-4, atol=1e-5)


@part("mixed labels", points=2, hint="the one-hot rows are mixed with the same λ and the same partner")
def labels(candidate, rng):
    for classes in (2, 5):
        x, y, order, weight = batch(rng, (7, 3), classes)
        inputs = {"x": x, "y": y, "order": order, "weight": weight, "classes": classes}
        got = candidate.mix_up(x, y, order, weight, classes)
        close(got[1], mixed(x, y, order, weight, classes)[1], inputs=inputs, rtol=1e-4, atol=1e-5)


@part("the box", points=2, hint="the sides are √(1 − λ) times those of the image; round first, then cut off")
def box(candidate, rng):
    cases = [(1.0, 4.0, 0.75, 8, 8), (0.6, 9.7, 0.1, 6, 10), *(centre_and_size(rng) for _ in range(4))]
    for row, column, weight, height, width in cases:
        inputs = {"row": row, "column": column, "weight": weight, "height": height, "width": width}
        got = candidate.cut_box(row, column, weight, height, width)
        close(got, box_of(row, column, weight, height, width), inputs=inputs, rtol=0, atol=1e-3)


@part("the share that is kept", points=1, hint="1 − the pixels inside the box, divided by all pixels")
def share(candidate, rng):
    for height, width in ((8, 8), (6, 5), (6, 20)):
        found = [end for size in (height, width) for end in ends_within(rng, size)]
        inputs = {"box": found, "height": height, "width": width}
        close(
            candidate.share_kept(found, height, width), kept(found, height, width), inputs=inputs, rtol=1e-5
        )


@part("the cost", points=2, hint="λ times the cost of the own class, 1 − λ times that of the partner's class")
def mean_cost(candidate, rng):
    for n, classes in ((6, 4), (3, 2)):
        u = rng.normal(size=(n, classes)).astype("float32")
        y, partner = (rng.integers(classes, size=n).astype("int32") for _ in range(2))
        weight = rng.uniform(size=n).astype("float32")
        inputs = {"u": u, "y": y, "partner": partner, "weight": weight}
        close(
            candidate.mixed_cost(u, y, partner, weight), cost(u, y, partner, weight), inputs=inputs, rtol=1e-4
        )
