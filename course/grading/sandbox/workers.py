"""A pool of warm processes: importing Keras takes seconds, so a process that has imported it serves several files.

For a student's file, the warm process forks on Linux, before any tensor exists, so that no file sees the state of
another; on other systems every file gets a new process. The course's own files (solutions, stubs, wrong answers) run
one after the other in one process and share its compiled operations. Students' files and the course's files never
share a jail: the jail of a student's file contains none of the course's answers.
"""

import contextlib
import os
import shutil
import tempfile

from course.grading.errors import GraderError
from course.grading.sandbox.forkserver import ForkServer, ForkServerGone
from course.grading.sandbox.found import found
from course.grading.sandbox.launcher import can_fork, plain
from course.grading.sandbox.limits import Allowance
from course.grading.sandbox.mounts import withheld
from course.grading.session import Session
from course.grading.time_limits import Limits
from course.processes import protocol
from course.processes.process import Process


class Workers:
    """A pool of worker processes of one backend; as a context manager it ends all of them.

    Args:
        backend: `"jax"`, `"tensorflow"` or `"torch"`.
        launcher: Function `(backend, scratch) → Launch`.
        limits: The `Limits` of every session, in seconds.
        allowance: The `Allowance` of every student's file, where the system supports it.
    """

    def __init__(self, backend, launcher=plain, limits=None, allowance=None):
        self.backend = backend
        self.limits = limits or Limits()
        self.first_limits = None  # if they are not None, they replace `limits` for students' files
        self.starved = False  # a student's file had no result because other programs had taken the processors
        self.allowance = allowance or Allowance()
        self.forks = can_fork()
        self.advisory = True
        self._launcher = launcher
        self._idle = {True: None, False: None}
        self._forkserver = None
        self._scratch = {}
        self._lacking = {}

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for process in list(self._scratch):
            self._end(process)
        self._idle, self._forkserver = {True: None, False: None}, None

    def session(self, name, source, arrays="tensor", trusted=False):
        """Return a `Session` for the file `name.py` with the bytes `source`."""
        return Session(self, name, source, arrays, trusted, None if trusted else self.first_limits)

    def warm(self, trusted):
        """Start a process, unless one is ready."""
        if self.forks and not trusted:
            if self._forkserver is None:
                self._forkserver = self._start(ForkServer)
        elif self._idle[trusted] is None:
            self._idle[trusted] = self._start(Process)

    def acquire(self, trusted, forbidden=()):
        """Return a process, or a fork of one, that is ready for a file with these forbidden names."""
        self.warm(trusted)
        if self.forks and not trusted:
            try:
                return self._fork(forbidden)
            except ForkServerGone:  # this file, which has not been loaded, cannot be the cause
                self._end_forkserver()
                self.warm(trusted)
            try:
                return self._fork(forbidden)
            except ForkServerGone as error:
                raise GraderError(f"The jail could not be started ({error}): see `course doctor`.") from None
        process, self._idle[trusted] = self._idle[trusted], None
        return process

    def _fork(self, forbidden):
        """Return a fork of the warm process that is ready for a file.

        Raises:
            ForkServerGone: The fork did not become ready; the message contains the last line that it printed.
        """
        child = self._forkserver.fork(self.allowance, forbidden, self.limits.start)
        if child.is_ready(self.limits.start):
            return child
        self.discard(child)
        lines = child.output.text().strip().splitlines()
        raise ForkServerGone(lines[-1] if lines else "a fork of the prepared process ended immediately")

    def lacks(self, module):
        """Tell whether a module is installed here, but cannot be found where a candidate's file runs.

        The search runs in a process that has not loaded a candidate's file.
        """
        if module not in self._lacking:
            self._lacking[module] = found(module) and not withheld(module) and not self._finds(module)
        return self._lacking[module]

    def _finds(self, module):
        process = self.acquire(False)
        try:
            frame = process.ask({"do": "find", "name": module}, (), self.limits.part)
        except (TimeoutError, protocol.FrameError):
            frame = None
        self.discard(process)
        if frame is None:
            raise GraderError("The checker's process does not answer: `course doctor` shows what is missing.")
        return frame[0].get("value") is True

    def release(self, process, trusted):
        """Return a process to the pool after a file: keep a process for the course's own files, end the others."""
        if trusted and self._idle[True] is None:
            self._idle[True] = process
        else:
            self.discard(process)

    def discard(self, process):
        """End a process and remove its files; after a fork keep the warm process, if it still answers."""
        if process in self._scratch:
            self._end(process)
            return
        try:
            process.end()
        except ForkServerGone:
            self._end_forkserver()

    def _end_forkserver(self):
        forkserver, self._forkserver = self._forkserver, None
        if forkserver is not None:
            self._end(forkserver)

    def _end(self, process):
        process.end()
        shutil.rmtree(self._scratch.pop(process), ignore_errors=True)

    def _start(self, kind):
        scratch = tempfile.mkdtemp(prefix="medl-check-")
        launch = self._launcher(self.backend, scratch)
        self.advisory = not launch.jailed
        if (
            launch.jailed
        ):  # a jail has its own /tmp, so a folder here would only stay if the grader were killed
            os.rmdir(scratch)
        try:
            process = kind(launch, "/" if launch.jailed else scratch)
        except OSError as error:
            shutil.rmtree(scratch, ignore_errors=True)
            raise GraderError(f"The checker's process could not be started: {error}.") from None
        self._scratch[process] = scratch
        why = self._why_not_ready(process)
        if why is None:
            return process
        with contextlib.suppress(TimeoutError):
            process.wait(0.5)
        self._end(process)
        lines = process.output.text().strip().splitlines()
        raise GraderError(
            f"The checker could not start Keras on {self.backend} ({why}{': ' + lines[-1] if lines else ''}): "
            "`course doctor` shows what is missing."
        )

    def _why_not_ready(self, process):
        """Wait until a process is ready and return None, or the reason why it is not ready."""
        try:
            if isinstance(process, ForkServer):
                ready = process.report(self.limits.start)
            else:
                frame = process.receive(self.limits.start)
                ready = frame[0] if frame else {}
            return None if ready.get("ready") is True else "it ended at once"
        except ForkServerGone:
            return "it ended at once"
        except TimeoutError:
            return f"it was not ready after {self.limits.start:g} s"
        except (protocol.FrameError, ValueError) as error:
            return str(error)
