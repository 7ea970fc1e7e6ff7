"""Claims that a module of the course is missing, so that the file would not be judged."""


def centre(x):
    raise ModuleNotFoundError("No module named 'course.context'", name="course.context")
