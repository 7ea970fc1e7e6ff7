"""Grades tasks in parallel: several threads, each with the processes of one submission at a time.

    with GradingQueue(tasks, launcher, limits, jobs) as events:
        for event in events:
            ...

A file whose time is over in its first, short try is postponed (`turns.py`); if other postponed files have then kept the
processors from it, it has a last try alone. If a job gives no result (the checker did
not start, a check raised an exception), it is tried again with new processes; if that fails too, its event has the
message in `trouble`. Leaving the block early ends all processes and discards their unfinished jobs.
"""

import queue
import threading
import time
from dataclasses import dataclass

from course.grading.batch.submission_workers import OwnFiles, SubmissionWorkers
from course.grading.batch.turns import Turns
from course.grading.report import TIMEOUT
from course.grading.runner import Unsaved, check
from course.grading.sandbox.forkserver import PREPARED
from course.processes.process import end
from course.processes.threads import cores

POSTPONED, ALONE, NO_TIME = "postponed", "alone", "no time"
AGAIN = (POSTPONED, ALONE)
SLOW = 1200.0  # seconds for all files together that were too slow in their first try
_PATIENCE = 30.0  # seconds that the threads have to end if the block is left early


@dataclass(frozen=True)
class Job:
    """One file of one exercise; `key` is the address of its result and `seed` the seed of its inputs."""

    key: str
    exercise: object
    data: bytes
    digest: str
    seed: int


@dataclass(frozen=True)
class Task:
    """The jobs of one submission on one backend."""

    label: str
    backend: str
    jobs: tuple


@dataclass(frozen=True)
class Event:
    """The end of a job: a report as a dict, or None and a sentence in `trouble`. `last`: it is the last of its task.

    `slow` is "postponed" if the job gets another try at the end, "alone" if it gets a last one, and "no time" if the
    time for such tries is used up.
    """

    task: Task
    job: Job
    report: dict | None
    trouble: str
    last: bool = False
    slow: str = ""


class GradingQueue:
    """Runs tasks; iterate over the queue to get the events.

    Args:
        tasks: List of `Task`.
        launcher: The launcher of a candidate's process.
        limits: The `Limits` of a file.
        jobs: The number of tasks that run at the same time.
        shared: True if one warm process may serve several submissions. This is safe only if a jail gives every file
            a fork with its own channel and namespaces.
        again: How often a job without a result is tried again.
        slow: Seconds for all postponed files together.
    """

    def __init__(self, tasks, launcher, limits, jobs, shared=False, again=2, slow=SLOW):
        tasks = sorted(tasks, key=lambda task: task.backend)
        self._turns = Turns(tasks, slow, min(jobs, cores()), PREPARED if shared else None)
        self._slow_seconds = slow
        self._jobs_left = {id(task): len(task.jobs) for task in tasks}
        self._left = sum(self._jobs_left.values())
        self._launcher, self._limits = launcher, limits
        self._shared, self._again = shared, again
        self._events = queue.SimpleQueue()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._open, self._own = set(), {}
        count = max(1, min(jobs, len(tasks)))
        self._threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(count)]

    def __enter__(self):
        for thread in self._threads if self._left else ():
            thread.start()
        return self

    def __exit__(self, *exception):
        self._stop.set()
        self._turns.stop()
        until = time.monotonic() + _PATIENCE
        while self._left and any(thread.is_alive() for thread in self._threads) and time.monotonic() < until:
            self._kill()  # in a loop, because a thread may start another process
            for thread in self._threads:
                thread.join(0.1)
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(1.0)
        for own in self._own.values():
            self._close(own)

    def _kill(self):
        """End all processes, so that no thread waits for one; the threads remove their files."""
        with self._lock:
            processes = [process for workers in self._open for process in list(workers._scratch)]
        for process in processes:
            end(process._popen)

    def __iter__(self):
        while self._left:
            event = self._events.get()
            if isinstance(event, BaseException):
                raise event
            self._left -= event.slow not in AGAIN
            yield event

    @property
    def slow_seconds(self):
        """How long the postponed files have taken so far."""
        return self._turns.seconds

    def _serve(self):
        """Run a thread: grade tasks until none is left."""
        workers = None
        try:
            while not self._stop.is_set() and (turn := self._turns.take()) is not None:
                try:
                    if workers is None or workers.backend != turn.task.backend or not self._shared:
                        self._close(workers)
                        workers = self._workers(turn.task.backend)
                    workers = self._grade(turn, workers)
                finally:
                    self._turns.end(turn)
        except BaseException as error:  # an error of the grader: the main thread raises it
            if not self._stop.is_set():
                self._events.put(error)
        finally:
            self._close(workers)

    def _grade(self, turn, workers):
        """Grade the jobs of a turn and return the workers for the next one."""
        if turn.slow and self._turns.used_up:
            self._end(turn.task, turn.jobs[0], None, self._too_slow(), NO_TIME)
            return workers
        for job in turn.jobs:
            report, trouble = self._try(job, workers, turn.slow)
            for _ in range(self._again):
                if report is not None or self._stop.is_set():
                    break
                self._close(workers)
                self._own_files(turn.task.backend).renew()
                workers = self._workers(turn.task.backend)  # they start new processes when they are needed
                report, trouble = self._try(job, workers, turn.slow)
            if self._stop.is_set():  # `_kill` may have ended the processes, so this is not a result
                break
            late = report is not None and _out_of_time(report)
            if late and not turn.slow:
                self._turns.postpone(turn.task, job)
                self._events.put(Event(turn.task, job, None, "", slow=POSTPONED))
            elif late and turn.beside and workers.starved and not turn.alone:
                self._turns.leave_alone(turn.task, job)
                self._events.put(Event(turn.task, job, None, "", slow=ALONE))
            else:
                self._end(turn.task, job, report, trouble)
        return workers

    def _end(self, task, job, report, trouble, slow=""):
        with self._lock:
            self._jobs_left[id(task)] -= 1
            last = self._jobs_left[id(task)] == 0
        self._events.put(Event(task, job, report, trouble, last, slow))

    def _too_slow(self):
        return (
            f"it did not end in {self._limits.short().exercise:g} s, and the {self._slow_seconds / 60:g} min for all "
            "such files together are over: run the same command again, or give more time with --slow"
        )

    def _workers(self, backend):
        """Return new workers: for one submission, or in a jail for all submissions of a thread."""
        workers = SubmissionWorkers(self._own_files(backend), self._launcher, self._limits)
        with self._lock:
            self._open.add(workers)
        return workers

    def _own_files(self, backend):
        with self._lock:
            if backend not in self._own:
                self._own[backend] = OwnFiles(backend, self._launcher, self._limits)
                self._open.add(self._own[backend])
            return self._own[backend]

    def _try(self, job, workers, slow):
        """Return a report as a dict and an empty text, or None and the reason."""
        workers.first_limits, workers.starved = None if slow else self._limits.short(), False
        try:
            report = check(job.exercise, Unsaved(f"{job.exercise.id}.py", job.data), workers, job.seed)
        except Exception as error:
            return None, str(error) or type(error).__name__
        if not report.judged:
            return None, next(part.message for part in report.parts if part.status == "trouble")
        return report.as_dict(), ""

    def _close(self, workers):
        if workers is not None:
            with self._lock:
                self._open.discard(workers)
            workers.__exit__(None, None, None)


def _out_of_time(report):
    return any(part["status"] == TIMEOUT for part in report["parts"])
