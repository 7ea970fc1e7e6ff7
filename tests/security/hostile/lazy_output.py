"""Returns an object that is computed only when it is read."""

import numpy as np


class Lazy:
    def __init__(self, x):
        self.x = x

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.x, dtype)


def centre(x):
    return Lazy(x)
