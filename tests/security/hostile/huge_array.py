"""Answers with an array that is too large to be an answer."""

import numpy as np


def centre(x):
    return np.zeros((1 << 14, 1 << 11), "float32")
