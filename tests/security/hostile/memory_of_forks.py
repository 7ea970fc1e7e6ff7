"""Fills the memory that many processes inherit: a process that counts only what it has beyond that sees nothing."""

import gc
import os
import time


def centre(x):
    for _ in range(12):
        if os.fork() == 0:
            gc.unfreeze()
            kept = gc.get_objects()  # a reference to each object is written into the page of the object
            inner = [value for thing in kept if type(thing) is dict for value in thing.values()]
            time.sleep(600)
            os._exit(len(inner) % 2)
    time.sleep(600)
