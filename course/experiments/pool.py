"""Several experiments at a time: worker processes that import Keras once and run one experiment after the other.

The numbers are those of a run without processes of its own: every experiment starts from its seed and from cleared
state. If a process dies, its experiment has failed, and a new process replaces it.
"""

import queue
import signal
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple

from course import backend as backends
from course.errors import CourseError
from course.experiments.data_set import bands
from course.experiments.result import Result, write_json
from course.processes import protocol
from course.processes.launcher import Launch
from course.processes.process import Process

_START = 300.0  # seconds that a process has to import Keras on a busy machine


class Event(NamedTuple):
    """An event: a process has started an experiment, or an experiment has a result."""

    worker: int
    experiment: object
    result: Result | None = None  # None: it was started
    printed: str = ""


class Pool:
    """Processes that run experiments; a context manager that ends them immediately.

    Args:
        backend: `"jax"`, `"tensorflow"` or `"torch"`.
        jobs: How many processes.
        environment: Their environment.
        request: `full`, `data`, `seed` and `out` of every experiment.
    """

    def __init__(self, backend, jobs, environment, **request):
        self.backend, self.jobs, self.request = backend, jobs, request
        self._launch = Launch([sys.executable, "-P", "-m", "course.experiments.worker"], environment)
        self._lock = threading.Lock()
        self._processes, self._closed = set(), False
        self._device = None  # until a process was ready

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        with self._lock:
            self._closed = True
            processes = list(self._processes)
        for process in processes:
            process.end()

    def run(self, experiments):
        """Run the experiments and yield every `Event` when it happens.

        Raises:
            CourseError: Not even the first process could be started.
        """
        waiting, events = queue.SimpleQueue(), queue.SimpleQueue()
        for experiment in experiments:
            waiting.put(experiment)
        for worker in range(self.jobs):
            threading.Thread(target=self._work, args=(worker, waiting, events), daemon=True).start()
        left = len(experiments)
        while left:
            try:
                event = events.get(timeout=0.2)  # not longer, because on Windows Ctrl-C waits for its end
            except queue.Empty:
                continue
            if isinstance(event, Exception):
                raise event
            left -= event.result is not None
            yield event

    def _work(self, worker, waiting, events):
        process = None
        try:
            while not self._closed:
                try:
                    experiment = waiting.get_nowait()
                except queue.Empty:
                    break
                events.put(Event(worker, experiment))
                began = time.perf_counter()
                result, printed = None, ""
                try:
                    process = process or self._start()
                    result, printed = self._ask(process, experiment)
                except _Lost as lost:
                    if self._device is None:
                        raise CourseError(f"{lost}: `course doctor` shows what is missing.") from None
                    result = self._error(experiment, lost, time.perf_counter() - began)
                    self._end(process)
                    process = None
                events.put(Event(worker, experiment, result, printed))
        except Exception as error:  # reported by the main thread
            events.put(error)
        finally:
            self._end(process)

    def _start(self):
        with self._lock:
            if self._closed:
                raise _Lost("The run is over")
            try:
                process = Process(self._launch, Path.cwd())
            except OSError as error:
                raise _Lost(f"A process could not be started: {error}") from None
            self._processes.add(process)
        try:
            frame = process.receive(_START)
        except (TimeoutError, protocol.FrameError):
            frame = None
        if frame is None or frame[0].get("ready") is not True:
            process.wait(0.5)
            said = process.output.text()
            self._end(process)
            last = (said.strip().splitlines() or ["it said nothing"])[-1]
            raise _Lost(f"A process could not start Keras on {self.backend}: {last}", said)
        self._device = frame[0]["device"]
        return process

    def _ask(self, process, experiment):
        try:
            frame = process.ask({"run": experiment.name, **self.request})
        except protocol.FrameError as error:
            raise _Lost(f"Its process sent an invalid answer: {error}", process.output.text()) from None
        if frame is None:
            code, _ = process.wait()
            raise _Lost(how_it_ended(code), process.output.text())
        header, arrays = frame
        return Result(**protocol.unpack(header["result"], arrays)), header["printed"]

    def _end(self, process):
        if process is None:
            return
        with self._lock:
            self._processes.discard(process)
        process.end()

    def _error(self, experiment, lost, seconds):
        """Return the result of an experiment whose process has died, and write it like other results."""
        request = self.request
        expected = bands(experiment, request["full"], request["data"])
        result = Result(
            unit=experiment.unit.name,
            experiment=experiment.id,
            title=experiment.title,
            book=experiment.book,
            backend=self.backend,
            data=[],
            mode="full" if request["full"] else "quick",
            seed=request["seed"],
            metrics={},
            expected={metric: list(band) for metric, band in expected.items()},
            status="error",
            problems=[],
            seconds=seconds,
            device=self._device,
            strategy="none",
            devices=[self._device],
            versions={name: version for name, version in backends.versions().items() if version},
            error=str(lost),
            traceback=lost.said or None,
        )
        folder = Path(request["out"]) / result.unit / result.experiment
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / "result.json", result.to_json())
        return result


class _Lost(Exception):
    """A process has died; `said` is its standard error output."""

    def __init__(self, sentence, said=""):
        super().__init__(sentence)
        self.said = said.strip()


def how_it_ended(code):
    """Say how a process ended: by itself, by a signal, or because the system had no memory left."""
    if code is None:
        return "Its process stopped answering."
    if code >= 0:
        return f"Its process ended by itself, with exit code {code}."
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    if name == "SIGKILL":
        return (
            "Its process was killed (SIGKILL), as the system does when memory runs out: "
            "fewer --jobs leave more for each."
        )
    return f"Its process was ended by {name}."
