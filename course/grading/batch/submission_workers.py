"""Processes for one submission without a jail: its files get their own warm process.

Without a jail a process that one file has started could still run when the next file is checked. Therefore no warm
process serves two students. In a jail every file has its own namespaces, and this is not needed. The course's wrong
variants, which only name mistakes, run in a process that has not loaded a student's file.
"""

from course.grading.sandbox.workers import Workers


class SubmissionWorkers(Workers):
    """A `Workers` for one submission.

    Args:
        own: The `Workers` that provides processes for the course's own files; it outlives this one.
    """

    def __init__(self, own, launcher, limits):
        super().__init__(own.backend, launcher, limits)
        self._own = own
        self._borrowed = set()

    def warm(self, trusted):
        """Start a process, unless one is ready."""
        return self._own.warm(True) if trusted else super().warm(False)

    def acquire(self, trusted):
        """Return a process that is ready for a file."""
        if not trusted:
            return super().acquire(False)
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
