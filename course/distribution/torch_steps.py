"""A step on several torch processes with the same result as on one.

Each step gets the rows of this process, a separate stream of random numbers, and metrics whose states are summed when a
result is read. At the end it computes the means of the values that must be equal on all processes: the logs, and the
non-trainable state of layers (BatchNorm's moving averages).
"""

import contextlib
import hashlib
import logging
import zlib

import keras
import numpy as np
import torch
from keras import tree
from keras.src.backend.torch import random as keras_random

from course.distribution import torch_peers as peers
from course.distribution.torch_loops import begin_alike
from course.errors import CourseError

_log = logging.getLogger("course.distribution")


# The rows


def bounds(rows, size, rank):
    """The rows of one process, contiguous and of nearly equal number: ``(start, stop)`` as of ``numpy.array_split``."""
    least, more = divmod(rows, size)
    start = rank * least + min(rank, more)
    return start, start + least + (rank < more)


def _rows(batch):
    """How many rows a batch has; None if its tensors have no common first axis (a graph: nodes and edges)."""
    counts = {tuple(x.shape)[:1] for x in tree.flatten(batch) if x is not None}
    return counts.pop()[0] if len(counts) == 1 and () not in counts else None


def _cut(group, batch):
    """The rows of this process. If a batch cannot be divided, every process computes all of it."""
    rows = _rows(batch)
    if rows is None:
        if not group.told and group.is_main:
            _log.warning("The tensors of a batch have no common first axis: each process computes all of it.")
        group.told, group.rows = True, (0, 1, 1)
        return batch
    start, stop = (0, rows) if rows < group.size else bounds(rows, group.size, group.rank)
    group.rows = start, stop, rows
    return tree.map_structure(lambda x: x if x is None else x[start:stop], batch)


def _compare(group, batch):
    """Compare the first batch of an epoch: a different order of the data would use some rows twice."""
    group.unchecked = False
    code = 0
    for x in tree.flatten(batch):
        if x is not None:
            x = x.detach().cpu().numpy() if isinstance(x, torch.Tensor) else np.asarray(x)
            code = zlib.crc32(np.ascontiguousarray(x).tobytes(), code)
    if not peers.agree(code):
        raise CourseError(
            "The processes see different batches: all must read the same data in the same order, each takes its rows. "
            "Seed what shuffles, and do not split the data by process yourself."
        )


# The step


def distributed(model, one, training):
    """``one(data)`` as Keras's loops call it; with several processes on the rows of this process."""
    joined, state, metrics = None, [], _Metrics(model)

    def run(data):
        nonlocal joined, state
        group = peers.active()
        if group is None:
            return one(data)
        if joined is not group:
            begin_alike(model)
            joined, state = group, _layer_state(model) if training else []
        if group.unchecked:
            _compare(group, data)
        data = _cut(group, data)
        try:
            with _own_random(group), metrics.shared():
                logs = one(data)
            return _agreed(logs, state)
        finally:
            group.rows = None

    return run


def _layer_state(model):
    """The non-trainable state of layers that a step changes, without the weights of frozen layers."""
    found = [v for layer in model._flatten_layers() for v in layer._non_trainable_variables]
    return [v for v in {id(v): v for v in found}.values() if keras.backend.is_float_dtype(v.dtype)]


def _agreed(logs, state):
    keys = [k for k, v in logs.items() if isinstance(v, torch.Tensor) and v.ndim == 0]
    values = [logs[k] for k in keys] + [v.value for v in state]
    # In double precision the mean of equal numbers is that number.
    means = peers.mean([v.detach().double() for v in values])
    means = [m.to(v.dtype) for m, v in zip(means, values, strict=True)]
    with torch.no_grad():
        for variable, value in zip(state, means[len(keys) :], strict=True):
            variable.assign(value)
    return {**logs, **dict(zip(keys, means, strict=False))}


# Random numbers


def _seed(*parts):
    return int.from_bytes(hashlib.blake2b(repr(parts).encode(), digest_size=7).digest())


@contextlib.contextmanager
def _own_random(group):
    """Random numbers of this process inside the step; the common stream, which orders the data, does not change.

    They depend on the seed, the process, and the place in the training, so that a resumed run draws the same.
    """
    rank = 0 if group.whole else group.rank
    group.seed[-1] += 1
    own = _seed(rank, *group.seed)
    generators = [torch.default_generator]
    if torch.cuda.is_available():
        generators.append(torch.cuda.default_generators[torch.cuda.current_device()])
    states = [g.get_state() for g in generators]
    for g in generators:
        g.manual_seed(own)
    draw = keras_random.draw_seed

    def draw_own(seed):
        # All processes have the same state of the generator; the numbers that it gives differ.
        first, second = draw(seed)
        return first, second + apart

    apart = (rank * 0x9E3779B1) % 2**31
    keras_random.draw_seed = draw_own
    try:
        yield
    finally:
        keras_random.draw_seed = draw
        for g, state in zip(generators, states, strict=True):
            g.set_state(state)


# Metrics


class _Metrics:
    """A model's metrics in a distributed step.

    A result is that of all processes; the state of the metric stays that of this process.
    """

    def __init__(self, model):
        self.model, self.made = model, {}

    @contextlib.contextmanager
    def shared(self):
        """Inside the block results are those of all processes."""
        metrics = self.model.metrics
        for m in metrics:
            if id(m) not in self.made:  # once: a compiler would compile new functions again
                self.made[id(m)] = {"update_state": _update(m.update_state), "result": _result(m)}
            m.__dict__.update(self.made[id(m)])
        try:
            yield
        finally:
            for m in metrics:
                del m.__dict__["update_state"], m.__dict__["result"]


def _update(update):
    def update_state(*args, **kwargs):
        group = peers.active()
        if len(args) == 1 and not kwargs and not np.shape(args[0]):
            update(args[0], sample_weight=group.weight)  # a mean over the batch: weighted by the rows
        elif group.is_main or not group.whole:
            update(*args, **kwargs)

    return update_state


def _result(metric):
    def result():
        with summed([metric]):
            return metric.result()

    return result


@contextlib.contextmanager
def summed(metrics):
    """Inside the block the metrics' variables hold their sums over the processes, and ``result`` is Keras's."""
    if peers.active() is None:
        yield
        return
    variables = [v for m in metrics for v in m.variables]
    patched = [(m, m.__dict__.pop("result")) for m in metrics if "result" in m.__dict__]
    values = peers.total([v.value.detach() for v in variables])
    # A metric may declare that its variable is no sum (keras.Variable's aggregation).
    for i, v in enumerate(variables):
        if v.aggregation == "mean":
            values[i] = values[i] / peers.active().size
        elif v.aggregation == "only_first_replica":
            values[i] = peers.from_main([v.value.detach()])[0]
    try:
        with keras.StatelessScope(list(zip(variables, values, strict=True))):
            yield
    finally:
        for m, result in patched:
            m.__dict__["result"] = result
