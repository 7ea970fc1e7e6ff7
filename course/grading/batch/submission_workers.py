"""Processes for one submission where there is no jail: its files get a warm process of their own.

Without a jail, what a file leaves running could meet the next one. So no warm process serves two students; in a jail
every file has namespaces of its own, and this is not needed. The course's wrong variants, which only name mistakes, run
in a process that no student's file has seen.
"""

from course.grading.sandbox.workers import Workers


class SubmissionWorkers(Workers):
    """A `Workers` for one submission.

    Args:
        own: The `Workers` that lends processes for the course's own files; it outlives this one.
    """

    def __init__(self, own, launcher, limits):
        super().__init__(own.backend, launcher, limits)
        self._own = own
        self._borrowed = set()

    def warm(self, trusted):
        """Have a process ready."""
        return self._own.warm(True) if trusted else super().warm(False)

    def lend(self, trusted):
        """Return a process that is ready for a file."""
        if not trusted:
            return super().lend(False)
        process = self._own.lend(True)
        self._borrowed.add(process)
        return process

    def give_back(self, process, trusted):
        """Take a process back after a file."""
        if not trusted:
            return super().give_back(process, False)
        self._borrowed.discard(process)
        return self._own.give_back(process, True)

    def discard(self, process):
        """End a process."""
        if process in self._borrowed:
            self._borrowed.discard(process)
            return self._own.discard(process)
        return super().discard(process)
