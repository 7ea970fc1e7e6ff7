"""The errors of loading data; each message says what to do."""

from course.errors import CourseError


class DataError(CourseError):
    """A wrong request: an unknown set, split, array or option."""


class DataOffline(DataError):
    """The set is neither cached nor mirrored, and its source cannot be reached."""


class DataRefused(DataError):
    """A file differs from its card; it was neither used nor changed."""
