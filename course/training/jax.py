"""The JAX adapter: what JAX needs so that a training step can be written once.

JAX differentiates and compiles *pure functions*: values in, values out, nothing assigned on the way. A Keras model is
full of things that are assigned: weights, BatchNorm's averages, random seeds, metrics, optimizer slots. So

- a differentiated function runs in a ``Scope`` that maps each variable to a value; what it assigns comes out as an
  auxiliary result and is assigned outside;
- the whole step runs in one such scope over all state, which makes it ``(state, batch) → (logs, state)``: that function
  is compiled with ``jax.jit``, its old state donated, and for ``steps_per_execution`` scanned over stacked batches.
"""

from itertools import islice

import jax
import jax.numpy as jnp
import numpy as np
from keras import tree
from keras.src.distribution import distribution_lib

from course.distribution import jax as devices
from course.training.state import Scope, are_variables, call


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


class Trainer:
    """How Keras's ``fit``, ``evaluate`` and ``predict`` call the steps on JAX."""

    def __setattr__(self, name, value):
        """Keras searches what becomes an attribute for layers: not the state that ``fit`` keeps after each step."""
        if name in ("_jax_state", "_jax_state_synced"):
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)

    def make_train_function(self, force=False):
        """Compile ``train_step`` over the model's, the optimizers' and the metrics' state."""
        if self.train_function is None or force:
            parts = (
                "trainable_variables",
                "non_trainable_variables",
                "optimizer.variables",
                "metrics_variables",
            )
            self.train_function = self._compiled(self._step("train_step"), parts)

    def make_test_function(self, force=False):
        """Compile ``test_step``."""
        if self.test_function is None or force:
            parts = ("trainable_variables", "non_trainable_variables", "metrics_variables")
            self.test_function = self._compiled(self._step("test_step"), parts)

    def make_predict_function(self, force=False):
        """Compile ``predict_step``; the outputs of several batches are concatenated."""
        if self.predict_function is None or force:
            parts = ("trainable_variables", "non_trainable_variables")
            step = self._jit(self._stateless(self.predict_step, parts), parts)
            self.predict_function = self._make_function(step, concatenate_outputs=True)

    def _part(self, name):
        if name == "optimizer.variables":
            return self.optimizer.variables if self.optimizer is not None else []
        return getattr(self, name)

    def _stateless(self, step, parts):
        def pure(state, data):
            variables = [self._part(name) for name in parts]
            known = {id(v) for part in variables for v in part}
            flat = [v for part in variables for v in part], [x for part in state for x in part]
            with Scope(*flat, compiled=True) as scope:
                logs = step(data)
                logs = tree.map_structure(lambda x: x.value if hasattr(x, "assign") else x, logs)
            lost = [v.path for i, v in scope.written.items() if i not in known]
            if lost:
                raise ValueError(
                    f"{type(self).__name__}.{step.__name__} assigns variables that the model does not own "
                    f"({', '.join(lost)}): make them, or the layer, metric or optimizer that holds them, "
                    "attributes of the model."
                )
            return logs, tuple([scope.get_current_value(v) for v in part] for part in variables)

        return pure

    def _jit(self, pure, parts):
        if self.run_eagerly or not self.jit_compile:
            return pure
        shardings = None
        if distribution_lib.distribution() is not None:
            devices.check_cut(self.variables)
            devices.check_same(self.variables)
            state = tuple([v.value.sharding for v in self._part(name)] for name in parts)
            shardings = (devices.everywhere(), state)
        return jax.jit(pure, donate_argnums=0, out_shardings=shardings)

    def _compiled(self, step, parts):
        pure = self._stateless(step, parts)
        one = self._jit(pure, parts)
        n = self.steps_per_execution
        if n == 1 or self.run_eagerly or not self.jit_compile:
            return self._make_function(one)

        def scan(state, stacked):
            def body(state, data):
                logs, state = pure(state, data)
                return state, logs

            state, logs = jax.lax.scan(body, state, stacked)
            return tree.map_structure(lambda x: x[-1], logs), state

        many = self._jit(scan, parts)

        def run(state, iterator):
            batches = list(islice(iterator, n))
            if not batches:
                raise StopIteration
            if len(batches) == n and len({_shapes(b) for b in batches}) == 1:
                return many(state, jax.tree.map(_stacked, *batches))
            for data in batches:  # a remainder: step by step, with the step that is compiled for it
                logs, state = one(state, data)
            return logs, state

        return run

    def _prepare(self, epoch_iterator):
        pass

    def _first_batch(self, epoch_iterator):
        return next(iter(epoch_iterator._get_iterator()))


def _stacked(*parts):
    """One array for several batches; NumPy's are joined before they go to the device, in one piece."""
    return (np if isinstance(parts[0], np.ndarray) else jnp).stack(parts)


def _shapes(batch):
    return tuple((x.shape, str(x.dtype)) for x in jax.tree.leaves(batch))


def place(data):
    """Put a batch where the model is."""
    return devices.place(data)
