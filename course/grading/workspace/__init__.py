"""A student's folder: the files of the answers, the progress, the submission, and a watcher for saved files.

May import grading (its runner). The commands for students call it, and batch calls it to write files.
"""

from course.grading.workspace.files import PART, answer, find, looked, make_here, shown, start, write_whole

__all__ = ["PART", "answer", "find", "looked", "make_here", "shown", "start", "write_whole"]
