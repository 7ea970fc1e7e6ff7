"""What a run records about a model on the leaderboard: its parameters, and the seconds of its training."""

import time

from course.errors import CourseError


class ModelRecord:
    """One model: a `with` block around its training measures the seconds; several blocks give their mean."""

    def __init__(self):
        self.parameters = None  # a Keras model or a number
        self._seconds, self._started = [], None

    def __enter__(self):
        self._started = time.perf_counter()
        return self

    def __exit__(self, kind, *exception):
        if kind is None:
            self.add(time.perf_counter() - self._started)

    def add(self, seconds):
        """Record the seconds of one training that were measured elsewhere."""
        self._seconds.append(float(seconds))

    def to_json(self):
        """Return the record in types that JSON has.

        Raises:
            ValueError: The parameters are neither a number nor a model that has been built.
        """
        parameters = self.parameters
        if hasattr(parameters, "count_params"):
            parameters = parameters.count_params()
        if parameters is not None:
            parameters = int(parameters)
        trainings = len(self._seconds)
        seconds = sum(self._seconds) / trainings if trainings else None
        return {"parameters": parameters, "seconds": seconds, "trainings": trainings}


def models_of(run, experiment):
    """Return what the run recorded about models, by the name of their metric."""
    unknown = [metric for metric in run.models if metric not in run.metrics]
    if unknown:
        raise CourseError(
            f"{experiment.path.name} called r.model with {', '.join(unknown)}, but recorded no such metric."
        )
    missing = [
        entry.metric
        for entry in experiment.leaderboard
        if entry.metric in run.metrics and entry.metric not in run.models
    ]
    if missing:
        raise CourseError(
            f"{experiment.path.name} did not record the model of {', '.join(missing)}, which is on the "
            f"leaderboard: call r.model."
        )
    return {metric: record.to_json() for metric, record in run.models.items()}
