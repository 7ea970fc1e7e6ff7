"""What went wrong in an experiment, in one line; and its warnings."""

import traceback
from pathlib import Path

from course.errors import CourseError


def sentence(problem, experiment):
    """Say in one line what went wrong, and in which line of the units."""
    if isinstance(problem, CourseError):
        return str(problem)
    units = str(experiment.unit.path.parent)
    frames = [f for f in traceback.extract_tb(problem.__traceback__) if f.filename.startswith(units)]
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    text = " ".join(str(problem).split())
    return f"{type(problem).__name__}: {text}{where}" if text else f"{type(problem).__name__}{where}"


def told(caught):
    """Return the text of every warning, each once."""
    return list(dict.fromkeys(f"{w.category.__name__}: {' '.join(str(w.message).split())}" for w in caught))
