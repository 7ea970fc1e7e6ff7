"""The result of one experiment, and its JSON form."""

import json
import math
import os
from dataclasses import asdict, dataclass, field

import numpy as np


@dataclass
class Result:
    """The result of one experiment.

    `status` is one of

    - `ok`: every metric lies in its expected band;
    - `off`: a metric lies outside, or is not finite;
    - `ran`: it ran to the end, and no bands are stated for this mode and this data set;
    - `error`: it raised, or did not record a metric that has a band.
    """

    unit: str
    experiment: str
    title: str
    book: str
    backend: str
    data: list  # [{"name", "source", "options", "notes"}], in the order of use
    mode: str  # "quick" or "full"
    seed: int
    metrics: dict
    expected: dict  # metric → [low, high]; empty when no bands hold for this mode and data set
    status: str
    problems: list  # a sentence for each metric that is off
    seconds: float
    device: str
    strategy: str  # "none", "data_parallel" …
    devices: list  # names of those that trained
    versions: dict
    figures: list = field(
        default_factory=list
    )  # [{"name", "inches", "text" (points or None), "alt" (a description), "png", "svg" or "gif"}]
    logs: list = field(default_factory=list)
    tables: list = field(default_factory=list)  # [{"title", "columns", "rows"}]
    models: dict = field(
        default_factory=dict
    )  # metric → {"parameters", "seconds" of a training, "trainings"}
    warnings: list = field(default_factory=list)
    error: str | None = None
    traceback: str | None = None

    @property
    def name(self):
        """`u02/softmax_regression`."""
        return f"{self.unit}/{self.experiment}"

    @property
    def failed(self):
        """Is this a reason for exit code 1?"""
        return self.status in ("off", "error")

    @property
    def data_names(self):
        """The names of the sets that were used, each once."""
        return list(dict.fromkeys(entry["name"] for entry in self.data))

    def is_off(self, metric):
        """Tell whether a metric is off; None when it has no band and is finite."""
        value = self.metrics[metric]
        if not math.isfinite(value):
            return True
        if metric not in self.expected:
            return None
        low, high = self.expected[metric]
        return not low <= value <= high

    def to_json(self):
        """Return the content of `result.json`, in types that JSON has.

        NaN and infinity do not exist in JSON: such a metric is null, and `not_finite` says what it was.
        """
        content = asdict(self)
        content["metrics"] = {k: v if math.isfinite(v) else None for k, v in self.metrics.items()}
        content["not_finite"] = {k: str(v) for k, v in self.metrics.items() if not math.isfinite(v)}
        return plain(content)


def write_json(path, content):
    """Write valid JSON, completely or not at all."""
    write_text(path, json.dumps(plain(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_text(path, text):
    """Write a file, completely or not at all, and return its path: a reader never finds an incomplete file."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path


def plain(value):
    """Return the value in types that JSON has; a number that is not finite becomes its name."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)
