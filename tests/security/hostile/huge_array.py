"""Returns an array that is too large for an answer."""

import numpy as np


def centre(x):
    return np.zeros((1 << 14, 1 << 11), "float32")
