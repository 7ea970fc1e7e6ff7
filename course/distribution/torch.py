"""torch.distributed behind the front: one process for each device, each with the whole model.

All processes run the same program and see the same global batches; each takes its rows (``torch_steps``), and they
compute the means over all rows (``torch_peers``).
"""

import atexit
import contextlib
import os
from datetime import timedelta

import torch
import torch.distributed as dist

from course.distribution import torch_moments, torch_peers
from course.distribution.torch_peers import Group, first_line, intact, processes, whole_number
from course.errors import CourseError

__all__ = [
    "STRATEGIES",
    "accelerators",
    "available",
    "enter",
    "exit",
    "intact",
    "launch_environment",
    "processes",
    "simulated",
    "train_plain_models_with",
]

STRATEGIES = ("data_parallel",)
_plain_models = None


def train_plain_models_with(changes):
    """Register a context manager under which Keras's own models train on all processes; ``course.training`` has it."""
    global _plain_models
    _plain_models = changes


def accelerators():
    """How many GPUs this machine has."""
    return torch.cuda.device_count()


def launch_environment(devices):
    """An empty dict: several devices are several processes, which ``launch`` or torchrun starts."""


def available(devices=None):
    """The names of the devices: one for each process of this run; for 1 this process's own.

    Raises:
        CourseError: another number is asked for than there are processes.
    """
    _, size = processes()
    kind = "cuda" if torch.cuda.is_available() else "cpu"
    if devices == 1:
        return [kind]
    if devices not in (None, size):
        raise CourseError(
            f"{devices} devices are asked for, but torch wants one process for each and this run has {size}: "
            f"start it with `torchrun --nproc-per-node {devices} SCRIPT.py` or `course run … --devices {devices}`."
        )
    return [f"{kind}:{r} (process {r})" for r in range(size)] if size > 1 else [kind]


def simulated(names):
    """Whether several processes share one processor, so that training is not faster."""
    return len(names) > 1 and names[0].startswith("cpu")


def enter(name, names, layout=()):
    """Join the other processes and make steps distributed, until ``exit``.

    Raises:
        CourseError: the other processes could not be reached.
    """
    rank, size = processes()
    changes = contextlib.ExitStack()
    if size > 1:
        if _plain_models is None:
            raise CourseError(
                "A strategy on several torch processes needs course.training: write `import course.training`, or use "
                "course.strategy, which imports it."
            )
        _join(rank, size)
        changes.enter_context(torch_moments.synchronized())
        changes.enter_context(_plain_models())
    torch_peers.begin(Group(rank, size))
    return changes


def exit(handle):
    """Undo ``enter``. The processes stay connected for the next strategy."""
    torch_peers.begin(None)
    handle.close()


def _join(rank, size):
    if dist.is_initialized():
        return
    backend, device = "gloo", None
    if torch.cuda.is_available():
        backend, local = "nccl", whole_number("LOCAL_RANK", rank)
        if local >= torch.cuda.device_count():
            raise CourseError(
                f"Process {rank} wants GPU {local}, but this machine has {torch.cuda.device_count()}: start fewer "
                "processes, or set CUDA_VISIBLE_DEVICES=-1 to use the processor."
            )
        device = torch.device("cuda", local)
        torch.cuda.set_device(device)
    seconds = float(os.environ.get("COURSE_COLLECTIVE_TIMEOUT", 300))
    try:
        dist.init_process_group(backend, timeout=timedelta(seconds=seconds), device_id=device)
    except (RuntimeError, ValueError) as e:
        where = f"{os.environ.get('MASTER_ADDR', '?')}:{os.environ.get('MASTER_PORT', '?')}"
        raise CourseError(
            f"Process {rank} of {size} did not meet the others at {where}: start all {size}, with the same address "
            f"and port ({first_line(e)})."
        ) from None
    atexit.register(_part)


def _part():
    with contextlib.suppress(Exception):
        dist.destroy_process_group()
