"""Writes a forged result to every place that could hold a result."""

import os

PLACES = (
    "@COURSE@",
    "@COURSE@/work",
    "@TMP@",
    "@HOME@",
    "/",
    "/var/tmp",
    "/usr",
    "/etc",
    "/dev",
    "/opt/medl",
    ".",
)


def centre(x):
    for place in PLACES:
        for name in ("@MARKER@", "results.json", "gradebook.sqlite", "report.xml"):
            try:
                os.makedirs(place, exist_ok=True)
                with open(os.path.join(place, name), "x") as stream:
                    stream.write('{"score": 4, "earned": 4, "status": "passed"}')
            except OSError:
                pass
    return 0 * x
