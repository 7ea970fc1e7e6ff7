"""Results of earlier runs, read from the folder of runs."""

import json
import math
from dataclasses import dataclass, field
from pathlib import Path

from course.experiments.recorded import UNREADABLE, files, shown


@dataclass(frozen=True)
class Picture:
    """A figure of a recorded result."""

    name: str
    path: Path  # SVG, PNG, or a GIF that moves
    inches: tuple
    description: str = ""  # what it shows, made from its axes and data


@dataclass(frozen=True)
class Recorded:
    """One result of an earlier run that ran to its end."""

    name: str  # u02/softmax_regression
    backend: str
    mode: str
    seed: int
    status: str
    seconds: float
    device: str
    data: tuple
    metrics: dict
    folder: Path  # of this experiment, inside of that of the run
    written: float  # seconds since the epoch
    figures: tuple = field(default=(), repr=False)


def recorded(runs=None):
    """Return the results in the folder of runs, the newest first.

    Experiments that raised do not count. A file that is no result of a run is ignored.

    Args:
        runs: The folder; by default `course.paths.runs()`.
    """
    found = []
    for path in files(runs):
        try:
            result = _read(path)
        except UNREADABLE:
            continue
        if result.status != "error":
            found.append(result)
    return found


def newest(experiments, mode, runs=None):
    """Return (experiment's name, backend) → its newest result in a mode, on the data set of that mode.

    Args:
        experiments: `course.catalog.Experiment`s.
        mode: `"quick"` or `"full"`.
        runs: The folder; by default `course.paths.runs()`.
    """
    sets = {e.name: e.data if mode == "quick" else e.full or e.data for e in experiments}
    found = {}
    for result in recorded(runs):
        own = sets.get(result.name)
        if (
            own is not None
            and result.mode == mode
            and (not result.data or own == "none" or own in result.data)
        ):
            found.setdefault((result.name, result.backend), result)
    return found


def _read(path):
    content = json.loads(path.read_text(encoding="utf-8"))
    special = content.get("not_finite", {})
    metrics = {k: float(special.get(k, math.nan)) if v is None else v for k, v in content["metrics"].items()}
    figures = (_picture(entry, path.parent) for entry in content["figures"])
    return Recorded(
        name=f"{content['unit']}/{content['experiment']}",
        **{name: content[name] for name in ("backend", "mode", "seed", "status", "seconds", "device")},
        data=tuple(dict.fromkeys(entry["name"] for entry in content["data"])),
        metrics=metrics,
        folder=path.parent,
        written=path.stat().st_mtime,
        figures=tuple(figure for figure in figures if figure.path.is_file()),
    )


def _picture(entry, folder):
    return Picture(
        entry["name"], shown(entry, folder), tuple(map(float, entry["inches"])), entry.get("alt", "")
    )
