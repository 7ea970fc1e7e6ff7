"""TensorFlow behind the front: ``tf.distribute`` runs the step on each replica, with its rows of the batch.

Replica i computes the mean loss ℓ_i over its b_i rows of the B of the global batch, and its gradient. A step
uses the mean over all rows,

    ℓ = ∑_i b_i ℓ_i / B,   ∇ℓ = ∑_i b_i ∇ℓ_i / B,

so logs, clipping and optimizers have the same numbers as on one device, also when the rows do not divide evenly. This
mean is linear and, once the outer mean has weighted the objectives of the replicas, its own adjoint; so higher
derivatives are right too.

MirroredStrategy serves the devices of one machine, MultiWorkerMirroredStrategy the machines of TF_CONFIG, TPUStrategy
a TPU that TPU_NAME names.
"""

import contextlib
import functools
import json
import os
from contextvars import ContextVar

import tensorflow as tf
from keras import tree

from course.context import set_attribute, set_context
from course.errors import CourseError

STRATEGIES = ("data_parallel",)
_share = ContextVar("share", default=None)
_cluster = {}  # the strategy of a TPU or of several machines: made once, before anything is computed


def processes():
    """``(rank, count)`` as TF_CONFIG says; the chief, or else worker 0, is rank 0."""
    text = os.environ.get("TF_CONFIG")
    if not text:
        return 0, 1
    try:
        config = json.loads(text)
        chiefs, workers = (len(config.get("cluster", {}).get(kind, ())) for kind in ("chief", "worker"))
        task = config.get("task", {})
        rank = int(task.get("index", 0)) + (chiefs if task.get("type") == "worker" else 0)
    except (ValueError, AttributeError, TypeError) as e:
        raise CourseError(f"TF_CONFIG cannot be read ({e}): it is JSON with a cluster and a task.") from None
    return rank, max(1, chiefs + workers)


def launch_environment(devices):
    """Connect to a TPU or to the other machines; divide the processor if there is no accelerator."""
    if _cluster:
        return
    rank, count = processes()
    if os.environ.get("TPU_NAME"):
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver(tpu=os.environ["TPU_NAME"])
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
        _cluster["strategy"] = tf.distribute.TPUStrategy(resolver)
    elif count > 1:
        try:
            _cluster["strategy"] = tf.distribute.MultiWorkerMirroredStrategy()
        except (RuntimeError, ValueError) as e:
            raise CourseError(
                f"Worker {rank} of {count} could not start: enter the strategy before anything is computed, and start "
                f"all {count} ({str(e).splitlines()[0]})."
            ) from None
    elif devices and devices > 1 and not tf.config.list_physical_devices("GPU"):
        processor = tf.config.list_physical_devices("CPU")[0]
        parts = [tf.config.LogicalDeviceConfiguration() for _ in range(devices)]
        with contextlib.suppress(RuntimeError):  # already initialized: ``available`` says what there is
            if len(tf.config.get_logical_device_configuration(processor) or ()) < devices:
                tf.config.set_logical_device_configuration(processor, parts)


def available(devices):
    """The names of so many devices of all processes: accelerators if there are any.

    Raises:
        CourseError: there are fewer.
    """
    strategy = _cluster.get("strategy")
    if strategy is not None:
        kind = type(strategy).__name__
        mine = [_short(d) for d in strategy.extended.worker_devices]
        count = processes()[1]
        found = [f"{d} (worker {r})" for r in range(count) for d in mine] if count > 1 else mine
        if devices not in (None, 1, len(found)):
            raise CourseError(
                f"{kind} has {len(found)} devices and uses all: devices={devices} does not fit."
            )
        return found[:1] if devices == 1 else found
    listed = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    found = [_short(d.name) for d in listed]
    if devices is not None and devices > len(found):
        raise CourseError(
            f"{devices} devices are asked for and TensorFlow has {len(found)} ({', '.join(found)}). To simulate "
            f"{devices} on the processor enter the strategy before anything is computed, in a new process."
        )
    return found[:devices]


def _short(name):
    return name.rpartition("device:")[2].lower() if "device:" in name else name.strip("/").lower()


def simulated(names):
    """Whether these devices are parts of one processor."""
    return not _cluster and len(names) > 1 and names[0].startswith("cpu")


def enter(name, names, layout):
    """Enter the scope of a ``tf.distribute`` strategy on these devices."""
    stack = contextlib.ExitStack()
    stack.enter_context((_cluster.get("strategy") or _mirrored(tuple(names))).scope())
    interim = tf.__internal__.distribute.interim
    stack.enter_context(set_attribute(interim, "maybe_merge_call", _from_anywhere(interim.maybe_merge_call)))
    return stack


def _from_anywhere(merge_call):
    """Let an optimizer also update in a custom training loop outside of a replica: all copies get the same update."""

    def call(function, strategy, *args, **kwargs):
        if tf.distribute.in_cross_replica_context():
            return function(strategy, *args, **kwargs)
        return merge_call(function, strategy, *args, **kwargs)

    return call


def whole(variable):
    """The tensor that a tape can watch: outside of a replica the first copy of a variable, which is read."""
    if tf.distribute.in_cross_replica_context() and isinstance(variable, tf.distribute.DistributedValues):
        return variable.values[0]
    return variable


@functools.cache
def _mirrored(names):
    # Made once: two strategies on the same devices would use the same numbers for their exchanges.
    alone = tf.distribute.ReductionToOneDevice() if names[0].startswith("cpu") else None
    return tf.distribute.MirroredStrategy(names, cross_device_ops=alone)


def exit(handle):
    """Leave the scope that ``enter`` returned."""
    there = intact()
    try:
        handle.close()
    except IndexError:  # TensorFlow's own, if there is no strategy to leave
        if there:
            raise


def intact():
    """Whether TensorFlow still has the strategy that ``enter`` set."""
    return tf.distribute.has_strategy()


class Share:
    """This replica's part of the global batch: b_i rows of B."""

    def __init__(self, rows):
        self.rows = tf.cast(rows, "float32")
        self.total = tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, self.rows)

    def mean(self, tensors):
        """Means over the rows of the global batch, ∑_i b_i x_i / B. Differentiable, to any order.

        A replica without rows has no influence, even if it computed 0/0.
        """
        tensors = list(tensors)
        if not tensors:
            return []

        @tf.custom_gradient
        def weighted(*local):
            sums = total([tf.math.multiply_no_nan(x, tf.cast(self.rows, x.dtype)) for x in local])
            return [s / tf.cast(self.total, s.dtype) for s in sums], lambda *u: self.mean(u)

        return list(weighted(*tensors))

    def entered(self):
        """Inside the block ``mean`` of this module uses this share."""
        return set_context(_share, self)


def total(tensors):
    """Sums over the replicas."""
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, list(tensors))


def share():
    """The share of the replica whose step runs now, or None: then everything is as on one device."""
    return _share.get()


def padded(data, rows):
    """The rows; a replica without rows gets one row of zeros, which has weight 0."""

    def pad(x):
        if x is None or x.shape.rank in (None, 0) or x.shape[0]:
            return x
        missing = tf.cast(tf.equal(rows, 0), "int32")
        return tf.pad(x, [[0, missing]] + [[0, 0]] * (x.shape.rank - 1))

    return tree.map_structure(pad, data)
