"""Makes empty files until the file system has no room for another name."""

import os


def centre(x):
    for folder in ("/tmp", "/dev/shm"):
        made = 0
        try:
            for made in range(1_000_000):
                os.close(os.open(f"{folder}/{made}", os.O_CREAT | os.O_WRONLY))
        except OSError:
            pass
        if made > 100_000:
            return made
    raise LookupError("the number of files is limited")
