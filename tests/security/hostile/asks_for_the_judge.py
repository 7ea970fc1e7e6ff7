"""Imports modules that exist but are not in the jail, so that the checker seems to lack them."""


def centre(x):
    import course.grading.runner

    return course.grading.runner.read_parts(x)
