"""How Keras's ``fit``, ``evaluate`` and ``predict`` call the steps on JAX.

The whole step runs in one ``Scope`` over all state, which makes it ``(state, batch) → (logs, state)``: that function
is compiled with ``jax.jit``, its old state donated, and for ``steps_per_execution`` scanned over stacked batches.
"""

import contextlib
import os

import jax
from keras import tree
from keras.src.backend.jax.trainer import JAXEpochIterator
from keras.src.distribution import distribution_lib
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter
from keras.src.trainers.data_adapters.data_adapter_utils import get_jax_iterator

from course.distribution import jax as devices
from course.processes import xla_flags, xla_threads
from course.training.jax import given_variables
from course.training.rules import building, jax_flow
from course.training.state import Scope
from course.training.trainers import arrays, jax_steps, paths
from course.training.trainers.jax_state import Plan

# Whoever has imported Keras before the course has not called `course.backend.choose`.
xla_threads.configure(os.environ, "jax")


class PlainPaths(paths.PlainPaths):
    """How steps run on JAX without fast paths."""

    @staticmethod
    def kept(x):
        """A number to report, as it is now: nothing overwrites an array of JAX while somebody holds it."""
        return x.value if hasattr(x, "assign") else x

    def tracing(self):
        """A block in which a step is traced."""
        return contextlib.nullcontext()

    def jit(self, f, runs, **options):
        """``jax.jit`` of a step that the loop will run so often, as far as that is known."""
        return jax.jit(f, compiler_options=xla_flags.hot(), **options)

    def plan(self, variables, training):
        """The places of the variables in the state of a loop."""
        return Plan(variables, placed=distribution_lib.distribution() is not None)

    def execution(self, one, many, n):
        """What Keras's loops call: n batches by the step ``one``, or at once by ``many``, if there is such a step."""
        return jax_steps.single(one, n) if many is None else jax_steps.grouped(one, many, n)

    def reset_metrics(self, of_keras):
        """Set the metrics to zero."""
        of_keras()

    def metrics_result(self, of_keras):
        """The numbers of all metrics."""
        return of_keras()


class Trainer:
    """How Keras's ``fit``, ``evaluate`` and ``predict`` call the steps on JAX.

    What Keras's loops call their state is here ``(state, None, …)``: one ``LoopState`` and Keras's number of parts.
    """

    _loop_state = None  # of the loop that runs
    _epochs, _runs = 1, 0  # of the loop that runs; how often it will run its step, as far as that is known

    def __setattr__(self, name, value):
        """Keras searches what becomes an attribute for layers: not the state that ``fit`` keeps after each step."""
        if name in ("_jax_state", "_jax_state_synced", "_loop_state", "_no_callbacks"):
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)

    def fit(self, *args, **kwargs):
        """Keras's ``fit``."""
        with self._counted(kwargs.get("epochs", args[3] if len(args) > 3 else 1)):
            return super().fit(*args, **kwargs)

    def evaluate(self, *args, **kwargs):
        """Keras's ``evaluate``."""
        with self._counted():
            return super().evaluate(*args, **kwargs)

    @contextlib.contextmanager
    def _counted(self, epochs=1):
        """A loop, whose runs are counted by themselves; a callback of another loop may have begun it."""
        before = self._epochs, self._runs
        self._epochs, self._runs = epochs, 0
        try:
            yield
        finally:
            self._epochs, self._runs = before

    def make_train_function(self, force=False):
        """Compile ``train_step`` over the model's, the optimizers' and the metrics' state."""
        if self.train_function is None or force:
            self.train_function = self._looped(self._step("train_step"))

    def make_test_function(self, force=False):
        """Compile ``test_step``."""
        if self.test_function is None or force:
            self.test_function = self._looped(self._step("test_step"))

    def make_predict_function(self, force=False):
        """Compile ``predict_step``; the outputs of several batches are concatenated."""
        if self.predict_function is None or force:
            pure, jit = self._stateless(self.predict_step), self._jit()

            def run(parts, data):
                state = parts[0]
                state.step(state.plan.program(pure, lambda: state.plan.one(pure, jit)), data)
                return state.logs, parts

            self.predict_function = self._make_function(run, concatenate_outputs=True)

    def predict(self, *args, **kwargs):
        """Keras's ``predict``, of a model of which everything is built that its ``predict_step`` uses."""
        with building.nothing_to_build(self), self._counted():  # no step of it is optimized
            return super().predict(*args, **kwargs)

    def predict_on_batch(self, x):
        """Keras's ``predict_on_batch``, likewise."""
        with building.nothing_to_build(self), self._counted():
            return super().predict_on_batch(x)

    def _stateless(self, step):
        def pure(plan, changed, read, data):
            given = plan.given(changed, read)
            scope = Scope(given, (*changed, *read), compiled=True)
            with scope, given_variables, jax_flow.with_assignments(), self._paths.tracing():
                logs = step(data)
                logs = tree.map_structure(lambda x: x.value if hasattr(x, "assign") else x, logs)
            lost = [v.path for i, v in scope.written.items() if i not in plan.known]
            if lost:
                raise ValueError(
                    f"{type(self).__name__}.{step.__name__} assigns variables that the model does not own "
                    f"({', '.join(lost)}): make them, or the layer, metric or optimizer that holds them, "
                    "attributes of the model."
                )
            plan.note(scope.read.values())
            values = [scope.get_current_value(v) for v in given]
            # State first: JAX lends the old state's memory to the outputs in their order.
            return values[: len(changed)], values[len(changed) :], logs, set(scope.written)

        return pure

    def _jit(self):
        """What compiles a function for a plan."""
        if self.run_eagerly or not self.jit_compile:
            return lambda f, plan: f
        if distribution_lib.distribution() is not None:
            devices.check_cut(self.variables)
            devices.check_same(self.variables)

        def jit(f, plan):
            shardings = plan.shardings and (plan.shardings, devices.everywhere())
            runs = self._runs // self.steps_per_execution
            return self._paths.jit(f, runs, donate_argnums=0, out_shardings=shardings)

        return jit

    def _looped(self, step):
        """The step as Keras's loops call it: one execution after the other."""
        pure, jit, n = self._stateless(step), self._jit(), self.steps_per_execution
        step_by_step = n == 1 or self.run_eagerly or not self.jit_compile

        def execution(plan):
            one = plan.one(pure, jit)
            return self._paths.execution(one, None if step_by_step else plan.many(pure, jit), n)

        def run(parts, iterator):
            state = parts[0]
            state.plan.program(pure, lambda: execution(state.plan))(state, iterator)
            return state.logs, parts

        return run

    def reset_metrics(self):
        """Keras's."""
        self._paths.reset_metrics(super().reset_metrics)

    def get_metrics_result(self):
        """Keras's."""
        return self._paths.metrics_result(super().get_metrics_result)

    def _get_jax_state(self, purge_model_variables=False, **wanted):
        """Keras's: the state as values; the variables give theirs up, or ``fit`` would hold the first weights too."""
        self.jax_state_sync()  # a callback of a loop that goes on may have begun another
        self._loop_state = self._plan(training="optimizer_variables" in wanted).state()
        self._loop_state.take()
        return (self._loop_state, *[None] * (sum(wanted.values()) - 1))

    def _plan(self, training):
        """The places of the variables in the state of a loop that begins."""
        parts, key = self._parts.value, (training, self._only_read)
        if key not in parts.plans:
            variables = parts.variables if training else parts.without_optimizers
            parts.plans[key] = self._paths.plan(variables, training)
        plan = parts.plans[key]
        plan.note(self._variables_read.value.values())
        return plan

    def jax_state_sync(self):
        """Keras's: give the variables their values again."""
        if self._loop_state is not None:
            self._loop_state.give_back()
            self._loop_state = None
        self._jax_state_synced = True

    _settle = jax_state_sync

    def _needed_numbers(self, error):
        kinds = jax.errors.ConcretizationTypeError, jax.errors.TracerArrayConversionError
        return isinstance(error, (*kinds, jax.errors.TracerIntegerConversionError))

    def _abstractly(self):
        return jax_flow.with_assignments()

    def _prepare(self, epoch_iterator):
        self.jax_state_sync()  # a callback of a fit that goes on may evaluate
        # Epochs that a resumed fit leaves out count too: its step is compiled as that of the whole fit.
        self._runs = (epoch_iterator.num_batches or 0) * self._epochs
        self._paths.prepare(epoch_iterator)

    def _batches(self, **data):
        return JAXEpochIterator(**data)

    def _first_batch(self, epoch_iterator):
        if isinstance(epoch_iterator.data_adapter, ArrayDataAdapter):
            return next(iter(epoch_iterator._get_iterator()))
        return arrays.first_batch(epoch_iterator, get_jax_iterator)


def place(data):
    """Put a batch where the model is."""
    return devices.place(data)
