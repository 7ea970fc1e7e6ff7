"""The data set that an experiment uses for a request, and its expected bands; imports no Keras."""

from course.errors import CourseError


def chosen_set(experiment, full=False, data=None):
    """Return the name of the set that `r.data()` loads, or None.

    Raises:
        CourseError: The experiment does not accept `--data` with that name.
    """
    if data is None:
        name = experiment.full if full and experiment.full else experiment.data
        return None if name == "none" else name
    if data not in experiment.accepts:
        accepted = ", ".join(experiment.accepts) or "no --data: it makes its own numbers"
        raise CourseError(f"{experiment.name} does not take --data {data}; it takes {accepted}.")
    return data


def bands(experiment, full=False, data=None):
    """Return the bands of a mode, which hold for the data set of this mode only."""
    own = chosen_set(experiment, full, None)
    if data not in (None, own):
        return {}
    return experiment.expected_full if full else experiment.expected
