"""The order of the work: first every file, then once more the files that were too slow, within one budget of time.

A file that does not end by itself costs its whole time limit. The first try of a file is therefore short. A file that
is still running when it is over is postponed until all others have their results. It then has its whole limit, on a
machine that grades nothing else, so that a slow but honest file beside many others loses nothing. All postponed files
together have one budget: when it is used up, the remaining ones have no result, and the next run continues with them.
"""

import threading
import time
from typing import NamedTuple


class Turn(NamedTuple):
    """Jobs of one task, for one thread. `slow` is True for a job that was postponed."""

    task: object
    jobs: tuple
    slow: bool


class Turns:
    """Gives turns to several threads.

    Args:
        tasks: List of `Task`.
        budget: Seconds for all postponed files together.
        together: How many postponed files run at the same time.
    """

    def __init__(self, tasks, budget, together):
        self._tasks = list(reversed(tasks))
        self._budget, self._together = budget, together
        self._slow = []
        self._busy = 0
        self._began = None
        self._stopped = False
        self._change = threading.Condition()

    def take(self):
        """Return the next `Turn`; wait if one may come later. None: there is no other."""
        with self._change:
            while not self._stopped:
                if self._tasks:
                    self._busy += 1
                    task = self._tasks.pop()
                    return Turn(task, task.jobs, False)
                if self._began is None and self._busy == 0:
                    self._began = time.monotonic()
                    self._slow.sort(key=lambda turn: turn.task.backend, reverse=True)
                if self._began is not None:
                    if not self._slow:
                        return None
                    if self._busy < self._together:
                        self._busy += 1
                        return self._slow.pop()
                self._change.wait()
            return None

    def postpone(self, task, job):
        """Give a job another turn at the end."""
        with self._change:
            self._slow.append(Turn(task, (job,), True))

    def end(self):
        """Say that a thread has ended its turn."""
        with self._change:
            self._busy -= 1
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
