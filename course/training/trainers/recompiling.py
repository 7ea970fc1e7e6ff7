"""A model that is loaded is built and compiled as it was, also by a ``compile`` of its own and later optimizers.

Keras saves what its own ``compile`` was given. A GAN's class often has a ``compile(d_optimizer, g_optimizer)`` of its
own, and some scripts set ``model.critic_optimizer`` after ``compile``. Both are saved here and repeated after loading,
and so are the shapes of a training batch, for which the model is built, and the states of its random generators.
"""

import functools
import warnings

import keras

from course.training.rules.parts import Untracked
from course.training.trainers.optimizers import OptimizerGroup, attributes, members, within


class Compiling:
    """How a model is compiled, and which optimizers it has."""

    _compiling = False  # whether a ``compile`` runs
    _fast = True  # whether this model may use the fast paths
    _compiled_as = None  # how it was compiled

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "compile" in vars(cls):
            cls.compile = remembered(cls.compile)

    @property
    def optimizers(self):
        """Every optimizer: the one given to ``compile``, and those that the model and its layers hold, each once."""
        return self._all_optimizers(within(self))

    def _all_optimizers(self, own):
        compiled = getattr(self, "optimizer", None)
        found = compiled.members if isinstance(compiled, OptimizerGroup) else [compiled]
        return list({id(o): o for o in (*found, *own) if o is not None}.values())

    def compile(self, optimizer="auto", loss=None, fast=True, **kwargs):
        """Keras's ``compile``; ``"auto"``: RMSprop, or nothing if the model brings its own optimizers.

        Args:
            optimizer: as for Keras.
            loss: as for Keras.
            fast: whether the model uses the fast paths of the course (see ``course.fast``).
            kwargs: as for Keras.
        """
        self._fast = bool(fast)
        auto = optimizer == "auto" or optimizer is None
        if auto:
            optimizer = None if within(self, compiled=False) else "rmsprop"
        self._forget_built()
        super().compile(optimizer=optimizer, loss=loss, **kwargs)
        self._compiled_as = Compiled(auto)
        self._note_optimizers()

    def _note_optimizers(self):
        """What the model holds when ``compile`` is over; an own ``compile`` may have set optimizers after Keras's."""
        self._compiled_as.optimizers = optimizers_of(self)
        if self._compiled_as.auto and within(self, compiled=False):
            self.optimizer = None
        self._gather_optimizers()

    def _gather_optimizers(self):
        """Let ``self.optimizer`` stand for all of them, those too that were set since ``compile``; return them."""
        main, known, own = getattr(self, "optimizer", None), [], within(self)
        if isinstance(main, OptimizerGroup):
            main, known = main.main, main.others
        if list(map(id, own)) != list(map(id, known)):
            self.optimizer = OptimizerGroup(main, own) if own else main
        return self._all_optimizers(own)

    def get_compile_config(self):
        """Keras's, for a ``compile`` of the class's own its arguments; and the optimizers that were set afterwards."""
        return config(self, super().get_compile_config())

    def compile_from_config(self, config):
        """Compile as saved; ``load_own_variables`` builds what the saved batch's shapes build."""
        again(self, config)

    def get_build_config(self):
        """What Keras keeps, and the shapes and dtypes of a training batch."""
        config = super().get_build_config() or {}
        if self._batch_spec is not None:
            config["batch"] = keras.saving.serialize_keras_object(self._batch_spec.value)
        return config or None

    def build_from_config(self, config):
        """Build on the input shape if Keras kept one; the training batch's shapes serve ``compile_from_config``."""
        config = dict(config)
        batch = config.pop("batch", None)
        if batch is not None:
            batch = keras.saving.deserialize_keras_object(batch)
            # a file knows lists only, and (x, None, None) of train_on_batch is a tuple
            self._batch_spec = Untracked(tuple(batch) if isinstance(batch, list) else batch)
        if config:
            super().build_from_config(config)

    # State

    def save_own_variables(self, store):
        """Keras's state, and that of the random generators, so that a resumed run draws the same numbers."""
        super().save_own_variables(store)
        for i, state in enumerate(self._seed_states()):
            store[f"seed_{i}"] = keras.ops.convert_to_numpy(state)

    def load_own_variables(self, store):
        """Restore what ``save_own_variables`` saved; optimizers, which come after, are built for it."""
        if self.compiled and self._batch_spec is not None and "train" not in self._phases_built:
            self._build_phase("train", self._batch_spec.value)
        seeds = {key: store[key] for key in store.keys() if key.startswith("seed_")}  # noqa: SIM118 (an HDF5 store)
        super().load_own_variables({key: store[key] for key in store.keys() if key not in seeds})  # noqa: SIM118
        for i, state in enumerate(self._seed_states()):
            if f"seed_{i}" in seeds:
                state.assign(seeds[f"seed_{i}"])

    def _seed_states(self):
        return [s.state for layer in self._flatten_layers() for s in layer._seed_generators]


class Compiled:
    """How a model was compiled.

    Attributes:
        auto: whether no optimizer was asked for by name.
        call: the arguments of the class's own ``compile``, ``(args, kwargs)``, or None if it has Keras's.
        optimizers: the optimizers in each attribute when ``compile`` was over, name → ids.
    """

    def __init__(self, auto):
        self.auto = auto
        self.call = None
        self.optimizers = {}


def remembered(method):
    """A class's own ``compile``, whose arguments are noted; one that calls another counts once."""

    @functools.wraps(method)
    def compile(self, *args, **kwargs):
        if self._compiling:
            return method(self, *args, **kwargs)
        self._compiling = True
        try:
            result = method(self, *args, **kwargs)
        finally:
            self._compiling = False
        if self._compiled_as is not None:
            self._compiled_as.call = args, kwargs
            self._note_optimizers()
        return result

    return compile


def optimizers_of(model):
    """The optimizers in each attribute of the model itself but ``optimizer``, name → ids."""
    held = {name: [id(o) for o in members(value)] for name, value in attributes(model)}
    return {name: ids for name, ids in held.items() if ids and name != "optimizer"}


def config(model, keras_config):
    """What is saved of how a model was compiled: Keras's, or the class's own arguments, and what was set afterwards."""
    compiled = model._compiled_as
    if compiled is None:
        return keras_config
    if compiled.call is not None:
        args, kwargs = compiled.call
        try:
            keras_config = {
                "call": keras.saving.serialize_keras_object({"args": list(args), "kwargs": kwargs})
            }
        except (TypeError, ValueError) as error:
            warnings.warn(
                f"{type(model).__name__}.compile was given something that cannot be saved ({error}): "
                "call compile() again after loading.",
                stacklevel=3,
            )
            return {}
    later = {
        n: vars(model)[n] for n, ids in optimizers_of(model).items() if compiled.optimizers.get(n) != ids
    }
    if later:
        keras_config = {**keras_config, "set_later": keras.saving.serialize_keras_object(later)}
    return keras_config


def again(model, config):
    """Compile a model by what ``config`` saved."""
    config = keras.saving.deserialize_keras_object(config)
    later = config.pop("set_later", {})
    call = config.pop("call", {"args": [], "kwargs": config})
    model.compile(*call["args"], **call["kwargs"])
    for name, value in later.items():
        setattr(model, name, value)
    model._gather_optimizers()
