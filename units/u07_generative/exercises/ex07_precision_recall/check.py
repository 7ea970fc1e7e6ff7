"""Checks for ex07: distances one pair at a time, sets with missing modes and bad samples, and an exact count."""

import math

import numpy as np

from course.grading import close, part

CASES = ((9, 14, 1), (16, 11, 2), (13, 17, 3), (21, 12, 5))  # real samples, generated samples, neighbours


def reference_radii(centers, neighbours):
    found = []
    for i, center in enumerate(centers):
        others = sorted(math.dist(center, other) for j, other in enumerate(centers) if j != i)
        found.append(others[neighbours - 1])
    return np.array(found)


def reference_inside(points, centers, neighbours):
    r = reference_radii(centers, neighbours)
    return np.array([[math.dist(p, c) <= r[j] for j, c in enumerate(centers)] for p in points])


def sets(rng, real, generated):
    """Data in two groups; samples around one of them and far away."""
    data = rng.normal(size=(real, 2))
    data[: real // 2] += 5
    samples = 1.3 * rng.normal(size=(generated, 2)) + rng.uniform(0, 1.5, size=2)
    samples[: generated // 4] -= 6
    return data, samples


@part(
    "the radius of each ball", points=2, hint="a sample is no neighbour of its own, but a copy of it is one"
)
def balls(candidate, rng):
    for batch, _, neighbours in CASES:
        centers = rng.normal(size=(batch, 3))
        inputs = {"centers": centers, "neighbours": neighbours}
        close(
            candidate.radii(centers, neighbours),
            reference_radii(centers, neighbours),
            inputs=inputs,
            rtol=1e-4,
        )
    centers[3] = centers[8] = centers[5]
    expected = reference_radii(centers, 2)
    inputs = {"centers": centers, "neighbours": 2}
    close(candidate.radii(centers, 2), expected, inputs=inputs, rtol=1e-4, atol=1e-5, message="with copies")


@part("points and balls", points=2, hint="each center has a radius of its own: compare columns with it")
def points_and_balls(candidate, rng):
    for real, generated, neighbours in CASES:
        centers, points = sets(rng, real, generated)
        expected = reference_inside(points, centers, neighbours)
        inputs = {"points": points, "centers": centers, "neighbours": neighbours}
        close(candidate.inside(points, centers, neighbours), expected, inputs=inputs)
    # distances that are exact in floating point numbers: 5 between the first two centers, and 5 to the points
    scale = 2.0 ** int(rng.integers(-2, 3))
    centers, points = (
        scale * np.array(v, "float64") for v in ([[0, 0], [3, 4], [40, 0]], [[-5, 0], [3, 9], [-3, -4.5]])
    )
    expected = reference_inside(points, centers, 1)
    inputs = {"points": points, "centers": centers, "neighbours": 1}
    close(candidate.inside(points, centers, 1), expected, inputs=inputs, message="at the radius")


@part("precision and density", points=2, hint="the balls are those of the data")
def near_the_data(candidate, rng):
    for sizes in CASES:
        real, generated = sets(rng, *sizes[:2])
        found = reference_inside(generated, real, sizes[2])
        inputs = {"real": real, "generated": generated, "neighbours": sizes[2]}
        precision, density = candidate.fidelity(real, generated, sizes[2])
        share = sum(any(row) for row in found) / sizes[1]
        close(precision, share, inputs=inputs, rtol=1e-4, message="precision")
        expected = np.count_nonzero(found) / (sizes[1] * sizes[2])
        close(density, expected, inputs=inputs, rtol=1e-4, message="density")


@part("recall and coverage", points=2, hint="recall counts data in balls of samples, coverage balls of data")
def near_the_samples(candidate, rng):
    for sizes in CASES:
        real, generated = sets(rng, *sizes[:2])
        inputs = {"real": real, "generated": generated, "neighbours": sizes[2]}
        recall, coverage = candidate.diversity(real, generated, sizes[2])
        expected = sum(any(row) for row in reference_inside(real, generated, sizes[2])) / sizes[0]
        close(recall, expected, inputs=inputs, rtol=1e-4, message="recall")
        expected = sum(any(row) for row in reference_inside(generated, real, sizes[2]).T) / sizes[0]
        close(coverage, expected, inputs=inputs, rtol=1e-4, message="coverage")


@part(
    "what equal distributions get",
    points=2,
    hint="all orders of the other samples by distance are equally likely",
)
def equal_distributions(candidate, rng):
    for neighbours in (1, 2, 5):
        real, generated = (int(n) for n in rng.integers(neighbours + 1, 40, size=2))
        # of all choices of the nearest samples, those that hold real ones only
        empty = math.comb(real - 1, neighbours) / math.comb(real + generated - 1, neighbours)
        inputs = {"real": real, "generated": generated, "neighbours": neighbours}
        close(candidate.coverage_of_equals(real, generated, neighbours), 1 - empty, inputs=inputs, rtol=1e-4)
