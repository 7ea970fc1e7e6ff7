"""How Keras's ``fit``, ``evaluate`` and ``predict`` call the steps on JAX.

The whole step runs in one ``Scope`` over all state, which makes it ``(state, batch) → (logs, state)``: that function
is compiled with ``jax.jit``, its old state donated, and for ``steps_per_execution`` scanned over stacked batches.
"""

import contextlib

import jax
from keras import tree
from keras.src import backend
from keras.src.backend.jax.trainer import JAXEpochIterator
from keras.src.distribution import distribution_lib
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter
from keras.src.trainers.data_adapters.data_adapter_utils import get_jax_iterator

from course.distribution import jax as devices
from course.processes import quick_compile
from course.training.fast import jax_batches, jax_norm
from course.training.jax import given_variables
from course.training.rules import building, jax_flow
from course.training.state import Scope
from course.training.trainers import arrays, jax_state, jax_steps


class Trainer:
    """How Keras's ``fit``, ``evaluate`` and ``predict`` call the steps on JAX.

    What Keras's loops call their state is here ``(held, None, …)``: one ``jax_state.Held`` and Keras's number of parts.
    """

    _held = None  # the state of the loop that runs

    def __setattr__(self, name, value):
        """Keras searches what becomes an attribute for layers: not the state that ``fit`` keeps after each step."""
        if name in ("_jax_state", "_jax_state_synced", "_held", "_no_callbacks"):
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)

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

            def run(state, data):
                held = state[0]
                held.step(held.plan.program(pure, lambda: jax_state.one(pure, held.plan, jit)), data)
                return held.logs, state

            self.predict_function = self._make_function(run, concatenate_outputs=True)

    def predict(self, *args, **kwargs):
        """Keras's ``predict``, of a model of which everything is built that its ``predict_step`` uses."""
        with building.nothing_to_build(self):
            return super().predict(*args, **kwargs)

    def predict_on_batch(self, x):
        """Keras's ``predict_on_batch``, likewise."""
        with building.nothing_to_build(self):
            return super().predict_on_batch(x)

    def _stateless(self, step):
        def pure(plan, changed, read, data):
            given = plan.given(changed, read)
            short = jax_norm.as_written() if self._is_fast() else contextlib.nullcontext()
            flow = jax_flow.with_assignments()
            with (
                Scope(given, (*changed, *read), compiled=True) as scope,
                given_variables,
                short,
                flow,
            ):
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
        """What compiles a function of ``jax_state`` for a plan."""
        if self.run_eagerly or not self.jit_compile:
            return lambda f, plan: f
        if distribution_lib.distribution() is not None:
            devices.check_cut(self.variables)
            devices.check_same(self.variables)

        def jit(f, plan):
            shardings = plan.shardings and (plan.shardings, devices.everywhere(), devices.everywhere())
            return jax.jit(
                f, donate_argnums=0, out_shardings=shardings, compiler_options=quick_compile.often()
            )

        return jit

    def _looped(self, step):
        """As Keras's loops call it: execution by execution, or the whole epoch when nobody listens to batches."""
        pure, jit, n = self._stateless(step), self._jit(), self.steps_per_execution
        step_by_step = n == 1 or self.run_eagerly or not self.jit_compile

        def executions(plan):
            one = jax_state.one(pure, plan, jit)
            if step_by_step:
                return jax_steps.single(one, n), jax_steps.epoch_of_singles(one)
            execute = jax_steps.grouped(one, jax_state.many(pure, plan, jit), n)
            return execute, jax_steps.epoch(execute)

        def run(state, iterator):
            held = state[0]
            execute, epoch = held.plan.program(pure, lambda: executions(held.plan))
            if isinstance(iterator, jax_batches.Epoch):
                epoch(held, iterator.batches)
            else:
                execute(held, iterator)
            return held.logs, state

        return run

    def reset_metrics(self):
        """Keras's; the metrics that it sets to zero one variable after the other get their zeros in one piece."""
        if distribution_lib.distribution() is not None or not self._is_fast():  # zeros have places
            super().reset_metrics()
            return
        variables = jax_state.zeroed(self.metrics)
        zeros = jax_state.zeros(tuple((v.shape, v.dtype) for v in variables))
        for v, zero in zip(variables, zeros, strict=True):
            v._direct_assign(zero)

    def get_metrics_result(self):
        """Keras's; outside of a step the mean of a metric is one compiled operation instead of several."""
        if backend.in_stateless_scope() or not self._is_fast():
            return super().get_metrics_result()
        results = {}
        for metric in self.metrics:
            result = jax_state.result(metric)
            results.update(result if isinstance(result, dict) else {metric.name: result})
        return results

    def _get_jax_state(self, purge_model_variables=False, **wanted):
        """Keras's: the state as values; the variables give theirs up, or ``fit`` would hold the first weights too."""
        self.jax_state_sync()  # a callback of a loop that goes on may have begun another
        self._held = jax_state.Held(self._plan(training="optimizer_variables" in wanted))
        self._held.take()
        return (self._held, *[None] * (sum(wanted.values()) - 1))

    def _plan(self, training):
        """The places of the variables in the state of a loop that begins."""
        parts, expected = self._parts.value, self._only_read
        if (training, expected) not in parts.plans:
            cut = distribution_lib.distribution() is not None
            # What comes back is told where to be by its place in the whole state: there everything comes back.
            all_change = cut or not self._is_fast()
            only_read = [] if all_change else expected.value if training else self.trainable_variables
            variables = parts.variables if training else parts.without_optimizers
            parts.plans[training, expected] = jax_state.Plan(variables, only_read, placed=cut)
        plan = parts.plans[training, expected]
        plan.note(self._variables_read.value.values())
        return plan

    def jax_state_sync(self):
        """Keras's: give the variables their values again."""
        if self._held is not None:
            self._held.give_back()
            self._held = None
        self._jax_state_synced = True

    _settle = jax_state_sync

    def _needed_numbers(self, error):
        kinds = jax.errors.ConcretizationTypeError, jax.errors.TracerArrayConversionError
        return isinstance(error, (*kinds, jax.errors.TracerIntegerConversionError))

    def _abstractly(self):
        return jax_flow.with_assignments()

    def _prepare(self, epoch_iterator):
        self.jax_state_sync()  # a callback of a fit that goes on may evaluate
        if self._is_fast():
            jax_batches.lean(epoch_iterator)
        if self._no_callbacks and self._phase == "train" and self.jit_compile and not self.run_eagerly:
            jax_batches.in_one(epoch_iterator)

    def _batches(self, **data):
        return JAXEpochIterator(**data)

    def _first_batch(self, epoch_iterator):
        if isinstance(epoch_iterator.data_adapter, ArrayDataAdapter):
            return next(iter(epoch_iterator._get_iterator()))
        return arrays.first_batch(epoch_iterator, get_jax_iterator)


def kept(x):
    """A number to report, as it is now: an array of JAX is never overwritten, and not destroyed while it is held."""
    return x.value if hasattr(x, "assign") else x


def place(data):
    """Put a batch where the model is."""
    return devices.place(data)
