"""Returns an array of Python objects, which could only be sent by pickling."""

import numpy as np


class Trap:
    def __reduce__(self):
        return (exec, ("import os; os._exit(0)",))


def centre(x):
    return np.array([Trap(), Trap()], dtype=object)
