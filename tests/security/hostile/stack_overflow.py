"""Calls itself without end through C, which Python's limit does not stop."""

import sys

sys.setrecursionlimit(1 << 30)


class Deep:
    def __repr__(self):
        return repr([self])


def centre(x):
    return len(repr(Deep()))
