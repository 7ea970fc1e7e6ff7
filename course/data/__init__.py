"""Data sets: their cards, and one function to load them.

Imports no other room. Experiments, lessons of units, `course doctor` and the bench call it. Importing this module
loads neither Keras nor scikit-learn nor a single array.
"""

from course.data.cards import Array, Card, card, names
from course.data.dataset import Dataset
from course.data.errors import DataError, DataOffline, DataRefused
from course.data.loading import load, where
from course.data.mirror_writing import mirror

__all__ = [
    "Array",
    "Card",
    "DataError",
    "DataOffline",
    "DataRefused",
    "Dataset",
    "card",
    "load",
    "mirror",
    "names",
    "where",
]
