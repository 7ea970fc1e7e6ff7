"""Starts a worker on each backend, one after the other, and collects their results."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from course.errors import CourseError

SECONDS = 600


def run(path, name, steps, backends):
    """The results of the workers: backend → what ``worker.main`` wrote.

    Args:
        path: the user's file.
        name: the model's class, or a function that makes it, or "".
        steps: how many training steps.
        backends: on which to run.

    Raises:
        CourseError: the file does not exist, or has no model or no batch.
    """
    if not Path(path).is_file():
        raise CourseError(f"There is no file {path}.")
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for backend in backends:
            results[backend] = _one(path, name, steps, backend, Path(folder) / f"{backend}.json")
            if "mistake" in results[backend]:
                raise CourseError(results[backend]["mistake"])
    return results


def _one(path, name, steps, backend, out):
    env = dict(
        os.environ,
        KERAS_BACKEND=backend,
        COURSE_STRICT="1",
        PYTHONIOENCODING="utf-8",
        TF_CPP_MIN_LOG_LEVEL="3",
    )
    command = [sys.executable, "-m", "course.testing.portable.worker", str(path), name, str(steps), str(out)]
    try:
        done = subprocess.run(
            command, env=env, capture_output=True, text=True, encoding="utf-8", timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return {"error": f"the steps took more than {SECONDS} seconds"}
    if not out.exists():
        last = (done.stderr.strip().splitlines() or ["nothing was printed"])[-1]
        return {"error": f"the process ended with status {done.returncode}: {last}"}
    return json.loads(out.read_text(encoding="utf-8"))
