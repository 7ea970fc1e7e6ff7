"""Calls itself for ever, through C, without Python's limit."""

import sys

sys.setrecursionlimit(1 << 30)


class Deep:
    def __repr__(self):
        return repr([self])


def centre(x):
    return len(repr(Deep()))
