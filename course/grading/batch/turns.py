"""The order of the work: every file, once more the files that were too slow, and at last single files alone.

A file that does not end by itself costs its whole time limit. The first try of a file is therefore short. A file that
is still running when it is over is postponed until all others have their results. It then has its whole limit, beside
other postponed files only. A file that then had no processor, because another one of them had started many processes,
is tried a last time alone. So a slow but honest file loses nothing because of others, and a file that never ends costs
its limit once. All postponed files together have one budget: when it is used up, the remaining ones have no result,
and the next run continues with them.
"""

import itertools
import threading
import time
from dataclasses import dataclass


@dataclass(eq=False)
class Turn:
    """Jobs of one task, for one thread. `slow` is True for a job that was postponed, `alone` for its last try.

    `beside` becomes True when another turn runs at the same time.
    """

    task: object
    jobs: tuple
    slow: bool = False
    alone: bool = False
    beside: bool = False


class Turns:
    """Gives turns to several threads.

    Args:
        tasks: List of `Task`.
        budget: Seconds for all postponed files together.
        together: How many postponed files run at the same time.
        lists: For how many lists of forbidden names a warm process that serves several tasks keeps a prepared process;
            None if each task has warm processes of its own.
    """

    def __init__(self, tasks, budget, together, lists=None):
        self._tasks = list(reversed(_first_turns(tasks, lists)))
        self._budget, self._together = budget, together
        self._slow, self._alone = [], []
        self._running = []
        self._began = None
        self._stopped = False
        self._change = threading.Condition()

    def take(self):
        """Return the next `Turn`; wait if one may come later. None: there is no other."""
        with self._change:
            while not self._stopped:
                if self._tasks:
                    return self._start(self._tasks.pop())
                if self._began is None and not self._running:
                    self._began = time.monotonic()
                    self._slow.sort(key=lambda turn: turn.task.backend, reverse=True)
                if self._began is not None:
                    if self._slow and len(self._running) < self._together:
                        return self._start(self._slow.pop())
                    if not self._slow and not self._running:
                        return self._start(self._alone.pop()) if self._alone else None
                self._change.wait()
            return None

    def _start(self, turn):
        self._running.append(turn)
        if len(self._running) > 1:
            for each in self._running:
                each.beside = True
        return turn

    def postpone(self, task, job):
        """Give a job another turn at the end."""
        with self._change:
            self._slow.append(Turn(task, (job,), slow=True))

    def leave_alone(self, task, job):
        """Give a postponed job a last turn, in which nothing else runs."""
        with self._change:
            self._alone.append(Turn(task, (job,), slow=True, alone=True))

    def end(self, turn):
        """Say that a thread has ended its turn."""
        with self._change:
            self._running.remove(turn)
            self._change.notify_all()

    def stop(self):
        """Give no more turns."""
        with self._change:
            self._stopped = True
            self._change.notify_all()

    @property
    def used_up(self):
        """True if the budget of the postponed files is used up."""
        return self._began is not None and time.monotonic() - self._began >= self._budget

    @property
    def seconds(self):
        """How long the postponed files have taken so far."""
        return 0.0 if self._began is None else time.monotonic() - self._began


def _first_turns(tasks, lists):
    """Return the first turns of tasks that are sorted by backend.

    A task with more lists of forbidden names than a warm process keeps has several turns. The turns of all tasks with
    the same lists follow one another, so each list is prepared once for all tasks, and not once for each of them.
    """
    turns = []
    for _, same in itertools.groupby(tasks, key=lambda task: task.backend):
        same = list(same)
        known = list(dict.fromkeys(_names(job) for task in same for job in task.jobs))
        most = lists or len(known)
        for kept in [set(known[at : at + most]) for at in range(0, len(known), most or 1)] or [set()]:
            for task in same:
                jobs = tuple(job for job in task.jobs if _names(job) in kept)
                if jobs or not task.jobs:
                    turns.append(Turn(task, jobs))
    return turns


def _names(job):
    return tuple(job.exercise.forbidden)
