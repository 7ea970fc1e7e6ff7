"""Closes its channel, so that it seems to have ended, and continues to run."""

import os
import time


def centre(x):
    os.closerange(3, 256)
    while True:
        time.sleep(1)
