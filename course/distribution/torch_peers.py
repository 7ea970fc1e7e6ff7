"""The processes of a run on torch, and the values that they exchange.

Process r computes the mean loss ℓ_r over its b_r rows of the B, and its gradient; a step uses the means over all rows,

    ℓ = ∑_r w_r ℓ_r,   ∇ℓ = ∑_r w_r ∇ℓ_r,   w_r = b_r / B,

so that logs, clipping and optimizers have the same numbers as on one device.

A derivative of a derivative goes through that sum. Let G = ∑_r w_r g_r and the objective ∑_s w_s ℓ_s(G). Then
∂/∂g_r = w_r ∑_s w_s ∂ℓ_s/∂G. The factor w_r comes from the outer mean, so the backward operation is the same weighted
mean: it is its own adjoint, to any order.
"""

import contextlib
import os
import re

import torch
import torch.distributed as dist

from course.errors import CourseError

BUCKET = 25 * 2**20  # bytes in one collective operation
_group = None


class LostWorker(CourseError):
    """Another process of the run has died or does not answer."""


class Group:
    """The group of processes of a run, as one of them sees it.

    Attributes:
        rank: this process, 0 … size − 1; 0 is the main one.
        size: how many processes there are.
        is_main: whether this is the main one.
        rows: in a distributed step the first, the last + 1 and the number of rows of the global batch; else None.
        weight: w_r of that step.
        seed: the random numbers of the steps depend on it and on the process.
        unchecked: whether the next batch is to be compared with those of the other processes.
        told: whether the warning was given that batches cannot be divided.
    """

    def __init__(self, rank, size):
        self.rank, self.size, self.is_main = rank, size, rank == 0
        self.rows, self.seed, self.unchecked, self.told = None, [0, 0, 0], True, False

    @property
    def whole(self):
        """Whether each process has the whole batch, because it cannot be divided."""
        return self.rows[:2] == (0, self.rows[2])

    @property
    def weight(self):
        """The share of this process in a mean."""
        start, stop, total = self.rows
        return 1 / self.size if self.whole else (stop - start) / total


def processes():
    """``(rank, count)`` from the variables of torchrun and ``course.distribution.launch``; (0, 1) without them."""
    return whole_number("RANK", 0), whole_number("WORLD_SIZE", 1)


def whole_number(name, default):
    """A whole number from the environment.

    Raises:
        CourseError: the variable holds something else.
    """
    try:
        return int(os.environ.get(name, default))
    except ValueError:
        raise CourseError(
            f"The environment variable {name} must be a whole number, not {os.environ[name]!r}."
        ) from None


def begin(group):
    """Set the ``Group`` of this process; None for a process that works alone."""
    global _group
    _group = group


def intact():
    """Whether the group is set; only the end of the strategy removes it."""
    return _group is not None


def active():
    """The group of a strategy on several processes, or None: then everything is as on one device."""
    return _group if _group is not None and _group.size > 1 else None


def in_step():
    """Whether a distributed step runs now."""
    return active() is not None and _group.rows is not None


def first_line(error):
    """The message of an error without its position in the source."""
    return re.sub(r"^(\[[^\]]*\.\w+:\d+\] *)+", "", str(error).strip()).split("\n")[0][:120].rstrip(".")


@contextlib.contextmanager
def _peers():
    try:
        yield
    except RuntimeError as e:
        rank, size = processes()
        raise LostWorker(
            f"Process {rank} of {size} lost another one: it has died, does not answer, or does something else "
            f"({first_line(e)}). Start the run again; it goes on from the last checkpoint if fit was given "
            "course.distribution.BackupAndRestore."
        ) from e


# Collectives: every process calls them in the same order


def _all_reduce(tensor, op=dist.ReduceOp.SUM):
    with _peers():
        dist.all_reduce(tensor, op=op)
    return tensor


class _Mean(torch.autograd.Function):
    """x_r ↦ ∑_r w_r x_r. The operation is linear and its own adjoint."""

    @staticmethod
    def forward(ctx, x, weight):
        ctx.weight = weight
        return _all_reduce(x * weight)

    @staticmethod
    def backward(ctx, cotangent):
        return _Mean.apply(cotangent, ctx.weight), None

    @staticmethod
    def jvp(ctx, tangent, _):
        return _Mean.apply(tangent, ctx.weight)


def _bucketed(tensors, operation):
    """``operation`` on the tensors, flattened into buckets of one dtype; None stays None."""
    results, buckets = list(tensors), []
    for i, t in enumerate(tensors):
        if t is None:
            continue
        size = t.numel() * t.element_size()
        fitting = [b for b in buckets if b["dtype"] == t.dtype and b["bytes"] + size <= BUCKET]
        if not fitting:
            fitting = [{"dtype": t.dtype, "bytes": 0, "items": []}]
            buckets += fitting
        fitting[-1]["bytes"] += size
        fitting[-1]["items"].append(i)
    for bucket in buckets:
        items = bucket["items"]
        flat = operation(torch.cat([tensors[i].reshape(-1) for i in items]))
        parts = flat.split([tensors[i].numel() for i in items])
        for i, part in zip(items, parts, strict=True):
            results[i] = part.view(tensors[i].shape)
    return results


@torch.compiler.disable
def mean(tensors):
    """The means of the tensors over the rows of the global batch, differentiable; outside of a step the tensors."""
    if not in_step():
        return tensors
    weight = _group.weight
    return _bucketed(tensors, lambda flat: _Mean.apply(flat, weight))


def total(tensors):
    """The tensors' sums over the processes."""
    return _bucketed(tensors, lambda flat: _all_reduce(flat.clone()))


def from_main(tensors):
    """The main process's tensors."""

    def broadcast(flat):
        with _peers():
            dist.broadcast(flat, src=0)
        return flat

    return _bucketed(tensors, lambda flat: broadcast(flat.clone()))


def object_from_main(value):
    """Send a Python object of the main process to all processes."""
    box = [value]
    with _peers():
        dist.broadcast_object_list(box, src=0)
    return box[0]


def agree(number):
    """Whether the processes hold the same integer."""
    ends = torch.tensor([number, -number], dtype=torch.int64, device=_wire())
    high, low = _all_reduce(ends, dist.ReduceOp.MAX).tolist()
    return high == -low


def any_of(flag):
    """Whether it is true on one of the processes; all wait for each other here."""
    return bool(_all_reduce(torch.tensor(int(flag), device=_wire()), dist.ReduceOp.MAX).item())


def _wire():
    """The device on which a tensor must be to be sent."""
    return "cuda" if dist.get_backend() == "nccl" else "cpu"
