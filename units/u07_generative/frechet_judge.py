"""The Fréchet distance of samples to real images, beside the distance of real images from real images (§8.1)."""

import numpy as np

from units.u07_generative.feature_space import feature_space, halves
from units.u07_generative.frechet_distance import frechet_distance

SETS = 5  # of real images, at most, whose distances are averaged for the floor


class FrechetJudge:
    """Judge samples by the Fréchet distance to n test images, over the floor: what real images get with the same n.

    distance = d(n samples, n test images)
    floor    = mean of d(n held-out images, n test images) over disjoint sets of held-out images

    d is the Fréchet distance in the feature space of the data set. Held-out images are the half of the training images
    that the classifier of the feature space was not trained on. A distance falls with n, also if both sets have the
    same distribution, so only distances with the same n can be compared: the judge refuses another number of samples.

    Args:
        d: the ``course.data.Dataset`` of digits or MNIST.
        size: n; None for as many as there are test images (360 digits, 10,000 of MNIST).
        seed: of the classifier.

    Attributes:
        size, floor: n and the floor.
        sets: the number of sets of real images that were averaged, at most 5.

    Example::

        judge = FrechetJudge(d, 5000)
        judge.over_floor(model.sample(5000))

    Raises:
        ValueError: ``size`` is larger than the number of test images or of held-out images.
    """

    def __init__(self, d, size=None, seed=0):
        self.space = feature_space(d.name, seed)
        test, held = 2 * d.images("test") - 1, halves(d)[1][0]
        most = min(len(test), len(held))
        self.size = most if size is None else size
        if not 2 <= self.size <= most:
            raise ValueError(f"{d.name} has images to judge 2 to {most} samples, not {size}.")
        # the order of the files is not by chance: the first half of MNIST's test images is easier than the second
        chosen = np.sort(np.random.default_rng(seed).permutation(len(test))[: self.size])
        self.real = self.space.features(test[chosen])
        self.sets = min(SETS, len(held) // self.size)
        features = self.space.features(held[: self.sets * self.size])
        self.floor = float(
            np.mean([frechet_distance(part, self.real) for part in np.split(features, self.sets)])
        )

    def distance(self, samples):
        """The Fréchet distance of n samples in [−1, 1] to n test images.

        Raises:
            ValueError: another number of samples than n.
        """
        if len(samples) != self.size:
            raise ValueError(
                f"This judge compares {self.size} samples, not {len(samples)}: the floor depends on it."
            )
        return frechet_distance(self.space.features(samples), self.real)

    def over_floor(self, samples):
        """The distance over the floor: about 1 for real images, larger for samples that can be told from them."""
        return self.distance(samples) / self.floor
