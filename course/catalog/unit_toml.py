"""Reads a table of a `unit.toml` or `exercise.toml` key by key; an error names the file and the key."""

import re

from course.catalog.forbidden import GROUPS
from course.errors import CourseError

_DOTTED = re.compile(r"\*\.[A-Za-z_]\w*|[A-Za-z_]\w*(\.[A-Za-z_]\w*)*\.(\*|[A-Za-z_]\w*)")
_DATASET = re.compile(r"[a-z][a-z0-9_]*")


class Keys:
    """One table of a TOML file. Its keys are taken one by one; an error names the key."""

    def __init__(self, file, where, table):
        self.file, self.where, self.table = file, where, dict(table)

    def fail(self, key, message):
        """Raise an error about a key."""
        raise CourseError(f"{self.file}: {self.where}{key} {message}.")

    def needs(self, path, entry=None):
        """Raise an error if a file is missing that an entry, by default this table, needs."""
        if not path.is_file():
            entry = entry or self.where.rstrip(": ")
            raise CourseError(f"{self.file}: {entry} needs the file {path}, which is missing.")

    def take(self, key, *default):
        """Take a key out of the table; without a default it must be there."""
        if key not in self.table:
            if default:
                return default[0]
            self.fail(key, "is missing")
        return self.table.pop(key)

    def text(self, key, one_of=None):
        """Take a text that is not empty."""
        value = self.take(key)
        if not isinstance(value, str) or not value.strip():
            self.fail(key, "must be a text that is not empty")
        if one_of and value not in one_of:
            self.fail(key, f"must be one of {', '.join(one_of)}, not {value!r}")
        return value

    def integer(self, key, one_of=None):
        """Take a whole number above 0."""
        value = self.take(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            self.fail(key, f"must be a whole number above 0, not {value!r}")
        if one_of and value not in one_of:
            self.fail(key, f"must be one of {', '.join(map(str, one_of))}, not {value!r}")
        return value

    def count(self, key, *default):
        """Take a whole number from 0 on."""
        value = self.take(key, *default)
        if value not in default and (type(value) is not int or value < 0):
            self.fail(key, f"must be a whole number from 0 on, not {value!r}")
        return value

    def forbidden(self, key):
        """Take a list of dotted names of things not to be used, or of groups (`course/catalog/forbidden.py`)."""
        values = self.take(key, [])
        if not isinstance(values, list) or not all(
            isinstance(v, str) and (v in GROUPS or _DOTTED.fullmatch(v)) for v in values
        ):
            groups = " or ".join(f'"{name}"' for name in GROUPS)
            self.fail(key, f'must be a list of names like "keras.ops.softmax" or "*.softmax", or {groups}')
        return tuple(values)

    def identifier(self, key, pattern, like):
        """Take the name of this entry, which later error messages use."""
        value = self.text(key)
        if not pattern.fullmatch(value):
            self.fail(key, f"must be lower case letters, digits and underscores {like}, not {value!r}")
        self.where = f"{self.where.split(' ')[0]} {value}: "
        return value

    def dataset(self, key, **default):
        """Take the name of a data set."""
        if key not in self.table and default:
            return default["default"]
        value = self.text(key)
        if not _DATASET.fullmatch(value):
            self.fail(key, f"must be the name of a data set, not {value!r}")
        return value

    def datasets(self, key):
        """Take a list of names of data sets."""
        values = self.take(key, [])
        if not isinstance(values, list) or not all(
            isinstance(v, str) and _DATASET.fullmatch(v) for v in values
        ):
            self.fail(key, "must be a list of names of data sets")
        return tuple(values)

    def texts(self, key):
        """Take a list of at least one text."""
        values = self.take(key)
        if (
            not isinstance(values, list)
            or not values
            or not all(isinstance(v, str) and v.strip() for v in values)
        ):
            self.fail(key, "must be a list of at least one text")
        return tuple(values)

    def identifiers(self, key, pattern, like):
        """Take a list of names, which may be missing."""
        values = self.take(key, [])
        if not isinstance(values, list) or not all(
            isinstance(v, str) and pattern.fullmatch(v) for v in values
        ):
            self.fail(key, f"must be a list of names in lower case letters, digits and underscores {like}")
        return values

    def bands(self, key, **default):
        """Take a table of metrics and their bands, as metric → (low, high)."""
        if key not in self.table and default:
            return default["default"]
        bands = self.take(key)
        if not isinstance(bands, dict) or not bands:
            self.fail(key, "must be a table of metric = [low, high]")
        for metric, band in bands.items():
            if not _is_band(band):
                self.fail(f"{key}.{metric}", f"must be [low, high] with low <= high, not {band!r}")
        return {metric: (float(low), float(high)) for metric, (low, high) in bands.items()}

    def tables(self, key):
        """Take an array of tables, each as `Keys`."""
        tables = self.take(key, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.fail(key, f"must be written as [[{key}]]")
        return [Keys(self.file, f"[[{key}]] number {i}: ", table) for i, table in enumerate(tables, 1)]

    def table_of(self, key):
        """Take one table inside this one, as `Keys`; None if it is not there."""
        table = self.take(key, None)
        if table is not None and not isinstance(table, dict):
            self.fail(key, f"must be written as [….{key}]")
        return None if table is None else Keys(self.file, f"{self.where}{key}: ", table)

    def flag(self, key):
        """Take true or false; false if it is not there."""
        value = self.take(key, False)
        if not isinstance(value, bool):
            self.fail(key, f"must be true or false, not {value!r}")
        return value

    def done(self):
        """Raise an error if there is a key that was not taken."""
        for key in self.table:
            self.fail(key, "is not a key that the course knows")


def _is_band(band):
    if not isinstance(band, list) or len(band) != 2:
        return False
    numbers = all(
        isinstance(v, int | float) and not isinstance(v, bool) and abs(v) < float("inf") for v in band
    )
    return numbers and band[0] <= band[1]
