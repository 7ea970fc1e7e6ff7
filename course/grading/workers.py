"""Warm processes: importing Keras takes seconds, so a process that has done it serves several files.

Students' files: on Linux the warm process copies itself for every file, before any tensor exists, so that no file
sees what another left behind; elsewhere every file gets a new process. The course's own files (solutions, stubs,
wrong answers) follow each other in one process, whose compiled operations they share.
"""

import shutil
import tempfile

from course.grading import protocol
from course.grading.errors import GraderError
from course.grading.launcher import can_fork, plain
from course.grading.process import Process
from course.grading.session import Limits, Session


class Workers:
    """Lends worker processes of one backend; a context manager that leaves none behind.

    Args:
        backend: `"jax"`, `"tensorflow"` or `"torch"`.
        launcher: Function `(backend, scratch) → Launch`.
        limits: The `Limits` of every session.
    """

    def __init__(self, backend, launcher=plain, limits=None):
        self.backend = backend
        self.limits = limits or Limits()
        self.forks = can_fork()
        self.advisory = True
        self._launcher = launcher
        self._idle = {True: None, False: None}
        self._scratch = {}

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for process in list(self._scratch):
            self.discard(process)
        self._idle = {True: None, False: None}

    def session(self, name, source, arrays="tensor", trusted=False):
        """Return a `Session` for the file `name.py` with the bytes `source`."""
        return Session(self, name, source, arrays, trusted)

    def warm(self, trusted):
        """Have a process ready."""
        if self._idle[trusted] is None:
            self._idle[trusted] = self._start()

    def lend(self, trusted):
        """Return a process that is ready for a file."""
        self.warm(trusted)
        process, self._idle[trusted] = self._idle[trusted], None
        return process

    def give_back(self, process, trusted, ended=False):
        """Take a process back after a file; `ended` says that the copy which served it is gone already."""
        if not trusted:
            if not self.forks:
                return self.discard(process)
            if not ended and not self._copy_left(process):
                return self.discard(process)
        if self._idle[trusted] is not None:
            return self.discard(process)
        self._idle[trusted] = process
        return None

    def discard(self, process):
        """End a process and remove what it wrote."""
        process.end()
        shutil.rmtree(self._scratch.pop(process), ignore_errors=True)

    def _copy_left(self, process):
        """Send the copy away and tell whether the original has reported its end."""
        try:
            frame = process.ask({"do": "leave"}, seconds=5.0)
            # a load that failed leaves a copy too; both cases end with the original's report
            return frame is not None and "ended" in frame[0]
        except (TimeoutError, protocol.FrameError):
            return False

    def _start(self):
        scratch = tempfile.mkdtemp(prefix="medl-check-")
        launch = self._launcher(self.backend, scratch)
        self.advisory = not launch.jailed
        try:
            process = Process(launch, scratch)
        except OSError as error:
            shutil.rmtree(scratch, ignore_errors=True)
            raise GraderError(f"The checker's process could not be started: {error}.") from None
        self._scratch[process] = scratch
        try:
            frame = process.receive(self.limits.start)
            started = frame is not None and frame[0].get("ready") is True
            why = "it ended at once"
        except TimeoutError:
            started, why = False, f"it was not ready after {self.limits.start:g} s"
        except protocol.FrameError as error:
            started, why = False, str(error)
        if not started:
            process.wait(0.5)
            said = process.output.text().strip().splitlines()
            self.discard(process)
            raise GraderError(
                f"The checker could not start Keras on {self.backend} ({why}{': ' + said[-1] if said else ''}): "
                "`course doctor` shows what is missing."
            )
        return process
