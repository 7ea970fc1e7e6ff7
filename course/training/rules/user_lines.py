"""Which lines of Python are a user's."""

from pathlib import Path

import keras

_KERAS = str(Path(keras.__file__).parent)
_COURSE = str(Path(__file__).parents[1])


def of_the_engine(filename):
    """Whether a file belongs to Keras or to the course's engine."""
    return filename.startswith((_KERAS, _COURSE))


def written_by_user(filename):
    """Whether a file is neither a library's nor the course's engine."""
    return not of_the_engine(filename) and "site-packages" not in filename and not filename.startswith("<")
