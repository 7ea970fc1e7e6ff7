"""How many experiments `course run` runs at a time, with how many threads each, and in which order."""

import json
import math
import os
import shutil
import sys
from pathlib import Path

import course
from course import paths
from course.errors import CourseError
from course.processes import xla_threads
from course.processes.threads import THREADS, cores

MEMORY = 2 << 30  # bytes of free memory for each process
_EARLIER = 20  # the number of earlier runs whose durations are read


def count(asked, experiments, backend, devices=False):
    """Return how many experiments are to run at a time.

    By default one for each core, but only as many as free memory allows, and one if there may be an accelerator, which
    processes would have to share.

    Args:
        asked: What the user typed after `--jobs`, or None.
        experiments: How many there are.
        backend: The backend's name.
        devices: Whether this run has asked for devices or is one of several processes that train together.

    Raises:
        CourseError: Several jobs and several devices at once.
    """
    if devices:
        if (asked or 1) > 1:
            raise CourseError(
                f"--jobs {asked} does not go with --devices or --strategy: those use the machine for one "
                "experiment at a time. Leave one of the two out."
            )
        return 1
    if asked is None:
        asked = 1 if accelerator(backend) else min(cores(), free_memory() / MEMORY)
    return max(1, int(min(asked, experiments)))


def accelerator(backend):
    """Tell whether the backend may find an accelerator, without starting it."""
    hidden = {"jax": ("JAX_PLATFORMS", "cpu"), "torch": ("KERAS_TORCH_DEVICE", "cpu")}
    variable, value = hidden.get(backend, ("", ""))
    if variable and os.environ.get(variable) == value:
        return False
    if sys.platform == "darwin":
        return backend == "torch" and os.uname().machine == "arm64"  # Metal
    if "TPU_NAME" in os.environ or any(Path("/dev").glob("accel[0-9]*")):
        return True
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return False
    there = any(Path("/dev").glob("nvidia[0-9]*")) or Path("/dev/kfd").exists()
    return there or (sys.platform == "win32" and shutil.which("nvidia-smi") is not None)


def free_memory():
    """Return the free memory in bytes; infinity if the system does not say."""
    found = [math.inf]
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        found += [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]
    except (OSError, ValueError, IndexError):
        pass
    group = Path("/sys/fs/cgroup")  # the limit of a container
    try:
        limit, used = (
            (group / name).read_text(encoding="ascii").strip() for name in ("memory.max", "memory.current")
        )
        found.append(int(limit) - int(used))
    except (OSError, ValueError):  # there is none: "max" is no number
        pass
    return min(found)


def environment(backend, jobs):
    """Return the environment of one of so many processes: its share of the cores, and where the course is.

    Variables about threads that the caller has set are not changed.
    """
    env = dict(os.environ)
    threads = max(1, cores() // jobs)
    for variable in THREADS:
        env.setdefault(variable, str(threads))
    xla_threads.configure(env, backend, threads)
    homes = (str(paths.root()), str(Path(course.__file__).resolve().parents[1]), env.get("PYTHONPATH"))
    env["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(filter(None, homes)))
    return env | {
        "KERAS_BACKEND": backend,
        "COURSE_HOME": str(paths.root()),
        "MPLBACKEND": "agg",
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
    }


def longest_first(experiments, backend, mode):
    """Return the experiments in the order in which to start them, so that none is left alone at the end.

    The seconds are those of earlier runs of this backend and mode; experiments without one start
    first, in the order of the catalogue.
    """
    seconds, wanted = {}, {experiment.name for experiment in experiments}
    for path in sorted(paths.runs().glob(f"*-{backend}*/result.json"), reverse=True)[:_EARLIER]:
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            results = content["results"] if content["mode"] == mode else []
            for result in results:
                seconds.setdefault(f"{result['unit']}/{result['experiment']}", float(result["seconds"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue  # a file of another program: it has no influence except on the order
        if wanted <= seconds.keys():
            break
    return sorted(experiments, key=lambda experiment: -seconds.get(experiment.name, math.inf))
