"""What a search may choose: a range or a list for each setting, and its image in the unit cube."""

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Range:
    """Numbers between two ends.

    Args:
        low, high: the ends, both possible.
        log: spread the numbers evenly in their logarithm: for settings such as a learning rate.
        whole: whole numbers only.

    Raises:
        ValueError: the ends are no interval, are not positive with ``log``, or not whole with ``whole``.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def __post_init__(self):
        if not -math.inf < self.low < self.high < math.inf:
            raise ValueError(f"a range goes from low to a larger high, not from {self.low} to {self.high}.")
        if self.log and self.low <= 0:
            raise ValueError(f"a logarithmic range needs low > 0, not {self.low}.")
        if self.whole and (self.low != int(self.low) or self.high != int(self.high)):
            raise ValueError(f"a range of whole numbers has whole ends, not {self.low} and {self.high}.")

    def value(self, u):
        """The value at the place u in [0, 1]."""
        low, high = self._ends()
        value = low + float(u) * (high - low)
        value = math.exp(value) if self.log else value
        if self.whole:
            return int(min(max(round(value), self.low), self.high))
        return min(max(value, float(self.low)), float(self.high))

    def place(self, value):
        """The place u in [0, 1] of a value."""
        if not self.low <= value <= self.high:
            raise ValueError(f"{value} is not between {self.low} and {self.high}.")
        low, high = self._ends()
        u = ((math.log(value) if self.log else value) - low) / (high - low)
        return min(max(u, 0.0), 1.0)

    def snap(self, u):
        """The places of the values that the places u stand for, an array: other ones with whole numbers only."""
        if not self.whole:
            return u
        low, high = self._ends()
        value = low + u * (high - low)
        value = np.clip(np.round(np.exp(value) if self.log else value), self.low, self.high)
        return ((np.log(value) if self.log else value) - low) / (high - low)

    def _ends(self):
        """The ends of the interval that u runs through; with whole numbers each gets half a step more."""
        low, high = (self.low - 0.5, self.high + 0.5) if self.whole else (self.low, self.high)
        return (math.log(low), math.log(high)) if self.log else (low, high)


class Choice:
    """One of several values without an order, such as names of activations.

    Raises:
        ValueError: there are fewer than two values, or one stands there twice.
    """

    def __init__(self, *values):
        if len(values) < 2 or len(set(values)) < len(values):
            raise ValueError(f"a choice needs at least two different values, not {values!r}.")
        self.values = values

    def value(self, u):
        """The value at the place u in [0, 1]."""
        return self.values[min(int(u * len(self.values)), len(self.values) - 1)]

    def snap(self, u):
        """The middles of the parts in which the places u lie, an array."""
        count = len(self.values)
        return (np.minimum(np.floor(u * count), count - 1) + 0.5) / count

    def place(self, value):
        """The middle of the part of [0, 1] that belongs to a value."""
        if value not in self.values:
            raise ValueError(f"{value!r} is not one of {self.values}.")
        return (self.values.index(value) + 0.5) / len(self.values)


class SearchSpace:
    """Settings by name, each with a ``Range`` or a ``Choice``; the unit cube has one axis for each.

    Example:
    >>> space = SearchSpace({"learning_rate": Range(1e-4, 1.0, log=True), "width": Range(8, 64, whole=True)})
    >>> space.settings([1.0, 0.5])
    {'learning_rate': 1.0, 'width': 36}

    Raises:
        ValueError: there is no setting, or one is neither a Range nor a Choice.
    """

    def __init__(self, axes):
        self.axes = dict(axes)
        wrong = [name for name, axis in self.axes.items() if not isinstance(axis, Range | Choice)]
        if wrong or not self.axes:
            raise ValueError(
                f"a search space needs a Range or a Choice for each setting, which {wrong or 'nobody'} has."
            )

    def settings(self, u):
        """A point of the unit cube as a dictionary name → value."""
        return {name: axis.value(place) for (name, axis), place in zip(self.axes.items(), u, strict=True)}

    def point(self, settings):
        """The point of the unit cube that stands for ``settings``, shape (axes,)."""
        return np.array([axis.place(settings[name]) for name, axis in self.axes.items()])

    def snap(self, points):
        """Each row moved to the point that stands for its settings: where whole numbers and choices really are."""
        points = np.asarray(points)
        return np.stack([axis.snap(u) for axis, u in zip(self.axes.values(), points.T, strict=True)], axis=1)

    def sample(self, count, rng):
        """``count`` independent settings, in a list."""
        return [self.settings(u) for u in rng.uniform(size=(count, len(self.axes)))]

    def spread(self, count, rng):
        """A Latin hypercube: ``count`` settings whose places on every axis lie in ``count`` different equal parts."""
        parts = np.stack([rng.permutation(count) for _ in self.axes], axis=1)
        return [self.settings(u) for u in (parts + rng.uniform(size=parts.shape)) / count]

    def grid(self, points):
        """All combinations of evenly spaced values on every range, and of all values of a choice.

        Args:
            points: how many values a range gets: one number for all, or a dictionary name → number.

        Raises:
            ValueError: a range has no such number, or it is no whole number ≥ 1.
        """
        sides = []
        for name, axis in self.axes.items():
            count = points.get(name) if isinstance(points, dict) else points
            count = len(axis.values) if isinstance(axis, Choice) else count
            if not isinstance(count, int) or count < 1:
                raise ValueError(f"a grid needs a whole number ≥ 1 of values for {name!r}, not {count!r}.")
            places = (np.arange(count) + 0.5) / count
            sides.append(list(dict.fromkeys(axis.value(u) for u in places)))
        rows = np.stack(np.meshgrid(*[np.arange(len(side)) for side in sides], indexing="ij"), axis=-1)
        return [
            {name: side[i] for name, side, i in zip(self.axes, sides, row, strict=True)}
            for row in rows.reshape(-1, len(sides))
        ]
