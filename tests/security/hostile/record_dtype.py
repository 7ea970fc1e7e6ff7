"""Returns an array of records, whose fields could be compared one by one."""

import numpy as np


def centre(x):
    return np.zeros((2, 2), [("a", "f4"), ("b", "O")])
