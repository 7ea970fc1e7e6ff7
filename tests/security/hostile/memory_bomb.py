"""Allocates memory without end."""


def centre(x):
    kept = []
    while True:
        kept.append(b"x" * (64 << 20))
