"""Calls sys.exit during a call."""

import sys


def centre(x):
    sys.exit(0)
