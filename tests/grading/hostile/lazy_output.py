"""Answers with something that is worked out only when somebody looks at it."""


def centre(x):
    return (row for row in x)
