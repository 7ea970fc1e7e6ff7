"""The one exception that the command line turns into a sentence instead of a traceback."""


class CourseError(Exception):
    """A mistake that the user can correct: one sentence that says what is wrong and what to do."""
