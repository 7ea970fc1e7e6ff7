"""What each unit and each part of the engine costs in the gate: processor time, over all stages.

As a pytest plugin (``-p course.gate.costs``) this module adds up the processor time of the tests, with that of the
processes that they start, under the unit that a test's name has (``tests/units/u03_…``, ``test_lesson[u03]``), or else
under the folder of ``tests/`` that it lies in. ``table`` puts the stages side by side and compares with the budget.

Processor time depends less on other work on the machine than the time on the clock does. It depends on the machine, and
changes with what else runs there. So each stage also measures every two minutes how fast the machine is
(``course.gate.speed``), and ``table`` divides the stage's minutes by the median of its own measurements.
"""

import json
import os
import re
import threading
import time
from pathlib import Path

from course.gate import speed
from course.gate.changed import units_in

VARIABLE = "COURSE_GATE_COSTS"  # the file that a stage writes
UNIT_MINUTES = 4  # a unit, all stages together
ENGINE_MINUTES = 15  # everything else
TOLERANCE = 1.25  # a unit that costs more than this times its budget is too dear
# Units that are too dear as yet: unit → minutes that it must not exceed. They lie a third above what a gate beside
# other work measured, because the minutes of two machines differ after they are normalized. They may only fall; a unit
# within the budget loses its entry.
DEARER = {"u03": 5.3, "u04": 5.2, "u05": 5.2, "u06": 5.6, "u07": 6.2, "u08": 7.7, "u10": 6.6}
LOOKS_EVERY = 0.25  # seconds
MEASURES_EVERY = 120  # seconds between two measurements of the machine's speed
DEAREST = 8  # files that are named where a budget is exceeded


def places(nodeid):
    """The units of a test, such as ``{"u03"}``, or the part of the engine, such as ``{"training"}``."""
    if units := units_in(nodeid):
        return units
    folders = nodeid.partition("::")[0].split("/")[1:-1]
    if "units" in folders:
        return {"units"}
    return {next((f for f in reversed(folders[:2]) if f != "course"), "tests")}


class Costs:
    """Adds up processor time under the places and the file of the running test."""

    def __init__(self):
        self._used = Used()
        self.seconds, self.files = {}, {}  # place → seconds, and "place file" → seconds
        self._places, self._file, self._before = {"start"}, "", 0.0

    def now_at(self, places, file=""):
        """What follows is at these places, in this file."""
        if (places, file) != (self._places, self._file):
            now = self._used.seconds()
            share = max(0.0, now - self._before) / len(self._places)
            for place in self._places:
                self.seconds[place] = self.seconds.get(place, 0.0) + share
                key = f"{place} {self._file}"
                self.files[key] = self.files.get(key, 0.0) + share
            self._places, self._file, self._before = places, file, now


class Used:
    """The processor time of this process and of all that it starts.

    The system adds the time of a process to that of its parent only when the parent waits for it. So this class looks
    at all of them several times a second and adds up what each has used since. What a parent has waited for and no
    look has seen, because it was short, is added too.
    """

    def __init__(self):
        import psutil

        self._process, self._gone = psutil.Process(), psutil.Error
        self._seen, self._total = {}, 0.0  # process → what it has used itself, and what it has waited for
        self._lock = threading.Lock()
        threading.Thread(target=self._look_again_and_again, daemon=True).start()

    def seconds(self):
        """All of it until now."""
        with self._lock:
            before, self._seen = self._seen, self._now()
            used = waited = 0.0
            for process, (own, children) in self._seen.items():
                own_before, children_before = before.get(process, (0.0, 0.0))
                used += own - own_before
                waited += children - children_before
            ended = sum(sum(before[process]) for process in before.keys() - self._seen.keys())
            self._total += used + max(0.0, waited - ended)
            return self._total

    def _now(self):
        found = {}
        for process in (self._process, *self._process.children(recursive=True)):
            try:
                times = process.cpu_times()
            except self._gone:
                continue
            children = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
            found[process] = times.user + times.system, children
        return found

    def _look_again_and_again(self):
        pause = threading.Event()
        while not pause.wait(LOOKS_EVERY):
            self.seconds()


def read(file):
    """Return what a stage has written: ``seconds`` by place, ``files`` by place and file, and its ``speed``."""
    return json.loads(Path(file).read_text("utf-8"))


def table(stages):
    """The lines to print, and the units that cost more than they may: a quarter over the budget, or as in ``DEARER``.

    Args:
        stages: stage → what it has written, see ``read``.
    """
    slowness = {stage: speed.slowness(found["speed"]) for stage, found in stages.items()}
    costs = {
        stage: {place: seconds / 60 / slowness[stage] for place, seconds in found["seconds"].items()}
        for stage, found in stages.items()
    }
    places = sorted({p for of_stage in costs.values() for p in of_stage}, key=lambda p: (not _is_unit(p), p))
    rows = {p: [of_stage.get(p, 0.0) for of_stage in costs.values()] for p in places}
    units = {p: sum(row) for p, row in rows.items() if _is_unit(p)}
    engine = sum(sum(row) for p, row in rows.items() if not _is_unit(p))
    lines = [f"{'processor minutes':20}" + "".join(f"{stage:>12}" for stage in costs) + f"{'all':>10}"]
    for p, row in rows.items():
        lines.append(f"{p:20}" + "".join(f"{x:12.1f}" for x in row) + f"{sum(row):10.1f}")
    needed = ", ".join(f"{slowness[stage]:.2f} ({stage})" for stage in stages)
    lines.append(
        f"These are minutes of the machine of the budgets; this one needed {needed} times its processor time."
    )
    lines.append(f"The engine costs {engine:.1f} of {ENGINE_MINUTES} minutes.")
    most = TOLERANCE * UNIT_MINUTES
    for u in sorted(u for u, minutes in units.items() if minutes > most):
        also = f" (for now {u} may cost {DEARER[u]:g})" if u in DEARER else ""
        lines.append(
            f"{u} costs {units[u]:.1f} minutes; a unit may cost {UNIT_MINUTES}, at the very most {most:g}{also}. "
            "Its dearest files:"
        )
        lines += _dearest(stages, slowness, lambda place, unit=u: place == unit)
    if engine > TOLERANCE * ENGINE_MINUTES:
        lines.append("The engine's dearest files:")
        lines += _dearest(stages, slowness, lambda place: not _is_unit(place))
    return lines, sorted(u for u, minutes in units.items() if minutes > DEARER.get(u, most))


def _dearest(stages, slowness, counts):
    """A line for each of the files with the most seconds at the places that count, over all stages."""
    files = {}
    for stage, found in stages.items():
        for key, seconds in found["files"].items():
            place, _, file = key.partition(" ")
            if counts(place) and file:
                files[file] = files.get(file, 0.0) + seconds / slowness[stage]
    dearest = sorted(files, key=files.get, reverse=True)[:DEAREST]
    return [f"{files[file]:8.0f} s  {file}" for file in dearest]


def _is_unit(where):
    return re.fullmatch(r"u\d\d", where) is not None


# As a plugin of pytest

_costs, _meter, _speed, _measured = None, None, [], 0.0


def _measure_speed():
    global _measured
    _speed.append(_meter())
    _measured = time.monotonic()


def pytest_collection_finish():
    """Starting and collecting is over."""
    global _costs, _meter
    if os.environ.get(VARIABLE):
        _costs = Costs()
        _meter = speed.Meter(speed.kind_of(os.environ.get("COURSE_GATE")))
        _measure_speed()


def pytest_runtest_logstart(nodeid):
    """A test begins."""
    if _costs is not None:
        if time.monotonic() - _measured > MEASURES_EVERY:
            _costs.now_at({"start"})
            _measure_speed()
        _costs.now_at(places(nodeid), nodeid.partition("::")[0])


def pytest_sessionfinish():
    """Write the file."""
    if _costs is not None:
        _costs.now_at({"end"})
        _measure_speed()
        _meter.close()
        file = Path(os.environ[VARIABLE])
        written = {"seconds": _costs.seconds, "files": _costs.files, "speed": _speed}
        # An earlier command of the same stage wrote it; the gate deletes the files of former runs.
        file.write_text(json.dumps(_together(read(file), written) if file.is_file() else written), "utf-8")


def _together(first, second):
    """The sum of what two commands of a stage have written."""
    added = {
        kind: {k: first[kind].get(k, 0.0) + second[kind].get(k, 0.0) for k in first[kind] | second[kind]}
        for kind in ("seconds", "files")
    }
    return added | {"speed": first["speed"] + second["speed"]}
