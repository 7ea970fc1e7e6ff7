"""Sleeps without end, which takes no processor time."""

import time


def centre(x):
    time.sleep(10**6)
