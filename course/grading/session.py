"""One candidate's file in one child process: load, ask, and say plainly what went wrong."""

import secrets
import signal
import time
from dataclasses import dataclass

import numpy as np

from course.grading.candidate import Handle
from course.grading.errors import CandidateEnded, CandidateError, GraderError
from course.grading.sandbox.forkserver import ForkServerGone
from course.grading.values import plain
from course.processes import protocol

ANSWER_BYTES = 256 << 20  # all arrays that one file may answer with


@dataclass(frozen=True)
class Limits:
    """Seconds on the clock: for a process to start, for one part, and for an exercise as a whole."""

    start: float = 180.0
    part: float = 30.0
    exercise: float = 60.0


@dataclass(frozen=True)
class Reply:
    """One entry of a transcript: what was asked in words, and a value or the kind of an exception."""

    asked: str
    value: object = None
    error: str | None = None


class JailGone(GraderError):
    """The warm process ended under a candidate, who cannot have done it."""


class Session:
    """A candidate's file. `begin` a part, then use `candidate`; `workers` lends the processes.

    Args:
        workers: A `Workers`.
        name: Module name of the file, `ex01_softmax`.
        source: Its bytes.
        arrays: `"tensor"` or `"numpy"`.
        trusted: The file is one of the course's own.
    """

    def __init__(self, workers, name, source, arrays="tensor", trusted=False):
        self._workers = workers
        self._name = name
        self._source = np.frombuffer(source, np.uint8)
        self._arrays = arrays
        self.trusted = trusted
        self._process = None
        self._unloadable = (
            None  # why there is no process: once is enough, the other parts need not try it again
        )
        self._bytes = 0
        self._part_ends = None
        self._exercise_ends = time.monotonic() + workers.limits.exercise
        self.transcript = []
        self.printed = ""
        self.forbidden = ()  # names that the candidate's own lines must not call
        self.sprung = {}  # those that it called, in the order of the calls
        self.missing = {}  # modules that could not be imported, as the candidate's process says

    @property
    def candidate(self):
        """The proxy for a check."""
        return Handle(self, 0, "file", f"{self._name}.py")

    def begin(self, seed):
        """Begin a part: the file is loaded if no process holds it, old objects are forgotten, Keras is seeded."""
        self.transcript = []
        self._part_ends = time.monotonic() + self._workers.limits.part
        if self._unloadable is not None:
            raise self._unloadable
        if self._process is None:
            try:
                self._load(seed)
            except JailGone:  # before the file could do anything: once more, in a new one
                self._load(seed)
        self._ask({"do": "part", "seed": seed}, (), f"{self._name}.py")

    def close(self):
        """Forget the file; a process that may serve others goes back to its pool."""
        if self._process is not None:
            process, self._process = self._process, None
            self._workers.give_back(process, self.trusted)
            self.printed = process.output.text()

    def get(self, handle, name):
        """Return an attribute of an object in the candidate's process."""
        label = name if handle._number == 0 else f"{handle._label}.{name}"
        value = self._ask({"do": "get", "object": handle._number, "name": name}, (), label)
        if not isinstance(value, Handle):
            self.transcript.append(Reply(label, value))
        return value

    def call(self, handle, args, kwargs):
        """Call an object in the candidate's process."""
        node, arrays = protocol.pack([list(args), kwargs], _outgoing)
        args_node, kwargs_node = node["list"]
        header = {"do": "call", "object": handle._number, "args": args_node, "kwargs": kwargs_node}
        value = plain(self._ask(header, arrays, handle._label))
        self.transcript.append(Reply(handle._label, value))
        return value

    def _load(self, seed):
        mark = secrets.token_hex(16)
        try:
            self._process = self._lent()
        except GraderError as error:
            self._unloadable = error
            raise
        self._process.output.expect(mark)
        header = {"do": "load", "name": self._name, "inputs": self._arrays, "seed": seed, "mark": mark}
        header["forbidden"] = list(self.forbidden)
        try:
            self._ask(header, [self._source], f"{self._name}.py")
        except (CandidateError, CandidateEnded) as error:
            self._unloadable = error
            self.close()
            raise

    def _lent(self):
        """Return a process. The exercise's time does not run while one starts: its end is moved by as much."""
        before = time.monotonic()
        process = self._workers.lend(self.trusted)
        waited = time.monotonic() - before
        self._part_ends += waited
        self._exercise_ends += waited
        return process

    def _ask(self, header, arrays, label):
        """Send a request and return the value of its answer."""
        if self._process is None:
            raise CandidateEnded("exit", "the program has already ended")
        seconds = min(self._part_ends, self._exercise_ends) - time.monotonic()
        try:
            frame = self._process.ask(header, arrays, seconds)
            if frame is None:
                raise self._ended(*self._drop(seconds=1.0))
            answer, arrays = frame
            self._bytes += sum(array.nbytes for array in arrays)
            if self._bytes > ANSWER_BYTES:
                raise protocol.FrameError(f"answers of more than {ANSWER_BYTES >> 20} MiB in all")
            self._note_flags(answer.get("flags"))
            if "error" in answer:
                error = _error(answer["error"], label)
                self.transcript.append(Reply(label, error=error.kind))
                self.missing |= dict.fromkeys([error.module] if error.module else [])
                raise error
            return protocol.unpack(answer.get("value"), arrays, handle=lambda n: self._handle(n, label))
        except TimeoutError:
            self._drop()
            raise CandidateEnded("timeout", self._too_slow(label)) from None
        except protocol.FrameError as error:
            self._drop()
            raise CandidateEnded("protocol", f"the program broke the connection ({error})") from None

    def _note_flags(self, flags):
        """Take in what the child says about forbidden calls; anything else that stands there is passed over."""
        for flag in flags if isinstance(flags, list) else ():
            if flag in self.forbidden:
                self.sprung[flag] = True

    def _drop(self, seconds=0.0):
        """End the process, after some seconds in which it may end by itself, and return what `wait` returned."""
        process, self._process = self._process, None
        try:
            how = process.wait(seconds) if seconds else (None, None)
        except ForkServerGone as error:
            self._workers.discard(process)
            raise JailGone(f"The jail ended while {self._name}.py ran in it ({error}): try again.") from None
        self._workers.discard(process)
        self.printed = process.output.text()
        return how

    def _ended(self, status, why=None):
        allowance = self._workers.allowance
        if why == "memory":
            return CandidateEnded(why, f"the program took more than {allowance.memory} MiB of memory")
        if why == "processes":
            return CandidateEnded(why, f"the program started more than {allowance.processes} processes")
        if type(status) is not int:
            return CandidateEnded("exit", "the program ended")
        if status >= 0:
            return CandidateEnded("exit", f"the program ended itself (exit status {status})")
        try:
            name = signal.strsignal(-status) or ""
        except ValueError:
            name = ""
        return CandidateEnded("signal", f"the program ended (signal {-status}{': ' if name else ''}{name})")

    def _too_slow(self, label):
        limits = self._workers.limits
        if time.monotonic() >= self._exercise_ends:
            return f"{label} was still running when the exercise's {limits.exercise:g} s were over"
        return f"{label} was still running after {limits.part:g} s: does a loop never end?"

    def _handle(self, node, label):
        number, kind, name = (node.get(key) for key in ("handle", "kind", "name"))
        if type(number) is not int or not isinstance(kind, str) or not isinstance(name, str):
            raise protocol.FrameError("a handle that is none")
        return Handle(self, number, kind[:80], label if kind in ("function", "class") else kind[:80])


def _outgoing(value):
    if isinstance(value, Handle):
        return {"handle": value._number}
    raise protocol.FrameError(
        f"an object of type {type(value).__name__} cannot be sent to a candidate: send arrays and numbers"
    )


def _error(about, label):
    """Return the `CandidateError` that a child describes, whatever it may have sent."""
    if not isinstance(about, dict):
        raise protocol.FrameError("an error that is none")

    def text(key, limit):
        value = about.get(key)
        return value[:limit] if isinstance(value, str) else None

    def number(key):
        value = about.get(key)
        return value if type(value) is int and value > 0 else None

    kinds = about.get("kinds")
    kinds = [kind for kind in kinds if isinstance(kind, str)] if isinstance(kinds, list) else []
    return CandidateError(
        text("kind", 80) or "Exception",
        text("message", 2000) or "",
        kinds,
        line=number("line"),
        text=text("text", 400),
        column=number("column"),
        where=label,
        module=text("module", 200),
    )
