"""Calls sys.exit when it is called."""

import sys


def centre(x):
    sys.exit(0)
