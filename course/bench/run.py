"""The parent's part: a child process for each case and backend, and the record of all of them."""

import json
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from course import fast
from course.bench import bars, machine
from course.bench.case import GROUP

_LIMIT = 1800  # seconds after which a child is given up


def measure(case, backend, options):
    """Measure a case on a backend; what fails comes back as ``error``, in one line.

    Args:
        case: its name.
        backend: its name.
        options: ``processes, repeats, steps, epochs, seed, threads, device, precision, fastest, plain,
            start``.
    """
    head = {"case": case, "backend": backend, "precision": options["precision"]}
    before, raws = machine.load(), []
    for _ in range(options["processes"]):
        raws.append(child("steps", case, backend, options))
        if "error" in raws[-1]:
            return head | raws[-1]
        if wrong := _elsewhere(raws[-1], options):
            return head | {"error": wrong}
        if raws[-1].get("large"):
            break  # where a process has its memory makes no difference to a long step
    result = head | bars.summary(raws, bars.TOLERANCES[options["device"], options["precision"]])
    result["load"] = [before, machine.load()]
    for variant, row in result["variants"].items() if options["start"] else ():
        alone = child("start", case, backend, options, variant=variant)
        if "error" in alone:
            return head | {"error": f"{variant} alone: {alone['error']}"}
        row.update(alone)
    return result


def time_to(backend, share, options, data="mnist", most=30):
    """Seconds that our fit and the native loop need to recognize a share of MNIST's test images."""
    head = {"backend": backend, "precision": options["precision"], "share": share, "data": data}
    raw = child("time_to", "cnn", backend, options, share=share, data=data, most=most)
    wrong = None if "error" in raw else _elsewhere(raw, options)
    return head | ({"error": wrong} if wrong else raw)


def _elsewhere(raw, options):
    """What a reader has to know who asked for another device than the one that computed."""
    if options["device"] == "gpu" and not raw["device"].startswith("gpu"):
        return f"--device gpu, but it computed on {raw['device']}: the backend sees no GPU"
    return None


def child(kind, case, backend, options, **more):
    """Run a request in a process of its own; return its result, or ``{"error": …}``."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "result.json"
        request = {
            "kind": kind, "case": case, "result": str(answer), "group": GROUP,
            "repeats": options["repeats"], "count": options["steps"], "epochs": options["epochs"],
            "seed": options["seed"], "threads": options["threads"], "device": options["device"],
            "precision": options["precision"], "fastest": options["fastest"], "plain": options["plain"],
        } | more  # fmt: skip
        try:
            done = subprocess.run(
                [sys.executable, "-m", "course.bench.worker"],
                input=json.dumps(request),
                capture_output=True,
                text=True,
                encoding="utf-8",
                check=False,
                timeout=_LIMIT,
                env=machine.environment(backend, options["threads"], options["device"]),
            )
        except subprocess.TimeoutExpired:
            return {"error": f"stopped after {_LIMIT} s"}
        if done.returncode or not answer.exists():
            lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
            return {"error": lines[-1], "traceback": done.stderr}
        return json.loads(answer.read_text(encoding="utf-8"))


def record(results, options, started, times=()):
    """All that was measured, as ``bench.json`` holds it."""
    return {
        "format": 1,
        "started": started,
        "finished": datetime.now().astimezone().isoformat(timespec="seconds"),
        "options": options,
        "machine": machine.describe(),
        "fast_paths_off": {r["backend"]: fast.why_off(r["backend"]) for r in results},
        "results": results,
        "time_to": list(times),
        "missed": [sentence for result in results for sentence in bars.missed(result)],
    }
