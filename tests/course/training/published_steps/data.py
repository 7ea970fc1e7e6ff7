"""The data that the kinds of training step see: small arrays that are the same on every backend."""

import numpy as np

STEPS, BATCH = 5, 8
ROWS = STEPS * BATCH


def vectors(seed=0, features=4):
    """Normal numbers with axes (rows, features)."""
    return np.random.default_rng(seed).normal(size=(ROWS, features)).astype("float32")


def labels(classes=3):
    """Classes 0, 1, … in turn."""
    return (np.arange(ROWS) % classes).astype("int32")


def images(seed=0):
    """Normal numbers with axes (rows, height, width, channels)."""
    return vectors(seed, 16).reshape(ROWS, 4, 4, 1)


def tokens(seed=0, length=5, words=6):
    """Random words with axes (rows, length)."""
    return np.random.default_rng(seed).integers(0, words, size=(ROWS, length)).astype("int32")


def episodes(seed=0, steps=4, actions=2):
    """What an agent saw, did and earned: states (rows, time, 4), actions and rewards (rows, time)."""
    rng = np.random.default_rng(seed)
    return {
        "state": rng.normal(size=(ROWS, steps, 4)).astype("float32"),
        "action": rng.integers(0, actions, size=(ROWS, steps)).astype("int32"),
        "reward": rng.normal(size=(ROWS, steps)).astype("float32"),
    }
