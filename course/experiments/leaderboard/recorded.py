"""The results that runs have recorded: the newest of each experiment, data set, mode, backend and seed."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from course import paths
from course.errors import CourseError
from course.experiments.recorded import UNREADABLE, files


@dataclass(frozen=True)
class Record:
    """One recorded result."""

    experiment: str  # like "u02/softmax_regression"
    run: str  # the name of its folder in runs/
    backend: str
    device: str
    mode: str  # "quick" or "full"
    seed: int
    data: tuple[str, ...]  # the sets that it used
    status: str
    error: str | None
    metrics: dict
    models: dict
    when: datetime


@dataclass(frozen=True)
class Records:
    """What a folder of runs holds."""

    folder: Path
    results: list  # `Record`s that ran to their end, the newest of each kind
    failed: dict  # experiment → the newest `Record` that did not
    unreadable: list  # (path, reason) of files that are no results

    @property
    def sentence(self):
        """What could not be read, in one sentence; empty if everything could."""
        if not self.unreadable:
            return ""
        path, reason = self.unreadable[0]
        others = f" and {len(self.unreadable) - 1} more" if len(self.unreadable) > 1 else ""
        return (
            f"Left out, because it is no result of a run: {path.relative_to(self.folder)} ({reason}){others}."
        )


def recorded(folder=None):
    """Read every result in a folder of runs; nothing is changed there.

    Args:
        folder: The folder of runs; by default `course.paths.runs()`.

    Raises:
        CourseError: The folder holds no result.
    """
    folder = folder or paths.runs()
    newest, failed, unreadable = {}, {}, []
    for path in sorted(files(folder)):
        try:
            record = _read(path)
        except UNREADABLE as problem:
            unreadable.append((path, _reason(problem)))
            continue
        if record.status == "error":
            kinds, key = failed, record.experiment
        else:
            kinds, key = newest, (record.experiment, record.data, record.mode, record.backend, record.seed)
        if key not in kinds or record.when >= kinds[key].when:
            kinds[key] = record
    if not newest and not failed:
        damaged = f" that can be read ({len(unreadable)} cannot)" if unreadable else ""
        raise CourseError(
            f"{folder} holds no recorded run{damaged}: `course run all` makes one of every experiment."
        )
    return Records(folder, list(newest.values()), failed, unreadable)


def _read(path):
    content = json.loads(path.read_text(encoding="utf-8"))
    models = content.get("models", {})  # older results have none
    if not all(isinstance(part, dict) for part in (content["metrics"], models, *models.values())):
        raise TypeError("metrics and models must be tables")
    if not isinstance(content["seed"], int) or content["mode"] not in ("quick", "full"):
        raise ValueError("the seed or the mode is not one of a run")
    return Record(
        experiment=f"{content['unit']}/{content['experiment']}",
        run=path.parts[-4],
        backend=str(content["backend"]),
        device=str(content["device"]),
        mode=content["mode"],
        seed=content["seed"],
        data=tuple(dict.fromkeys(str(entry["name"]) for entry in content["data"])),
        status=str(content["status"]),
        error=content["error"],
        metrics=content["metrics"],
        models=models,
        when=datetime.fromtimestamp(path.stat().st_mtime).astimezone(),
    )


def _reason(problem):
    if isinstance(problem, KeyError):
        return f"{problem} is missing"
    if isinstance(problem, json.JSONDecodeError):
        return f"not valid JSON in line {problem.lineno}"
    return " ".join(str(problem).split()) or type(problem).__name__
