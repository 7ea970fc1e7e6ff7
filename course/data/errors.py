"""What can go wrong with data, each with a sentence that says what to do."""

from course.errors import CourseError


class DataError(CourseError):
    """A wrong request: an unknown set, split, array or option."""


class DataOffline(DataError):
    """The set is neither cached nor mirrored, and its source cannot be reached."""


class DataRefused(DataError):
    """A file is not what its card says; it was not used and was left where it lies."""
