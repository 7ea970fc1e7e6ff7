"""Processes for one submission, and one process for the course's own files that all threads share.

Without a jail a process that one file has started could still run when the next file is checked. Therefore no warm
process serves two students. In a jail every file has its own namespaces, and this is not needed. The course's wrong
variants, which only name mistakes, run in a process that has not loaded a student's file. They take a small part of the
time, so that one such process is enough for all threads: Keras starts once for each thread, and once more.
"""

import threading

from course.grading.sandbox.workers import Workers


class OwnFiles(Workers):
    """A `Workers` for the course's own files that serves one thread after the other."""

    def __init__(self, backend, launcher, limits):
        super().__init__(backend, launcher, limits)
        self._turn = threading.RLock()

    def warm(self, trusted):
        """Start the process, unless it is ready."""
        with self._turn:
            super().warm(True)

    def acquire(self, trusted, forbidden=()):
        """Return the process; another thread waits until it is released."""
        self._turn.acquire()
        try:
            return super().acquire(True)
        except BaseException:
            self._turn.release()
            raise

    def release(self, process, trusted):
        """Give the process back."""
        try:
            super().release(process, True)
        finally:
            self._turn.release()

    def discard(self, process):
        """End the process; the next thread gets a new one."""
        try:
            super().discard(process)
        finally:
            self._turn.release()

    def renew(self):
        """End the process if no other thread uses it, because it may be the cause of a trouble."""
        with self._turn:
            for process in list(self._scratch):
                self._end(process)
            self._idle[True] = None


class SubmissionWorkers(Workers):
    """A `Workers` for one submission.

    Args:
        own: The `OwnFiles` that provides processes for the course's own files; it outlives this one.
    """

    def __init__(self, own, launcher, limits):
        super().__init__(own.backend, launcher, limits)
        self._own = own
        self._borrowed = set()

    def warm(self, trusted):
        """Start a process, unless one is ready."""
        return self._own.warm(True) if trusted else super().warm(False)

    def acquire(self, trusted, forbidden=()):
        """Return a process that is ready for a file."""
        if not trusted:
            return super().acquire(False, forbidden)
        process = self._own.acquire(True)
        self._borrowed.add(process)
        return process

    def release(self, process, trusted):
        """Return a process to its pool after a file."""
        if not trusted:
            return super().release(process, False)
        self._borrowed.discard(process)
        return self._own.release(process, True)

    def discard(self, process):
        """End a process."""
        if process in self._borrowed:
            self._borrowed.discard(process)
            return self._own.discard(process)
        return super().discard(process)
