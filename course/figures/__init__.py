"""One look for every figure, one colour for each optimizer, and the figures of lessons.

Imports no other room. Experiments and lessons of units call it, and so do slides and the bench.
"""

from course.figures.description import describe
from course.figures.lessons import show, subplots
from course.figures.look import (
    COLOURS,
    CYCLE,
    MARKERS,
    SMALLEST_TEXT,
    decision_regions,
    image_grid,
    image_rows,
    pale,
    point_style,
    style,
)

__all__ = [
    "COLOURS",
    "CYCLE",
    "MARKERS",
    "SMALLEST_TEXT",
    "decision_regions",
    "describe",
    "image_grid",
    "image_rows",
    "pale",
    "point_style",
    "show",
    "style",
    "subplots",
]
