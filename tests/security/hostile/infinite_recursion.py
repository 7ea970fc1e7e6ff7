"""Calls itself for ever."""


def centre(x):
    return centre(x)
