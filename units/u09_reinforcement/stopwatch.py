"""Where the time of an agent goes: environment, acting or learning (§8.4)."""

import time
from collections import defaultdict
from contextlib import contextmanager


class Stopwatch:
    """Seconds for each part of a loop.

    Attributes:
        seconds: part → seconds so far.

    Example:
        >>> watch = Stopwatch()
        >>> with watch("acting"):
        ...     total = sum(range(1000))
        >>> watch.shares()
        {'acting': 1.0}
    """

    def __init__(self):
        self.seconds = defaultdict(float)

    @contextmanager
    def __call__(self, part):
        """Add the time that the block takes to a part."""
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[part] += time.perf_counter() - begin

    def shares(self):
        """Part → its share of all seconds that were measured."""
        total = sum(self.seconds.values())
        return {part: seconds / total for part, seconds in self.seconds.items()}
