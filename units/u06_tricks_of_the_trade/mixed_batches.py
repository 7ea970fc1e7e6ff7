"""MixUp and CutMix in the data path: NumPy makes the batches, while the model trains on the one before (§5.7)."""

import keras
import numpy as np

from course.validation import array, class_labels
from units.u03_optimization.hyperparameters import check_positive, check_size
from units.u05_convolution.required_shape import require_shape


class MixedBatches(keras.utils.PyDataset):
    """Mini-batches of mixed images and of the shares of their classes, for ``fit``.

    It mixes as ``RandomMix`` does, with a partner at a random distance in the batch. A batch depends only on the seed,
    the epoch and its number, so that the number of workers does not change it. Samples that do not fill a last batch
    are left out of the epoch.

    Args:
        x, y: images (batch, height, width, channels) and class numbers (batch,).
        classes: number of classes.
        kind, spread: as for ``RandomMix``.
        batch_size, seed: of the batches and of the draws.
        workers: threads that prepare batches; passed on to ``keras.utils.PyDataset`` as all other options.

    Raises:
        ValueError: an unknown kind, a spread or a batch size that is not positive, images or class numbers of another
            shape, or less than one whole batch.
    """

    def __init__(
        self, x, y, classes=10, kind="mix_up", spread=0.2, batch_size=32, seed=0, workers=1, **options
    ):
        super().__init__(workers=workers, **options)
        if kind not in ("mix_up", "cut_mix"):
            raise ValueError(f'kind must be "mix_up" or "cut_mix", not {kind!r}.')
        self.x, self.kind, self.spread = array(x), kind, check_positive("spread", spread)
        require_shape("x", self.x, "batch", "height", "width", "channels")
        self.shares = np.eye(classes, dtype="float32")[array(class_labels(y, classes, (len(self.x),)))]
        self.batch_size, self.seed, self.epoch = check_size("batch_size", batch_size), seed, 0
        if len(self.x) < batch_size:
            raise ValueError(f"{len(self.x)} images do not fill one batch of {batch_size}.")
        self._shuffle()

    def __len__(self):
        """The number of whole batches."""
        return len(self.x) // self.batch_size

    def __getitem__(self, index):
        """``(images, shares)`` of one batch."""
        rng = np.random.default_rng([self.seed, self.epoch, index])
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        n = len(rows)
        partners = np.roll(rows, -int(rng.integers(1, n))) if n > 1 else rows
        weight = rng.beta(self.spread, self.spread, size=n).astype("float32")
        x, partner = self.x[rows], self.x[partners]
        if self.kind == "mix_up":
            of_images = weight[:, None, None, None]
            x = of_images * x + (1 - of_images) * partner
        else:
            weight = self._paste(x, partner, weight, rng)
        return x, weight[:, None] * self.shares[rows] + (1 - weight[:, None]) * self.shares[partners]

    def _paste(self, x, partner, weight, rng):
        """Replace a box of each image, and return the share of the image that is kept."""
        size = np.array(x.shape[1:3])
        half = np.sqrt(1 - weight)[:, None] * size / 2
        centre = rng.uniform(size=(len(x), 2)) * size
        ends = np.rint(np.clip([centre - half, centre + half], 0, size)).astype(int)
        for i, ((top, left), (bottom, right)) in enumerate(ends.transpose(1, 0, 2)):
            x[i, top:bottom, left:right] = partner[i, top:bottom, left:right]
        return (1 - np.prod(ends[1] - ends[0], axis=1) / np.prod(size)).astype("float32")

    def on_epoch_end(self):
        """Another order in the next epoch."""
        self.epoch += 1
        self._shuffle()

    def _shuffle(self):
        self.order = np.random.default_rng([self.seed, self.epoch]).permutation(len(self.x))
