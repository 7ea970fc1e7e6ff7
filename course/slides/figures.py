"""The figures of a deck: the newest of each experiment in `runs/`, and running experiments for missing ones."""

import contextlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from course import paths
from course.experiments import recorded


@dataclass(frozen=True)
class Figure:
    """A figure that an experiment has drawn."""

    experiment: str
    name: str
    path: Path  # what is shown: SVG, PNG, or a GIF that moves
    still: Path  # what is printed
    width: float  # inches
    height: float
    text: float | None  # points of its smallest text; None if it has none
    run: str
    description: str = ""  # what it shows, made from its axes and data

    @property
    def aspect(self):
        """Width / height."""
        return self.width / self.height


def drawn(runs=None):
    """Return the newest figures of all experiments: `(experiment, figure)` → `Figure`.

    Runs that failed do not count. A file that is no result of a run is ignored.

    Args:
        runs: The folder of runs; by default `course.paths.runs()`.
    """
    found = {}
    for path in recorded.files(runs):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["status"] == "error":
                continue
            experiment = f"{content['unit']}/{content['experiment']}"
            figures = [_figure(experiment, entry, path.parent) for entry in content["figures"]]
        except recorded.UNREADABLE:
            continue
        for figure in figures:
            if figure.path.is_file():
                found.setdefault((experiment, figure.name), figure)
    return found


def _figure(experiment, entry, folder):
    shown, png = recorded.shown(entry, folder), folder / entry["png"]
    width, height = map(float, entry["inches"])
    text = None if entry["text"] is None else float(entry["text"])
    described = entry.get("alt", "")  # older runs have none
    return Figure(experiment, entry["name"], shown, png, width, height, text, folder.parts[-3], described)


def draw(experiments, console, backend=None):
    """Run experiments in quick mode, as `course run` does, into a run of its own; return its `Report`.

    Args:
        experiments: A list of `course.catalog.Experiment`s.
        console: Where progress is shown.
        backend: The backend's name, or None.
    """
    from course import backend as backends
    from course.experiments import folders, follow
    from course.experiments import jobs as run_jobs

    chosen = backends.choose(backend)
    jobs = run_jobs.count(None, len(experiments), chosen.name)
    with console.status("Starting Keras …") if console.is_terminal else contextlib.nullcontext():
        if jobs == 1:
            backends.start(backend)
        from course.experiments import report as reports
    started = datetime.now().astimezone()
    folder = folders.new(paths.runs(), f"{started:%Y%m%d-%H%M%S}-{chosen.name}")
    report = reports.Report(
        id=folder.name,
        backend=chosen.name,
        why=chosen.why,
        mode="quick",
        seed=0,
        started=started.isoformat(timespec="seconds"),
        jobs=jobs,
    )
    request = {"full": False, "data": None, "seed": 0, "out": str(folder)}
    follow.follow(experiments, request, report, console)
    reports.write(report, folder)
    return report
