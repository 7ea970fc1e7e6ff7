"""The most memory that was in use since a moment, above what was in use at that moment."""

import gc
import resource
import sys
from importlib import import_module
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_MB = 1e6


class Watch:
    """Starts to watch; ``peak()`` tells in megabytes.

    On a GPU this is the device's own count. On a CPU it is the process's resident memory; where the system can forget
    an earlier peak (Linux) that is done first, elsewhere a peak while libraries were loaded may hide a smaller one.
    """

    def __init__(self, backend):
        gc.collect()
        self._device = import_module(f"course.bench.native.{backend}.device")
        self.what = "device" if self._device.is_gpu() else "process"
        if self.what == "device":
            self._before = self._device.start()
        else:
            if _CLEAR.exists():
                _CLEAR.write_text("5", encoding="ascii")  # the peak starts again from here
            self._before = _resident()

    def peak(self):
        """Megabytes at the peak, above the start."""
        now = self._device.peak() if self.what == "device" else _high_water()
        return max(0.0, (now - self._before) / _MB)


def _resident():
    return _status("VmRSS") or _high_water()


def _high_water():
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return _status("VmHWM") or most * (1 if sys.platform == "darwin" else 1024)


def _status(key):
    """A line of /proc/self/status in bytes, or None where there is none."""
    if not _STATUS.exists():
        return None
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) * 1024
    return None
