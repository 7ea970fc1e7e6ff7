"""Runs one experiment: sets the seeds, passes it a `Run`, compares its metrics with the bands, writes the result.

An experiment is a function `run(r)` in `units/uNN_slug/experiments/NAME.py`; `r` is a `Run`. What comes back
is a `Result`, which is also what `result.json` holds.
"""

import math
import re
import time
import traceback
import warnings
from contextlib import contextmanager, nullcontext
from pathlib import Path

import keras
import numpy as np
from matplotlib.figure import Figure

from course import backend, figures
from course import data as datasets
from course.errors import CourseError
from course.experiments import figure_files
from course.experiments.data_set import bands, chosen_set
from course.experiments.model_record import ModelRecord, models_of
from course.experiments.problems import sentence, told
from course.experiments.result import Result, plain, write_json
from course.training.costs import release_programs

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Run:
    """The argument of an experiment: its data, its numbers, its figures (see CONTRIBUTING.md)."""

    def __init__(self, experiment, full=False, data=None, seed=0, progress=None):
        self.full = bool(full)
        self.seed = seed
        self.rng = np.random.default_rng(seed)
        self.metrics, self.logs, self.tables, self.used = {}, [], [], []
        self.models = {}  # metric → ModelRecord
        self._experiment = experiment
        self._set = chosen_set(experiment, full, data)
        self._progress = progress or (lambda text: None)
        self._figures, self._animations = {}, {}

    def pick(self, *, quick, full):
        """Return the value for the mode."""
        return full if self.full else quick

    def whole(self, rows, batch_size):
        """Return how many rows to train on: in quick mode whole batches; a shorter one would be compiled by itself."""
        return rows if self.full else rows // batch_size * batch_size

    @property
    def data_name(self):
        """The name of the set that `r.data()` loads, or None: for options that only a generated set takes."""
        return self._set

    def data(self, name=None, **options):
        """Load a data set: the experiment's own, or the one named; what was used is recorded.

        Raises:
            CourseError: `unit.toml` gives the experiment no set of its own, and none was named.
        """
        if name is None and self._set is None:
            raise CourseError(f'{self._experiment.name} has data = "none": name the set in r.data(...).')
        loaded = datasets.load(name or self._set, **options)
        entry = {
            "name": name or self._set,
            "source": str(loaded.source),
            "options": plain(options),
            "notes": list(getattr(loaded, "notes", ())),
        }
        if entry not in self.used:
            self.used.append(entry)
            self._progress(f"data: {entry['name']} ({entry['source']})")
        return loaded

    def metric(self, name, value):
        """Record a number for the table and `result.json`; it is compared with its expected band.

        Raises:
            ValueError: A name that is no identifier or was used before, or a value that is not one number.
        """
        self._fresh(name, self.metrics, "metric")
        if isinstance(value, int | float):
            number = value
        else:
            array = np.asarray(keras.ops.convert_to_numpy(value))
            if array.size != 1 or array.dtype.kind not in "biuf":
                raise ValueError(
                    f"The metric {name} must be one number, got {array.dtype} of shape {array.shape}."
                )
            number = array.item()
        self.metrics[name] = float(number) if not isinstance(number, int) else int(number)

    def model(self, metric, parameters=None):
        """Record the size of a model and, in a `with` block, the seconds of its training: for the leaderboard.

        ::

            with r.model("test_accuracy", network):
                network.fit(x, y)

        Of several blocks with the same name, as for several seeds, the mean counts.

        Args:
            metric: The metric that is the model's score; it has to be recorded before `run` returns.
            parameters: A Keras model, whose parameters are counted when `run` returns, or a number. Where it is known
                later, write `with r.model(...) as record` and set `record.parameters`.
        """
        record = self.models.setdefault(metric, ModelRecord())
        if parameters is not None:
            record.parameters = parameters
        return record

    def log(self, text):
        """Record a line for the reader."""
        self.logs.append(str(text))
        self._progress(str(text))

    def table(self, columns, rows, title=""):
        """Record a table for the reader.

        Raises:
            ValueError: A row that has not one cell for each column.
        """
        columns, rows = [str(column) for column in columns], [list(row) for row in rows]
        for row in rows:
            if len(row) != len(columns):
                raise ValueError(
                    f"The table {title!r} has {len(columns)} columns and a row of {len(row)} cells."
                )
        self.tables.append({"title": str(title), "columns": columns, "rows": plain(rows)})

    def figure(self, name, rows=1, columns=1, size=None, **subplots):
        """Return a new Matplotlib figure and its axes; it is saved as PNG and SVG when `run` returns.

        Args:
            name: Name of the files.
            rows: Rows of axes.
            columns: Columns of axes.
            size: Width and height in inches; by default room for every axes.
            **subplots: Passed to `Figure.subplots`: `sharex`, `squeeze`, `subplot_kw` …

        Raises:
            ValueError: A name that is not an identifier or was used before.
        """
        self._fresh(name, self._figures, "figure")
        if size is None:
            size = (6.4, 4.2) if rows == columns == 1 else (min(4.4 * columns, 13), min(3.4 * rows, 20))
        fig = Figure(figsize=size)
        self._figures[name] = fig
        return fig, fig.subplots(rows, columns, **subplots)

    def animation(self, name, fig, draw, frames, fps=4):
        """Record an animation, saved as GIF, its last frame as PNG.

        Args:
            name: Name of the file.
            fig: The figure to draw on: one of `r.figure`, then saved as GIF and not as SVG, or your own.
            draw: `draw(i)` changes `fig` so that it shows frame i.
            frames: How many frames.
            fps: Frames per second.

        Raises:
            ValueError: A name that is not an identifier or was used before, or less than one frame.
        """
        self._figures = {key: other for key, other in self._figures.items() if other is not fig}
        self._fresh(name, self._figures, "figure")
        if frames < 1:
            raise ValueError(f"The animation {name} needs at least one frame.")
        images = figure_files.frames(fig, draw, frames)
        self._animations[name] = (images, fps)
        self._figures[name] = fig

    def save(self, folder):
        """Write the figures and return their list for the `Result`."""
        return figure_files.save(self._figures, self._animations, folder)

    @staticmethod
    def _fresh(name, known, kind):
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ValueError(f"The {kind} name {name!r} must be lower case letters, digits and underscores.")
        if name in known:
            raise ValueError(f"The {kind} {name!r} was recorded before: give this one another name.")


def run_experiment(experiment, full=False, data=None, seed=0, out=None, progress=None, strategy=None):
    """Run one experiment and return its `Result`.

    Every random number generator is seeded and Keras's state is cleared before. An exception in
    the experiment gives a `Result` with the status `error`; only Ctrl-C and an invalid request raise an exception.

    Args:
        experiment: A `course.catalog.Experiment`.
        full: The `--full` mode.
        data: The name of another set than the experiment's own; one of `experiment.accepts`.
        seed: The seed.
        out: A folder; figures and `result.json` go to `<out>/<unit>/<experiment>/`. None writes nothing.
        progress: Called with each line of text to show.
        strategy: A `course.distribution.Strategy` under which the models are made and train, or None.

    Raises:
        CourseError: The experiment does not accept that data set.
    """
    run = Run(experiment, full, data, seed, progress)
    expected = bands(experiment, full, data)
    folder = None if out is None else Path(out) / experiment.unit.name / experiment.id
    saved, models, error, trace, seconds = [], {}, None, None, 0.0
    with (
        warnings.catch_warnings(record=True) as caught,
        figures.style(),
        _pristine(seed),
        strategy or nullcontext(),
    ):
        try:
            function = experiment.load()
            # importing may draw random numbers; the run starts from the seed
            keras.utils.set_random_seed(seed)
            started = time.perf_counter()
            try:
                function(run)
            finally:
                seconds = time.perf_counter() - started
            models = models_of(run, experiment)
            missing = [metric for metric in expected if metric not in run.metrics]
            if missing:
                raise CourseError(
                    f"{experiment.path.name} did not record {', '.join(missing)}, which has a band."
                )
        except Exception as problem:
            error, trace = sentence(problem, experiment), traceback.format_exc()
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            try:
                saved = run.save(folder)
            except Exception as problem:
                error = error or f"A figure could not be drawn: {sentence(problem, experiment)}"
                trace = trace or traceback.format_exc()

    result = Result(
        unit=experiment.unit.name,
        experiment=experiment.id,
        title=experiment.title,
        book=experiment.book,
        backend=keras.config.backend(),
        data=run.used,
        mode="full" if full else "quick",
        seed=seed,
        metrics=run.metrics,
        expected={metric: list(band) for metric, band in expected.items()},
        status="error",
        problems=[],
        seconds=seconds,
        device=backend.device(),
        strategy=strategy.name if strategy else "none",
        devices=strategy.devices if strategy else [backend.device()],
        versions={name: version for name, version in backend.versions().items() if version},
        figures=saved,
        logs=run.logs,
        tables=run.tables,
        models=models,
        warnings=told(caught),
        error=error,
        traceback=trace,
    )
    _judge(result)
    if folder is not None:
        write_json(folder / "result.json", result.to_json())
    return result


def _judge(result):
    if result.error is not None:
        return
    for metric, value in result.metrics.items():
        if result.is_off(metric):
            band = result.expected.get(metric)
            outside = band and math.isfinite(value)
            message = f"is outside [{band[0]:g}, {band[1]:g}]" if outside else "is not finite"
            result.problems.append(f"{metric} = {value:.6g} {message}")
    result.status = "off" if result.problems else "ok" if result.expected else "ran"


@contextmanager
def _pristine(seed):
    """Clear Keras's state and seed the generators; afterwards restore the global settings of Keras."""
    # a collection of garbage for each would take a quarter of the time
    keras.utils.clear_session(free_memory=False)
    release_programs()
    keras.utils.set_random_seed(seed)
    floatx, policy = keras.config.floatx(), keras.config.dtype_policy()
    layout = keras.config.image_data_format()
    try:
        yield
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)
        keras.config.set_image_data_format(layout)
