"""Returns an honest answer, and leaves threads and detached processes behind."""

import os
import threading
import time

from keras import ops


def honest(x):
    if x.shape[0] == 0:
        raise ValueError("the batch is empty")
    return x - ops.mean(x, axis=0, keepdims=True)


def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True:
                time.sleep(1)
        os._exit(0)


for _ in range(3):
    threading.Thread(target=time.sleep, args=(600,)).start()
    daemon()


def centre(x):
    return honest(x)
