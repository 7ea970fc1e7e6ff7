"""Replaces its process by another program, which inherits the open files and writes forged answers into them."""

import os
import sys

FORGER = """
import os
for number in range(3, 64):
    try:
        os.write(number, b"MEDL" + bytes(12) + b'{"value": 0, "arrays": []}')
    except OSError:
        pass
"""


def centre(x):
    os.execv(sys.executable, [sys.executable, "-c", FORGER])
