"""The table itself: models with the same task and data in one group, the best score first.

A row is a model with one data set, one mode and one backend; quick and full runs are never in one group. If it was run
with n ≥ 2 seeds, its score is the mean with the 95% interval of Student's distribution, mean ± t_{0.975, n−1} s / √n.
"""

import math
from dataclasses import dataclass, field
from statistics import fmean, stdev

from scipy import stats

from course.words import several


@dataclass(frozen=True)
class Row:
    """The score of one model."""

    model: str
    note: str
    experiment: str
    mode: str
    backend: str
    device: str
    run: str  # the newest of its runs
    when: object  # a datetime
    values: tuple  # the score of each seed
    seeds: tuple
    off: bool  # was a number of one of these runs outside its expected band?
    parameters: int | None
    seconds: float | None  # of one training, the mean over the runs

    @property
    def score(self):
        """The mean over the seeds."""
        return fmean(self.values)

    @property
    def half(self):
        """Half the width of the 95% interval of the mean; None for a single seed."""
        n = len(self.values)
        if n < 2:
            return None
        return float(stats.t.ppf(0.975, n - 1)) * stdev(self.values) / math.sqrt(n)


@dataclass(frozen=True)
class Missing:
    """A model without a recorded score."""

    model: str
    experiment: str
    command: str
    reason: str  # why: "no run is recorded", or what went wrong


@dataclass
class Group:
    """Models that are compared: the same task, the same data."""

    task: str
    data: str  # empty if the experiment makes its own numbers
    mode: str  # "quick" or "full"
    score: str
    better: str
    rows: list = field(default_factory=list)
    missing: list = field(default_factory=list)

    @property
    def title(self):
        """Task, data and mode in words."""
        data = f" ({self.data})" if self.data else ""
        return f"{self.task}{data}, {self.mode} runs"


@dataclass(frozen=True)
class Board:
    """All groups, and where the numbers come from."""

    groups: list
    full_runs: list  # commands of full runs that are not recorded
    unreadable: str  # a sentence, empty if all files could be read
    folder: object

    @property
    def models(self):
        """How many models the course declares, and how many of them have a score."""
        declared = {(r.experiment, r.model) for g in self.groups for r in (*g.rows, *g.missing)}
        scored = {(r.experiment, r.model) for g in self.groups for r in g.rows}
        return len(declared), len(scored)

    @property
    def sentence(self):
        """The size of the table in one sentence."""
        declared, scored = self.models
        rows = sum(len(group.rows) for group in self.groups)
        return f"{scored} of {declared} models have a score, in {several(rows, 'row')}."

    def to_json(self):
        """Return the content of `leaderboard.json`."""
        return {
            "summary": self.sentence,
            "runs": str(self.folder),
            "unreadable": self.unreadable,
            "groups": [
                {
                    "task": group.task,
                    "data": group.data,
                    "mode": group.mode,
                    "score": group.score,
                    "better": group.better,
                    "rows": [_row_json(row) for row in group.rows],
                    "missing": [vars(missing) for missing in group.missing],
                }
                for group in self.groups
            ],
            "full_runs_not_recorded": self.full_runs,
        }


def board(catalog, records):
    """Put what the catalog declares and what the runs recorded into one table.

    Args:
        catalog: The course's `Catalog`.
        records: `Records`.
    """
    groups, full_runs = {}, []
    for experiment in catalog.experiments:
        if not experiment.leaderboard:
            continue
        own = [record for record in records.results if record.experiment == experiment.name]
        kinds = {}
        for record in own:
            kinds.setdefault((_data(experiment, record), record.mode, record.backend), []).append(record)
        for entry in experiment.leaderboard:
            rows = [(kind, _row(experiment, entry, found)) for kind, found in kinds.items()]
            rows = [(data, row) for (data, *_), row in rows if row is not None]
            for data, row in rows:
                _group(groups, entry, data, row.mode).rows.append(row)
            if not rows:
                missing = _missing(experiment, entry, own, records.failed.get(experiment.name))
                quick = entry.metric in experiment.expected
                data = experiment.data if quick else experiment.full or experiment.data
                where = ("" if data == "none" else data, "quick" if quick else "full")
                _group(groups, entry, *where).missing.append(missing)
        if _differs(experiment) and not any(record.mode == "full" for record in own):
            full_runs.append(f"course run {experiment.name} --full")
    for group in groups.values():
        sign = -1 if group.better == "higher" else 1
        group.rows.sort(key=lambda row, sign=sign: (sign * row.score, row.parameters or 0, row.model))
    tasks = list(dict.fromkeys(group.task for group in groups.values()))
    ordered = sorted(groups.values(), key=lambda group: (tasks.index(group.task), group.mode == "full"))
    return Board(ordered, full_runs, records.sentence, records.folder)


def _group(groups, entry, data, mode):
    group = Group(entry.task, data, mode, entry.score, entry.better)
    return groups.setdefault((entry.task, data, mode), group)


def _data(experiment, record):
    """The set that the experiment was run on: of those that it used, the first that `unit.toml` names."""
    return next((name for name in record.data if name in experiment.accepts), "")


def _row(experiment, entry, found):
    """Join the records of one data set, mode and backend; None if none of them holds the score."""
    found = sorted(
        (record for record in found if entry.value(record.metrics) is not None), key=lambda r: r.seed
    )
    if not found:
        return None
    newest = max(found, key=lambda record: record.when)
    models = [record.models.get(entry.metric, {}) for record in found]
    seconds = [model["seconds"] for model in models if _is_number(model.get("seconds"))]
    parameters = newest.models.get(entry.metric, {}).get("parameters")
    return Row(
        model=entry.model,
        note=entry.note,
        experiment=experiment.name,
        mode=newest.mode,
        backend=newest.backend,
        device=newest.device,
        run=newest.run,
        when=newest.when,
        values=tuple(entry.value(record.metrics) for record in found),
        seeds=tuple(record.seed for record in found),
        off=any(record.status == "off" for record in found),
        parameters=parameters if _is_number(parameters) else None,
        seconds=fmean(seconds) if seconds else None,
    )


def _missing(experiment, entry, own, failed):
    quick = entry.metric in experiment.expected
    full = "" if quick else " --full"
    reason = "no run is recorded" if quick else "no full run is recorded"
    if any(quick or record.mode == "full" for record in own):
        reason = f"its {several(len(own), 'recorded run')} did not record {entry.metric}"
    elif failed:
        reason = f"its last run failed: {failed.error}"
    return Missing(entry.model, experiment.name, f"course run {experiment.name}{full}", reason)


def _differs(experiment):
    """Does `--full` say more about the models of this experiment than the quick run?"""
    return bool(experiment.full or experiment.expected_full)


def _row_json(row):
    content = {key: value for key, value in vars(row).items() if key != "when"}
    return content | {
        "values": list(row.values),
        "seeds": list(row.seeds),
        "score": row.score,
        "half_of_95_percent_interval": row.half,
        "recorded": row.when.isoformat(timespec="seconds"),
    }


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
