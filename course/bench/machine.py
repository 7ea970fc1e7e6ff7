"""What the machine is and how busy it was: numbers of another machine mean little without it."""

import os
import platform
from importlib import metadata
from pathlib import Path

from course.processes import xla_flags, xla_threads
from course.processes.threads import THREADS, cores


def describe():
    """Processor, cores, memory, and the versions of what is measured."""
    return {
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": cores(),
        "versions": {
            name: _version(name) for name in ("keras", "jax", "optax", "tensorflow", "torch", "numpy")
        },
    }


def load():
    """Processes that wanted a core in the last minute, on average; None where the system does not tell."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def environment(backend, threads=None, device="cpu"):
    """The environment of a child process.

    Args:
        backend: for ``KERAS_BACKEND``.
        threads: of every library, or None to leave that to them and to the caller's environment.
        device: ``"cpu"`` hides a GPU; ``"gpu"`` shows it.
    """
    import course

    folder = str(Path(course.__file__).resolve().parents[1])
    env = dict(os.environ, KERAS_BACKEND=backend, TF_CPP_MIN_LOG_LEVEL="3")
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [folder, env.get("PYTHONPATH")]))
    if threads:
        env |= dict.fromkeys(THREADS, str(threads))
    if device == "cpu":
        env |= {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
    else:
        # Without this JAX takes most of the GPU's memory at once, and the peak says nothing.
        env |= {"XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
    xla_threads.configure(env, backend, threads)
    xla_flags.configure(env, backend, quick=False)  # all variants are compiled as JAX does by itself
    return env


def _processor():
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
