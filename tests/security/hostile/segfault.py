"""Reads the memory at address 0."""

import ctypes


def centre(x):
    ctypes.string_at(0)
