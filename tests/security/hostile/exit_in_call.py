"""Ends the process with exit status 0 during a call."""

import os


def centre(x):
    os._exit(0)
