"""One candidate's file in one child process: loads the file, sends requests, and turns failures into exceptions."""

import secrets
import signal
import time
from dataclasses import dataclass

import numpy as np

from course.grading.candidate import Handle
from course.grading.errors import CandidateEnded, CandidateError, GraderError
from course.grading.sandbox.forkserver import ForkServerGone
from course.grading.time_limits import Clock
from course.grading.values import plain
from course.processes import protocol

# Limits for all answers of one file together: their arrays, and their text, of which each byte can become sixteen bytes
# of Python objects. A check of the course receives less than a hundredth of that.
ANSWER_BYTES, TEXT_BYTES = 256 << 20, 32 << 20


@dataclass(frozen=True)
class Reply:
    """One entry of a transcript: the request in words, and the returned value or the kind of the exception."""

    asked: str
    value: object = None
    error: str | None = None


class JailGone(GraderError):
    """The warm process ended while a candidate's file ran; the file cannot be the cause."""


class Session:
    """A candidate's file in a process. Call `begin` at the beginning of each part, then use `candidate`.

    Args:
        workers: A `Workers`, which provides the processes.
        name: Module name of the file, `ex01_softmax`.
        source: The bytes of the file.
        arrays: `"tensor"` or `"numpy"`.
        trusted: True if the file belongs to the course.
        limits: The `Limits` of this file; None for those of `workers`.
    """

    def __init__(self, workers, name, source, arrays="tensor", trusted=False, limits=None):
        self._workers = workers
        self._name = name
        self._source = np.frombuffer(source, np.uint8)
        self._arrays = arrays
        self.trusted = trusted
        self._limits = limits or workers.limits
        self._process = None
        self._load_error = None  # the exception of the first attempt to load; later parts raise it again
        self._bytes = self._text = 0
        self._clock = Clock(self._limits)
        self.new_transcript = list  # makes the transcript of a part; `append` may raise to end the part
        self.transcript = []
        self.printed = ""
        self.forbidden = ()  # names that the candidate's file must not call
        self.forbidden_calls = {}  # forbidden names that the file called, in the order of the calls
        self.missing = {}  # modules that could not be imported, as reported by the candidate's process

    @property
    def candidate(self):
        """The proxy that a check uses."""
        return Handle(self, 0, "file", f"{self._name}.py")

    def begin(self, seed):
        """Begin a part: load the file if no process has loaded it, delete the old objects, set the seeds."""
        self.transcript = self.new_transcript()
        self._clock.begin_part(self._process)
        if self._load_error is not None:
            raise self._load_error
        if self._process is None:
            try:
                self._load(seed)
            except JailGone:  # the file cannot be the cause: try again in a new process
                self._load(seed)
        self._ask({"do": "part", "seed": seed}, (), f"{self._name}.py")

    def close(self):
        """Close the session; a process that may serve other files is returned to its pool."""
        if self._process is not None:
            process, self._process = self._process, None
            self._workers.release(process, self.trusted)
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
            self._process = self._acquire_process()
        except GraderError as error:
            self._load_error = error
            raise
        self._process.output.expect(mark)
        header = {"do": "load", "name": self._name, "inputs": self._arrays, "seed": seed, "mark": mark}
        header |= {"forbidden": list(self.forbidden), "keep": self.trusted}
        try:
            self._ask(header, [self._source], f"{self._name}.py")
        except (CandidateError, CandidateEnded) as error:
            self._load_error = error
            self.close()
            raise

    def _acquire_process(self):
        """Return a process; its start does not count."""
        before = time.monotonic()
        process = self._workers.acquire(self.trusted, self.forbidden)
        self._clock.begin_process(process, time.monotonic() - before)
        return process

    def _ask(self, header, arrays, label):
        """Send a request and return the value of its answer."""
        if self._process is None:
            raise CandidateEnded("exit", "the program has already ended")
        process = self._process
        try:
            frame = process.ask(header, arrays, self._clock.left(), lambda: self._clock.more(process))
            if frame is None:
                raise self._ended(*self._drop(seconds=1.0))
            answer, arrays = frame
            self._bytes += sum(array.nbytes for array in arrays)
            self._text += answer.length
            if self._bytes > ANSWER_BYTES or self._text > TEXT_BYTES:
                raise protocol.FrameError("all answers together are too large")
            self._note_flags(answer.get("flags"))
            if "error" in answer:
                error = _error(answer["error"], label)
                self.transcript.append(Reply(label, error=error.kind))
                self.missing |= dict.fromkeys([error.module] if error.module else [])
                raise error
            return protocol.unpack(answer.get("value"), arrays, handle=lambda n: self._handle(n, label))
        except TimeoutError:
            if self._clock.starved and not self.trusted:
                self._workers.starved = True
            self._drop()
            raise CandidateEnded("timeout", self._too_slow(label)) from None
        except protocol.FrameError as error:
            self._drop()
            raise CandidateEnded("protocol", f"the program broke the connection ({error})") from None

    def _note_flags(self, flags):
        """Store the forbidden names that the child reports; ignore everything else in `flags`."""
        for flag in flags if isinstance(flags, list) else ():
            if flag in self.forbidden:
                self.forbidden_calls[flag] = True

    def _drop(self, seconds=0.0):
        """Wait some seconds for the process to end by itself, then kill it; return the result of `wait`."""
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
        limits = self._limits
        if self._clock.exercise_is_over():
            return f"{label} was still running when the exercise's {limits.exercise:g} s were over"
        return f"{label} was still running after {limits.part:g} s: does a loop never end?"

    def _handle(self, node, label):
        number, kind, name = (node.get(key) for key in ("handle", "kind", "name"))
        if type(number) is not int or not isinstance(kind, str) or not isinstance(name, str):
            raise protocol.FrameError("an invalid handle")
        return Handle(self, number, kind[:80], label if kind in ("function", "class") else kind[:80])


def _outgoing(value):
    if isinstance(value, Handle):
        return {"handle": value._number}
    raise protocol.FrameError(
        f"an object of type {type(value).__name__} cannot be sent to a candidate: send arrays and numbers"
    )


def _error(about, label):
    """Return the `CandidateError` that a child describes; fields of a wrong type are ignored."""
    if not isinstance(about, dict):
        raise protocol.FrameError("an invalid description of an error")

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
