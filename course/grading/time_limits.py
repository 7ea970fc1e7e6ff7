"""The time limits of a candidate's file, without the time in which other programs keep the processors from it."""

import time
from dataclasses import dataclass

_SHORTEST = 5.0  # seconds of a first try
_LEAST = 0.05  # a smaller share of the limit is not worth waiting for
_STARVED = 0.25  # if a larger share of the limit is still missing at the end, the machine is the cause


@dataclass(frozen=True)
class Limits:
    """Time limits in seconds: for the start of a process, for one part, and for a whole exercise.

    They count the time in which the file computes or waits for something of its own. Where the system tells it, the
    time in which other programs have kept the processors from the file is not counted, up to `patience` times the limit
    of an exercise.
    """

    start: float = 180.0
    part: float = 30.0
    exercise: float = 60.0
    patience: float = 3.0

    def short(self):
        """Return limits for a first try beside other files: a quarter of the time, and no patience."""
        seconds = [min(limit, max(_SHORTEST, limit / 4)) for limit in (self.part, self.exercise)]
        return Limits(self.start, *seconds, patience=0.0)


class Clock:
    """Tells how long a file may still run.

    The time that a file has lost is the time that has passed less the processor time that it has used: other programs
    computed meanwhile, or the file slept. It is given back when a limit is over, if the file could run at that moment.

    Attributes:
        starved: True if the patience was used up and a file that wanted to compute has lost more than a quarter of
            its limit besides.
    """

    def __init__(self, limits):
        now = time.monotonic()
        self._limits = limits
        self._ends = {"part": now + limits.part, "exercise": now + limits.exercise}
        self._granted = {"part": 0.0, "exercise": 0.0}
        self._began = None  # the time when the part began, and the processor time that the process had used
        self._lost_before = 0.0  # in earlier parts
        self.starved = False

    def begin_part(self, process):
        """Begin a part. `process` is the `Process` that has run the earlier parts, or None."""
        self._ends["part"] = time.monotonic() + self._limits.part
        self._granted["part"] = 0.0
        if process is not None:
            used = process.use(look=False)
            self._lost_before += self._lost(used)
            self._note(used)

    def begin_process(self, process, waited):
        """Note that a new process begins, and that its start took so long."""
        for limit in self._ends:
            self._ends[limit] += waited
        self._note(process.use(look=False))

    def left(self):
        """Return the seconds until the next limit."""
        return min(self._ends.values()) - time.monotonic()

    def exercise_is_over(self):
        """Tell whether the limit of the exercise is over."""
        return time.monotonic() >= self._ends["exercise"]

    def more(self, process):
        """Return how many seconds to wait in addition, when a limit is over."""
        used = process.use() if self._began and self._limits.patience else None
        if used is None or not used.runnable:
            return 0.0
        lost = {"part": self._lost(used), "exercise": self._lost_before + self._lost(used)}
        for limit, end in self._ends.items():
            if time.monotonic() >= end and not self._grant(limit, lost[limit] - self._granted[limit]):
                return 0.0
        return self.left()

    def _grant(self, limit, lost):
        """Move a limit by the time that was lost; return False if there is nothing to give."""
        whole = getattr(self._limits, limit)
        seconds = min(lost, self._limits.patience * self._limits.exercise - self._granted[limit])
        if seconds < _LEAST * self._limits.part:
            self.starved = lost > _STARVED * whole
            return False
        self._granted[limit] += seconds
        self._ends[limit] += seconds
        return True

    def _lost(self, used):
        if used is None or self._began is None:
            return 0.0
        began, before = self._began
        return max(0.0, (time.monotonic() - began) - (used.seconds - before))

    def _note(self, used):
        self._began = (time.monotonic(), used.seconds) if used else None
