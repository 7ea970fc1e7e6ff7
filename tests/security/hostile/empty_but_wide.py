"""Returns arrays without elements whose shapes are astronomically large."""

import numpy as np


def centre(x):
    return np.zeros((0, 2**40, 2**20), "float32")
