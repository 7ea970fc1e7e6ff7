"""Imports modules that are installed but hidden from candidates, as if the installation were incomplete."""


def centre(x):
    import course.grading.runner

    return course.grading.runner.read_parts(x)
