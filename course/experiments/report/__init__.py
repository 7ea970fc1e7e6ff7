"""The report of a run: `index.html` and `result.json`. `course run` calls it."""

from course.experiments.report.page import Report, write, write_page

__all__ = ["Report", "write", "write_page"]
