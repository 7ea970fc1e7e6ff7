"""What ``course.data.load`` returns: the arrays, and the three views that models take."""

import numpy as np

from course.data import graphs, texts
from course.data.errors import DataError


class Dataset:
    """A data set in memory.

    The arrays as stored are attributes (``d.x``, ``d.x_train`` …) and in ``d.arrays``. They belong to this
    object alone: every load makes new ones, so that changing them in place changes nothing else. ``images``,
    ``features`` and ``labels`` return new arrays at every call.
    """

    def __init__(self, card, arrays, source, notes=(), classes=None, options=None):
        self.card = card
        self.arrays = dict(arrays)
        self.source = source
        self.notes = tuple(notes)
        self.options = dict(options or {})
        self._classes = card.classes if classes is None else classes

    @property
    def name(self):
        """Name of the set."""
        return self.card.name

    @property
    def classes(self):
        """Number of classes; None where there are none."""
        return self._classes

    @property
    def class_names(self):
        """Names of the classes, in the order of their codes."""
        return self.card.class_names or tuple(str(k) for k in range(self.classes or 0))

    @property
    def feature_names(self):
        """Names of the columns, with their units of measure where the source states them."""
        return self.card.feature_names

    @property
    def splits(self):
        """The official splits, ``("train", "test")``, or () where there is none."""
        return tuple(self.card.splits)

    def images(self, split=None):
        """Return float32 images in [0, 1] of shape (batch, height, width, channels), channels always last.

        Sample pictures have no split: ``images()`` is all of them, one after the other.
        """
        if self.card.task == "pictures":
            self._no_split(split, "images")
            stored = np.stack(list(self.arrays.values()))
            return self._unit_interval(stored, next(iter(self.arrays)))
        if self.card.task != "images":
            raise DataError(
                f"{self.name} holds no images but {self._contents()}; features and labels are there."
            )
        key = self._key("x", split, "images")
        images = self._unit_interval(self.arrays[key], key)
        return images[..., np.newaxis] if images.ndim == 3 else images

    def features(self, split=None):
        """Return float32 features of shape (batch, features).

        Images are flattened and scaled to [0, 1]; everything else is as stored.
        """
        if self.card.task == "text":
            raise DataError(f"{self.name} is text: {self._views()} is there; turn it into numbers first.")
        if self.card.task == "pictures":
            raise DataError(f"{self.name} has no features but {self._contents()}; images() is there.")
        if self.card.task == "graph":
            self._no_split(split, "features")
            return graphs.features(self.arrays)
        key = self._key("x", split, "features")
        x = self.arrays[key]
        if self.card.task == "images":
            return self._unit_interval(x, key).reshape(len(x), -1)
        return x.reshape(len(x), -1).astype("float32")

    def labels(self, split=None):
        """Return labels of shape (batch,): int32 classes, or float32 responses in a regression."""
        if self.card.task == "pictures":
            raise DataError(f"{self.name} has no labels but {self._contents()}.")
        if self.card.task == "text" and "y" not in self.arrays:
            self._content("labels", "reviews")
            return texts.reviews(self.arrays[self._key("x", split, "labels")])[1].astype("int32")
        if self.card.task == "graph":
            self._no_split(split, "labels")
            return graphs.labels(self.arrays)
        y = self.arrays[self._key("y", split, "labels")]
        return y.astype("float32" if self.card.task == "regression" else "int32")

    def edges(self):
        """Return the edges of a graph, each once: int32 of shape (edges, 2), the smaller number first."""
        if self.card.task != "graph":
            raise DataError(f"{self.name} is no graph, it has {self._contents()}.")
        return graphs.edges(self.arrays)

    def text(self, split=None):
        """Return a text as one string."""
        self._content("text", "characters")
        return texts.text(self.arrays[self._key("x", split, "text")])

    def texts(self, split=None):
        """Return sentences or reviews as a list of strings."""
        self._content("texts", "sentences", "reviews")
        array = self.arrays[self._key("x", split, "texts")]
        return texts.reviews(array)[0] if self.card.content == "reviews" else texts.lines(array)

    def pairs(self, split=None):
        """Return pairs of sentences, as for translation, as a list of tuples ``(source, target)``."""
        self._content("pairs", "pairs")
        second = self._key("y", split, "pairs")
        return texts.pairs(self.arrays[self._key("x", split, "pairs")], self.arrays.get(second))

    def _content(self, method, *contents):
        if self.card.content not in contents:
            view = self._views() if self.card.task == "text" else self._contents()
            raise DataError(f"{self.name} has no {method}; {view} is there.")

    def _views(self):
        views = {"characters": "d.text()", "pairs": "d.pairs()"}
        return views.get(self.card.content, "d.texts()")

    def _unit_interval(self, stored, key):
        low, high = self.card.arrays[key].range
        scaled = stored.astype("float32")
        scaled -= low
        scaled /= high - low  # in place: MNIST's training images are 188 MB
        return scaled

    def _key(self, kind, split, method):
        if not self.splits:
            self._no_split(split, method)
            return kind
        if split not in self.splits:
            wanted = " or ".join(f"d.{method}({name!r})" for name in self.splits)
            given = "no split was given" if split is None else f"there is no split {split!r}"
            raise DataError(f"{self.name} comes split, and {given}: ask for {wanted}.")
        return f"{kind}_{split}"

    def _no_split(self, split, method):
        if split is not None:
            raise DataError(
                f"{self.name} has no split {split!r}: d.{method}() is all of it, and splitting is yours."
            )

    def _contents(self):
        return ", ".join(self.arrays)

    def __getattr__(self, name):
        arrays = self.__dict__.get("arrays", {})
        if name in arrays:
            return arrays[name]
        raise AttributeError(f"This data set has no {name!r}; its arrays are {', '.join(arrays)}.")

    def __dir__(self):
        return [*super().__dir__(), *self.arrays]

    def __repr__(self):
        rows = [f"{self.name}: {self.card.title} ({self.source})"]
        for name, array in self.arrays.items():
            rows.append(f"  {name:<10} {array.dtype!s:<8} {array.shape}")
        if self.classes:
            rows.append(f"  {self.classes} classes: {', '.join(map(str, self.class_names))}")
        return "\n".join([*rows, *(f"  note: {note}" for note in self.notes)])
