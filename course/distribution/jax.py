"""JAX behind the front: ``keras.distribution`` places each array, and XLA's partitioner does the rest.

One program runs on one *global* array, which is divided over the devices along its batch axis; means, BatchNorm's
statistics and random numbers are those of the whole batch. A batch that n devices cannot divide evenly (the last one of
an epoch) is copied to each of them: the numbers are the same, without a gain in speed.

Several processes: each runs the same program and holds the same data on its host, and gives its own devices their
rows. They are connected by ``jax.distributed``.
"""

import contextlib
import os
import re
import zlib

import jax
import numpy as np
from jax.experimental import multihost_utils
from keras import distribution, tree
from keras.src.backend.jax import distribution_lib as keras_devices
from keras.src.backend.jax import trainer as keras_trainer
from keras.src.distribution import distribution_lib
from keras.src.utils import rng_utils

from course.context import set_attribute
from course.errors import CourseError

STRATEGIES = ("data_parallel", "model_parallel")


def processes():
    """``(rank, count)``: by KERAS_DISTRIBUTION_PROCESS_ID and _NUM_PROCESSES, or by RANK and WORLD_SIZE."""
    rank, count, _ = _cluster()
    return rank, count


def _cluster():
    get = os.environ.get
    try:
        if "KERAS_DISTRIBUTION_NUM_PROCESSES" in os.environ:
            address = get("KERAS_DISTRIBUTION_JOB_ADDRESSES", "").split(",")[0]
            count = int(get("KERAS_DISTRIBUTION_NUM_PROCESSES"))
            return int(get("KERAS_DISTRIBUTION_PROCESS_ID", 0)), count, address
        address = f"{get('MASTER_ADDR', '')}:{get('MASTER_PORT', '')}"
        return int(get("RANK", 0)), int(get("WORLD_SIZE", 1)), address
    except ValueError as e:
        raise CourseError(f"The number of processes and the rank must be integers: {e}.") from None


def launch_environment(devices):
    """Join the other processes; divide the processor into so many parts if there is no accelerator."""
    rank, count, address = _cluster()
    if count > 1 and not jax.distributed.is_initialized():
        _join(rank, count, address)
    local = -(-(devices or count) // count)
    if local > 1 and "xla_force_host_platform_device_count" not in os.environ.get("XLA_FLAGS", ""):
        _ask("jax_num_cpu_devices", local)


def _ask(option, value):
    with contextlib.suppress(RuntimeError):  # already initialized: ``available`` says what there is
        jax.config.update(option, value)


def _join(rank, count, address):
    if len(address) < 3 or ":" not in address:
        raise CourseError(
            f"This is process {rank} of {count}, but the address of process 0 is not known: set "
            "KERAS_DISTRIBUTION_JOB_ADDRESSES=HOST:PORT (or MASTER_ADDR and MASTER_PORT)."
        )
    _ask("jax_cpu_collectives_implementation", "gloo")
    _ask("jax_cpu_enable_async_dispatch", False)  # the exchanges of two computations must stay in order
    try:
        jax.distributed.initialize(
            coordinator_address=address,
            num_processes=count,
            process_id=rank,
            initialization_timeout=int(float(os.environ.get("COURSE_COLLECTIVE_TIMEOUT", 300))),
        )
    except RuntimeError as e:
        raise CourseError(
            f"Process {rank} of {count} could not join the others at {address}: enter the strategy before anything is "
            f"computed, and start all {count} ({str(e).splitlines()[0]})."
        ) from None
    if rng_utils.get_random_seed() is None:
        rng_utils.set_random_seed(0)  # the processes must draw the same weights


def available(devices):
    """The names of so many devices of all processes: accelerators if there are any.

    Raises:
        CourseError: there are fewer.
    """
    found = [f"{d.platform}:{d.id}" for d in jax.devices()]
    if jax.process_count() > 1:
        if devices not in (None, len(found), 1):
            raise CourseError(
                f"The {jax.process_count()} processes have {len(found)} devices together, and all of them train: "
                f"devices={devices} does not fit."
            )
        return [f"{d.platform}:{d.id}" for d in jax.local_devices()][:1] if devices == 1 else found
    if devices is not None and devices > len(found):
        raise CourseError(
            f"{devices} devices are asked for and JAX has {len(found)} ({', '.join(found)}). To simulate {devices} on "
            "the processor enter the strategy before anything is computed, or start Python with "
            f"XLA_FLAGS=--xla_force_host_platform_device_count={devices}."
        )
    return found[:devices]


def simulated(names):
    """Whether these devices are parts of one processor."""
    local = {f"{d.platform}:{d.id}" for d in jax.local_devices()}
    return len([n for n in names if n in local and n.startswith("cpu")]) > 1


def enter(name, names, layout):
    """Set a ``keras.distribution``, and divide batches as described in the module's docstring."""
    if name == "model_parallel":
        if jax.process_count() > 1:
            raise CourseError(
                "model_parallel works within one process: cut weights could not be saved by several."
            )
        mesh = distribution.DeviceMesh((1, len(names)), ["batch", "model"], names)
        found = _Cut(_layout_map(mesh, layout))
    else:
        found = distribution.DataParallel(devices=names, auto_shard_dataset=False)
    stack = contextlib.ExitStack()
    stack.enter_context(found.scope())
    stack.enter_context(set_attribute(keras_trainer, "_distribute_data", place))
    if jax.process_count() > 1:
        lay = _lay(keras_devices.distribute_tensor)
        stack.enter_context(set_attribute(keras_devices, "distribute_tensor", lay))
    return stack


def exit(handle):
    """Restore the state before ``enter``."""
    handle.close()


def intact():
    """Whether Keras still has the distribution that ``enter`` set."""
    return distribution_lib.distribution() is not None


def _lay(distribute_tensor):
    """Keras's function without JAX's comparison of each value between the processes."""

    def lay(tensor, layout):
        sharding = getattr(layout, "backend_layout", layout)
        if isinstance(tensor, jax.core.Tracer) or getattr(tensor, "sharding", None) == sharding:
            return distribute_tensor(tensor, layout)
        host = np.asarray(tensor)
        return jax.make_array_from_callback(host.shape, sharding, lambda index: host[index])

    return lay


def check_same(variables):
    """Raise an error if the processes have different weights.

    Raises:
        CourseError: they differ.
    """
    if jax.process_count() == 1:
        return
    mark = 0
    for v in variables:
        mark = zlib.crc32(np.asarray(v.value).tobytes(), mark)
    marks = multihost_utils.process_allgather(np.array(mark, "uint32"))
    if len(set(marks.tolist())) > 1:
        raise CourseError(
            "The processes start from different weights: call keras.utils.set_random_seed with the same number in "
            "each before the model is made, and give each the same checkpoint."
        )


def place(data, layouts=None):
    """Put a global batch on the devices: divided along its first axis if possible evenly, else copied to each."""
    now = distribution_lib.distribution()
    if now is None:
        return tree.map_structure(lambda x: None if x is None else jax.device_put(x), data)

    def put(x):
        if x is None:
            return None
        shape = np.shape(x)
        even = shape and shape[0] % now.num_model_replicas == 0
        sharding = now.get_data_layout(shape).backend_layout if even else everywhere()
        if jax.process_count() == 1:
            return jax.device_put(x, sharding)
        host = np.asarray(x)
        return jax.make_array_from_callback(shape, sharding, lambda index: host[index])

    return tree.map_structure(put, data)


def everywhere():
    """The sharding of an array that every device holds completely."""
    mesh = distribution_lib.distribution().device_mesh.backend_mesh
    return jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec())


def check_cut(variables):
    """Raise an error for model parallelism that divides no weight.

    Raises:
        CourseError: the layout's patterns match none of the variables.
    """
    if isinstance(distribution_lib.distribution(), _Cut) and all(
        v.value.sharding.is_fully_replicated for v in variables
    ):
        raise CourseError(
            "model_parallel: the layout cuts no weight of this model. Its patterns must match a whole path, such as "
            + ", ".join(v.path for v in list(variables)[:4])
            + "."
        )


class _Cut(distribution.ModelParallel):
    """``keras.distribution.ModelParallel`` that says in words which weight cannot be cut as asked."""

    def __init__(self, layout_map):
        super().__init__(layout_map=layout_map, batch_dim_name="batch", auto_shard_dataset=False)

    def get_variable_layout(self, variable):
        """The layout of a variable, checked."""
        layout = super().get_variable_layout(variable)
        parts, shape = self.device_mesh.shape[1], tuple(variable.shape)
        if len(layout.axes) != len(shape):
            raise CourseError(
                f"model_parallel: the layout gives {layout.axes} for {variable.path}, which has shape {shape}."
            )
        for axis, size in zip(layout.axes, shape, strict=True):
            if axis == "model" and size % parts:
                raise CourseError(
                    f"model_parallel: an axis of {variable.path} {shape} has size {size}, which {parts} devices "
                    "cannot share evenly: cut another axis, or change the width."
                )
        return layout


def _layout_map(mesh, layout):
    class FirstMatch(distribution.LayoutMap):
        def __getitem__(self, key):
            return next((self._layout_map[p] for p in self._layout_map if re.fullmatch(p, key)), None)

    found = FirstMatch(mesh)
    for pattern, axes in layout:
        wrong = [a for a in axes if a not in (None, "model")]
        if wrong:
            raise CourseError(
                f"model_parallel: the layout of {pattern!r} names {wrong[0]!r}; an axis is 'model' or None."
            )
        found[pattern] = axes
    return found
