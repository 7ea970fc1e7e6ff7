"""Returns a list of ten million numbers, which takes far more memory than an array."""


def centre(x):
    return [0.5] * 10_000_000
