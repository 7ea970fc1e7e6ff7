"""Leaves politely when it is asked."""

import sys


def centre(x):
    sys.exit(0)
