"""Run experiments: one or several at a time, record numbers and figures, write the report.

May import catalog, data, figures, processes and costs. `course run`, the slides (for figures that are missing)
and tests call it; an experiment of a unit gets a `Run`. Only `running.py` and `worker.py` import Keras, so the names
below are loaded on first use.

| file | idea |
| --- | --- |
| `running.py`, `figure_files.py`, `result.py` | one experiment: the `Run`, its figures on disk, its `Result` |
| `problems.py` | errors of an experiment in one line |
| `data_set.py`, `folders.py` | the data set and the bands of a request; the folders that a run writes to |
| `follow.py`, `screen.py` | all experiments of a request, one or several at a time, and the display of progress |
| `jobs.py`, `pool.py`, `worker.py` | several at a time: how many, the processes, and what runs in one |
| `recorded.py` | the files of earlier runs, for all that show them |
| `model_record.py` | parameters and seconds of a model on the leaderboard |
| `report/` | the page of a run |
| `leaderboard/` | the models of all recorded runs in one table |
"""

from importlib import import_module

__all__ = ["Run", "run_experiment"]


def __getattr__(name):
    if name in __all__:
        return getattr(import_module("course.experiments.running"), name)
    raise AttributeError(f"module 'course.experiments' has no attribute {name!r}")
