"""The JAX adapter: what JAX needs so that a training step can be written once.

JAX differentiates and compiles *pure functions*: values in, values out, nothing assigned on the way. A Keras model is
full of things that are assigned: weights, BatchNorm's averages, random seeds, metrics, optimizer slots. So

- a differentiated function runs in a ``Scope`` that maps each variable to a value; what it assigns comes out as an
  auxiliary result and is assigned outside;
- the whole step runs in one such scope over all state, which makes it ``(state, batch) → (logs, state)``: that function
  is compiled with ``jax.jit``, its old state donated, and for ``steps_per_execution`` scanned over stacked batches.
"""

import contextlib
import functools

import jax
import jax.numpy as jnp
from keras import tree
from keras.src import backend
from keras.src.distribution import distribution_lib

from course import quick_compile
from course.distribution import jax as devices
from course.training import jax_batches, jax_norm, jax_state, jax_steps
from course.training.state import Scope, are_variables, call

PARTS = ("trainable_variables", "non_trainable_variables", "optimizer_variables", "metrics_variables")


def values_of(at):
    """The tensors at which to differentiate."""
    return [a.value for a in at] if are_variables(at) else [jnp.asarray(a) for a in at]


def _pure(f, at, has_aux):
    """``values → (result, (aux, updates))`` and the scope of its last run."""
    ran = {}

    def pure(*values):
        result, scope = call(f, at, values)
        ran["scope"], (ran["variables"], updates) = scope, scope.updates()
        result, aux = result if has_aux else (result, None)
        return result, (aux, updates)

    return pure, ran


def _commit(ran, updates):
    for variable, value in zip(ran["variables"], updates, strict=True):
        variable.assign(value)


def value_and_grad(f, at, has_aux):
    """∇f at variables or tensors; a gradient is None where a variable was never read."""
    pure, ran = _pure(f, at, has_aux)
    values = values_of(at)
    differentiate = jax.value_and_grad(pure, argnums=tuple(range(len(values))), has_aux=True)
    (value, (aux, updates)), gradients = differentiate(*values)
    _commit(ran, updates)
    if are_variables(at):
        read = ran["scope"].read
        gradients = [g if id(v) in read else None for v, g in zip(at, gradients, strict=True)]
    return value, aux, list(gradients)


def jvp(f, at, tangents):
    """Forward mode: f and J·t in one sweep."""
    pure, ran = _pure(f, at, has_aux=False)
    value, tangent, (_, updates) = jax.jvp(
        pure, values_of(at), [jnp.asarray(t) for t in tangents], has_aux=True
    )
    _commit(ran, updates)
    return value, tangent


def vjp(f, at):
    """Reverse mode: f, and the function u ↦ uᵀJ."""
    pure, ran = _pure(f, at, has_aux=False)
    value, pullback, (_, updates) = jax.vjp(pure, *values_of(at), has_aux=True)
    _commit(ran, updates)
    return value, lambda cotangent: list(pullback(cotangent))


def compiled(f):
    """Compiled as a whole."""
    return jax.jit(f, compiler_options=quick_compile.often())


class Trainer:
    """How Keras's ``fit``, ``evaluate`` and ``predict`` call the steps on JAX."""

    _in_state = None  # the variables whose values Keras's loop has, by part, and how they are split

    def __setattr__(self, name, value):
        """Keras searches what becomes an attribute for layers: not the state that ``fit`` keeps after each step."""
        if name in ("_jax_state", "_jax_state_synced", "_in_state", "_unheard"):
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)

    def make_train_function(self, force=False):
        """Compile ``train_step`` over the model's, the optimizers' and the metrics' state."""
        if self.train_function is None or force:
            self.train_function = self._looped(self._step("train_step"), PARTS)

    def make_test_function(self, force=False):
        """Compile ``test_step``."""
        if self.test_function is None or force:
            parts = ("trainable_variables", "non_trainable_variables", "metrics_variables")
            self.test_function = self._looped(self._step("test_step"), parts)

    def make_predict_function(self, force=False):
        """Compile ``predict_step``; the outputs of several batches are concatenated."""
        if self.predict_function is None or force:
            parts = ("trainable_variables", "non_trainable_variables")
            one = jax_state.one(self._stateless(self.predict_step, parts), self._split, self._jit(parts))

            def run(state, data):
                state, outputs = one(self._split().cut(state), data)
                return outputs, self._split().join(*state)

            self.predict_function = self._make_function(run, concatenate_outputs=True)

    def _part(self, name):
        if name == "optimizer_variables":
            return self.optimizer.variables if self.optimizer is not None else []
        return getattr(self, name)

    def _stateless(self, step, parts):
        def pure(state, data):
            variables = [self._part(name) for name in parts]
            known = {id(v) for part in variables for v in part}
            flat = [v for part in variables for v in part], [x for part in state for x in part]
            with Scope(*flat, compiled=True) as scope, jax_norm.as_written():
                logs = step(data)
                logs = tree.map_structure(lambda x: x.value if hasattr(x, "assign") else x, logs)
            lost = [v.path for i, v in scope.written.items() if i not in known]
            if lost:
                raise ValueError(
                    f"{type(self).__name__}.{step.__name__} assigns variables that the model does not own "
                    f"({', '.join(lost)}): make them, or the layer, metric or optimizer that holds them, "
                    "attributes of the model."
                )
            # State first: JAX lends the old state's memory to the outputs in their order.
            state = tuple([scope.get_current_value(v) for v in part] for part in variables)
            return state, logs, set(scope.written)

        return pure

    def _jit(self, parts):
        """What compiles a function of ``jax_state``."""
        if self.run_eagerly or not self.jit_compile:
            return lambda f: f
        shardings = None
        if distribution_lib.distribution() is not None:
            devices.check_cut(self.variables)
            devices.check_same(self.variables)
            state = [v.value.sharding for name in parts for v in self._part(name)]
            shardings = (state, devices.everywhere(), devices.everywhere())
        return functools.partial(
            jax.jit, donate_argnums=0, out_shardings=shardings, compiler_options=quick_compile.often()
        )

    def _looped(self, step, parts):
        """As Keras's loops call it: execution by execution, or the whole epoch when nobody listens to batches."""
        pure, jit, n = self._stateless(step, parts), self._jit(parts), self.steps_per_execution
        one = jax_state.one(pure, self._split, jit)

        def keep(state):
            self._keep(self._split().join(*state))

        if n == 1 or self.run_eagerly or not self.jit_compile:
            execute, epoch = jax_steps.single(one, n), jax_steps.epoch_of_singles(one, keep)
        else:
            execute = jax_steps.grouped(one, jax_state.many(pure, self._split, jit), n)
            epoch = jax_steps.epoch(execute, keep)

        def run(state, iterator):
            split = self._split()
            whole = isinstance(iterator, jax_batches.Epoch)
            call, batches = (epoch, iterator.batches) if whole else (execute, iterator)
            state, logs = call(split.cut(state), batches)
            return logs, split.join(*state)

        return run

    def reset_metrics(self):
        """Keras's; the metrics that it sets to zero one variable after the other get their zeros in one piece."""
        if distribution_lib.distribution() is not None:  # zeros have places
            super().reset_metrics()
            return
        variables = jax_state.zeroed(self.metrics)
        zeros = jax_state.zeros(tuple((v.shape, v.dtype) for v in variables))
        for v, zero in zip(variables, zeros, strict=True):
            v._direct_assign(zero)

    def get_metrics_result(self):
        """Keras's; outside of a step the mean of a metric is one compiled operation instead of several."""
        if backend.in_stateless_scope():
            return super().get_metrics_result()
        results = {}
        for metric in self.metrics:
            result = jax_state.result(metric)
            results.update(result if isinstance(result, dict) else {metric.name: result})
        return results

    def _split(self):
        """Which of the state that Keras's loop took last a step changes."""
        return self._in_state[1]

    def _keep(self, state):
        """Tell Keras the state as its own loops do, for ``jax_state_sync``."""
        self._jax_state = dict(zip(PARTS, state, strict=True))

    def _get_jax_state(self, purge_model_variables=False, **wanted):
        """Keras's: the state as values; the variables give theirs up, or ``fit`` would hold the first weights too."""
        if self._in_state and any(v._value is None for part in self._in_state[0].values() for v in part[:1]):
            # A callback called `predict`, which takes the state for synced; Keras would lose it.
            self._jax_state_synced = False
            self.jax_state_sync()
        names = [name for name in PARTS if wanted.get(name)]
        if not (self._in_state and self._unheard and list(self._in_state[0]) == names):
            variables = {name: list(self._part(name)) for name in names}
            self._in_state = variables, jax_state.Split(variables.values(), self._expected(names))
        variables = self._in_state[0]
        # Past the property `value`, which asks for scopes and for variables that have none yet.
        state = tuple(
            [v.value if v._value is None else v._value for v in part] for part in variables.values()
        )
        if purge_model_variables:
            for v in (v for part in variables.values() for v in part):
                v._value = None
        return state

    def _expected(self, names):
        """The variables that a step over this state is expected only to read."""
        if distribution_lib.distribution() is not None:
            return []  # what comes back is told where to be, by its place in the whole state
        return self._only_read.value if "optimizer_variables" in names else self.trainable_variables

    def jax_state_sync(self):
        """Keras's: give the variables their values again. A step's values have the right shape and type."""
        if self._jax_state_synced or not getattr(self, "_jax_state", None):
            return
        for name, values in self._jax_state.items():
            for v, value in zip(self._in_state[0][name], values, strict=True):
                v._direct_assign(value)
        self._jax_state_synced = True

    def _abstractly(self):
        return contextlib.nullcontext()

    def _prepare(self, epoch_iterator):
        self.jax_state_sync()  # a callback of a fit that goes on may evaluate
        self._in_state = None  # variables are collected anew for this loop
        jax_batches.lean(epoch_iterator)
        if self._unheard and self._phase == "train" and self.jit_compile and not self.run_eagerly:
            jax_batches.in_one(epoch_iterator)

    def _first_batch(self, epoch_iterator):
        return next(iter(epoch_iterator._get_iterator()))


def place(data):
    """Put a batch where the model is."""
    return devices.place(data)
