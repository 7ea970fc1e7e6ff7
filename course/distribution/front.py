"""``course.strategy``: sets the devices on which a model trains, with the same two lines on every backend.

A strategy changes where the numbers are computed, not what they are: k steps on n devices are k steps on one device
on the same *global* batch. `docs/devices.md` says what each backend can do and where they differ.

The adapter of each backend, ``course.distribution.jax``, ``tensorflow`` and ``torch``, has

- ``STRATEGIES``: the names of its strategies besides ``"none"``;
- ``launch_environment(devices)``: what must be set before the backend's first tensor (dividing a CPU);
- ``processes()``: ``(rank, count)`` as the environment says;
- ``available(devices)``: the names of so many devices, of all if None; a ``CourseError`` if there are fewer;
- ``simulated(names)``: whether these devices are parts of one processor;
- ``enter(name, names, layout)``, which returns a handle, and ``exit(handle)``;
- ``intact()``: whether what ``enter`` set is still set (``keras.utils.clear_session`` drops it).
"""

import logging
import sys
from importlib import import_module

from course import backend
from course.errors import CourseError

NAMES = ("auto", "data_parallel", "model_parallel", "none")

_log = logging.getLogger("course.distribution")
_active, _told = [], set()


def strategy(name="auto", devices=None, layout=None):
    """Set the devices on which the models that are made inside the ``with`` block train.

    Args:
        name: ``"data_parallel"``: every device holds the model and takes its part of each batch.
            ``"model_parallel"`` (JAX): the weights that ``layout`` names are divided. ``"none"``: one device.
            ``"auto"``: data parallel if there are several accelerators or processes, or several are asked for.
        devices: how many; None is all. On a machine without an accelerator the processor is split into so many
            parts, which tests a program and does not make it faster; the strategy says that it is simulated.
        layout: for ``"model_parallel"``: a dict, or a list of pairs, from a regular expression that a variable's
            whole path must match to a tuple with ``"model"`` for the axis that is divided and None for the others. The
            first match counts; a variable without a match is copied to each device.

    Returns:
        A ``Strategy``, to be used as a context manager.

    Raises:
        CourseError: the name is unknown, there are fewer devices, or the backend cannot do it.

    Example, for a machine with four devices::

        with course.strategy("data_parallel", devices=4):
            model = Classifier()
            model.compile(optimizer="adam", loss="mse")
            model.fit(x, y, batch_size=64)          # the global batch: 16 samples for each device
    """
    return Strategy(name, devices, layout)


class Strategy:
    """Which devices train, and how; made by ``course.strategy``.

    Attributes:
        name: ``"data_parallel"``, ``"model_parallel"`` or ``"none"``: the strategy that ``"auto"`` has chosen.
        devices: the devices' names, of all processes.
        replicas: into how many parts a batch is divided.
        is_main: whether this process prints and writes.
        simulated: whether the devices are parts of one processor.
    """

    def __init__(self, name="auto", devices=None, layout=None):
        _check(name, devices, layout)
        if "keras" not in sys.modules:
            backend.choose()
        import keras

        self.backend = keras.backend.backend()
        self._adapter = adapter = import_module(f"course.distribution.{self.backend}")
        self._handle = None
        rank, processes = adapter.processes()
        self.rank, self.processes, self.is_main = rank, processes, rank == 0
        if name != "none":
            adapter.launch_environment(devices)
        if name not in (*adapter.STRATEGIES, "auto", "none"):
            raise CourseError(
                f"{name} is not possible on {self.backend}: use JAX (KERAS_BACKEND=jax), or data_parallel."
            )
        if name == "none":
            if (devices or 1) > 1:
                raise CourseError(
                    f'course.strategy("none") uses one device, not {devices}: say "data_parallel".'
                )
            self.name, self.devices = "none", adapter.available(1)
        else:
            self.devices = adapter.available(devices)
            several = processes > 1 or len(self.devices) > 1
            automatic = "data_parallel" if several and _worth_it(self.devices, processes, devices) else "none"
            self.name = automatic if name == "auto" else name
            if self.name == "none":
                self.devices = self.devices[:1]
        self.replicas = len(self.devices) if self.name == "data_parallel" else 1
        self.simulated = self.name != "none" and adapter.simulated(self.devices)
        self.layout = tuple((pattern, tuple(axes)) for pattern, axes in _pairs(layout))

    def describe(self):
        """One line that describes the strategy and its devices."""
        if self.name == "none":
            return f"one device: {self.devices[0]}"
        plural = "s" if len(self.devices) > 1 else ""
        line = f"{self.name} on {len(self.devices)} device{plural}: {', '.join(self.devices)}"
        if self.processes > 1:
            line += f", in {self.processes} processes"
        return line + ("; simulated: parts of one processor, no faster" if self.simulated else "")

    def same_as(self, other):
        """Whether a model made under one trains under the other."""
        return other is not None and (self.name, self.devices) == (other.name, other.devices)

    def __enter__(self):
        if _active:
            raise CourseError(
                f"course.strategy: {_active[-1].name} is already active; leave it before you enter another."
            )
        if self.name != "none":
            self._handle = self._adapter.enter(self.name, self.devices, self.layout)
        _active.append(self)
        if self.simulated and self.is_main and self.describe() not in _told:
            _told.add(self.describe())
            _log.warning("%s", self.describe())
        return self

    def __exit__(self, *exception):
        _active.remove(self)
        if self.name != "none":
            self._adapter.exit(self._handle)
            self._handle = None


def current():
    """The active strategy that distributes something, or None."""
    return _active[-1] if _active and _active[-1].name != "none" else None


def check_made_here(model, made_under):
    """Raise an error if a model was not made under the active strategy, or if the strategy was dropped.

    Raises:
        CourseError: its variables lie where another strategy, or none, put them.
    """
    now = current()
    if now is not None and not now._adapter.intact():
        raise CourseError(
            f"keras.utils.clear_session() inside course.strategy({now.name!r}) has dropped the strategy: "
            "call it before the with block."
        )
    if now is not None and not now.same_as(made_under):
        raise CourseError(
            f"{type(model).__name__} was made outside of course.strategy({now.name!r}): "
            "make and compile the model inside the with block."
        )


def check_batch(size):
    """Raise an error if a batch cannot be divided among the replicas.

    Raises:
        CourseError: a batch has fewer samples than there are replicas.
    """
    now = current()
    if now is not None and size is not None and size < now.replicas:
        raise CourseError(
            f"A batch of {size} cannot be divided among {now.replicas} devices: batch_size counts the samples of all "
            f"devices together, so make it at least {now.replicas}."
        )


def _worth_it(names, processes, asked):
    """Whether "auto" distributes: several accelerators or processes, or the user named a number."""
    return processes > 1 or asked is not None or not names[0].startswith("cpu")


def _check(name, devices, layout):
    if name not in NAMES:
        raise CourseError(f"course.strategy({name!r}): there are {', '.join(NAMES)}.")
    if devices is not None and (isinstance(devices, bool) or not isinstance(devices, int) or devices < 1):
        raise CourseError(f"course.strategy: devices={devices!r}; say how many, 1 or more.")
    if name == "model_parallel" and not layout:
        raise CourseError(
            'course.strategy("model_parallel") needs a layout: which weights are cut, and along which axis, such as '
            '{".*wide/kernel": (None, "model")}.'
        )
    if layout and name != "model_parallel":
        raise CourseError(f'course.strategy: layout goes with "model_parallel", not with {name!r}.')
    for pair in _pairs(layout):
        if len(pair) != 2 or not isinstance(pair[0], str) or isinstance(pair[1], str):
            raise CourseError(
                f"course.strategy: layout has {pair!r}; it takes pairs (pattern of a variable's path, tuple of axes)."
            )


def _pairs(layout):
    return list(layout.items()) if isinstance(layout, dict) else list(layout or ())
