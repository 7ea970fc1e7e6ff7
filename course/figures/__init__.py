"""One look for every figure, and one colour for each optimizer.

Imports no other room. Experiments of units call it, and so do slides and the bench.
"""

from course.figures.look import (
    COLOURS,
    CYCLE,
    MARKERS,
    SMALLEST_TEXT,
    decision_regions,
    image_grid,
    pale,
    style,
)

__all__ = [
    "COLOURS",
    "CYCLE",
    "MARKERS",
    "SMALLEST_TEXT",
    "decision_regions",
    "image_grid",
    "pale",
    "style",
]
