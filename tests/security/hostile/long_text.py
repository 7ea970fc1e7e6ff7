"""Returns a text of a hundred million letters."""


def centre(x):
    return "x" * 100_000_000
