"""A student's folder: the files of the answers, what was reached, what is handed in, and what was just saved.

May import grading (its runner). The commands of students call it, and batch where it writes files whole.
"""

from course.grading.workspace.files import answer, find, looked, make_here, shown, start, write_whole

__all__ = ["answer", "find", "looked", "make_here", "shown", "start", "write_whole"]
