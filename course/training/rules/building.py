"""Find and build everything that a step uses, by an abstract run of it.

A student assigns layers and optimizers as attributes and writes the step; nobody calls ``build``. Before the first
real step the step runs on tensors that have shapes and no numbers. Layers then create their weights. An optimizer's
``apply`` only notes which variables it was given, and the optimizer is built on them at the end. Derivatives are
zeros of the right shape. Nothing is assigned.

A step may read ``layer.trainable_variables`` before the layer was called for the first time and get an empty list, so
the run is repeated until no new variable appears.
"""

import contextlib
import re

import keras
from keras import tree
from keras.src import backend
from keras.src.backend.common import global_state
from keras.src.trainers.trainer import Trainer

from course.context import set_attribute, set_context
from course.errors import CourseError
from course.training.rules import python_values, step_rules
from course.training.rules.stateful import made_later, states
from course.training.state import Losses, tracing

_ROUNDS = 6
_FORMATTED = re.compile(r"unsupported format string passed to \w*(Tensor|Tracer)\b")  # f"{tensor:.2f}"


def build(model, step, batch):
    """Build the layers, optimizers and metrics that ``step(batch)`` uses, and check what it returns.

    Args:
        model: the ``course.Model``.
        step: its bound ``train_step`` or ``test_step``.
        batch: a batch of data (only shapes and dtypes are used), or a tree of ``keras.KerasTensor``.

    Returns:
        The ids of the variables that the step was seen to change.

    Raises:
        ValueError: the step creates a variable or an optimizer, or does not return a dict.
    """
    spec, name = symbolic(batch), f"{type(model).__name__}.{step.__name__}"
    optimizers, changed = model.optimizers, set()
    for _ in range(_ROUNDS):
        before = _count(model)
        applied, error, made = {}, None, []
        watch, kept = step_rules.Watch(model, name), step_rules.Kept(model, name)
        try:
            with _recorded(optimizers, applied), python_values.reads_noted(model, model._read_by_steps.value):
                changed, made = _abstract_run(model, step, spec, name)
        except CourseError:
            raise
        except Exception as e:
            error = e
        if error is None:
            kept.check()
        if _count(model) > before or made:
            continue  # something was built: lists that the step read too early are complete the next time
        if error is not None:
            _build_applied(
                optimizers, applied
            )  # the step may have asked for what an optimizer has once it is built
            if _count(model) > before:
                continue
            raise error
        watch.check(changed)
        break
    else:
        raise step_rules.creates(name, ", ".join(made) or "new variables each time it runs")
    if applied and step.__name__ == "test_step":
        raise CourseError(
            f"{name} applies an optimizer. evaluate() does not train: update weights in train_step, and let test_step "
            "report numbers only."
        )
    _build_applied(optimizers, applied)
    for optimizer in optimizers:
        variables = applied.get(id(optimizer), {}).values()
        rates = {id(getattr(optimizer, "_learning_rate", None))}
        changed |= {id(v) for v in (*variables, *optimizer.variables) if id(v) not in rates}
    return changed


def _build_applied(optimizers, applied):
    for optimizer in optimizers:
        variables = list(applied.get(id(optimizer), {}).values())
        if variables and not optimizer.built:
            with backend.name_scope(optimizer.name, caller=optimizer):
                optimizer.build(variables)


def is_built(model):
    """Whether every layer of the model is."""
    return all(layer.built for layer in model._flatten_layers())


def build_outputs(model, batch):
    """Build the layers that ``predict_step(batch)`` uses."""
    name = f"{type(model).__name__}.predict_step"
    kept = step_rules.Kept(model, name)

    def run(data):
        outputs = model.predict_step(data)
        return tree.map_structure(lambda x: x.value if isinstance(x, keras.Variable) else x, outputs)

    with made_later(), _errors_explained(model, name):
        backend.compute_output_spec(run, symbolic(batch))
    kept.check()


@contextlib.contextmanager
def nothing_to_build(model):
    """Keras's ``predict`` on JAX begins with the question whether all layers are built, and calls the model if not."""

    def asked(**kwargs):
        vars(model).pop("_flatten_layers")
        return []

    vars(model)["_flatten_layers"] = asked
    try:
        yield
    finally:
        vars(model).pop("_flatten_layers", None)


def _abstract_run(model, step, spec, name):
    """The ids of the variables that the step assigns, and the paths of those that it makes."""
    written, made = set(), []

    def run(data):
        scope = backend.get_stateless_scope()
        scope.collect_losses, scope.losses = True, Losses()  # what add_loss adds may be the only loss
        scope.state_mapping.clear()  # Keras on torch tries again after an error: those values lie on another device
        known = {id(v) for v in _uninitialized()}
        _note_reads(scope, model._variables_read.value)
        with set_context(tracing, True), made_later():
            logs = step(data)
        if not isinstance(logs, dict):
            raise ValueError(
                f"{name} must return a dict of numbers to report, such as {{'loss': loss}}; "
                f"it returned {type(logs).__name__}."
            )
        owned = {id(v) for v in owned_variables(model)}
        fresh = [v for v in _uninitialized() if id(v) not in known]
        strays = [v.path for v in fresh if id(v) not in owned]
        if strays:
            raise step_rules.creates(name, ", ".join(strays))
        made[:] = [v.path for v in fresh]
        written.update(scope.state_mapping)

    with _errors_explained(model, name):
        backend.compute_output_spec(run, spec)
    return written, made


@contextlib.contextmanager
def _errors_explained(model, name):
    """A block in which a step is run without numbers; what it must not do is said as on every backend."""
    try:
        yield
    except CourseError:
        _uninitialized().clear()  # a variable that cannot be made: those after it are not the next model's
        raise
    except Exception as e:
        explained = _explained(model, name, e)
        if explained is None:
            raise
        raise explained from e


def _note_reads(scope, noted):
    """Let a scope of Keras note which variables are read in it: id → variable."""
    look_up = scope.get_current_value

    def get_current_value(variable):
        noted[id(variable)] = variable
        return look_up(variable)

    scope.get_current_value, scope._readers = get_current_value, (noted,)


def _explained(model, name, error):
    """A backend's or Keras's error about what a step must not do, as the course says it on every backend."""
    text = " ".join(str(error).split())
    if "create a variable while in a stateless scope" in text:
        return step_rules.creates(name, "a variable")
    if "you should only use seeded random ops" in text:
        return step_rules.unseeded(name, "without a seed")
    if model._needed_numbers(error) or _FORMATTED.search(text):
        return step_rules.reads_numbers(name, error)
    return None


def owned_variables(model, optimizers=None):
    """Every variable of the model, its metrics and its optimizers (which a caller may have found already)."""
    variables = [*model.variables, *states(model._flatten_layers()), *_metric_variables(model)]
    for optimizer in model.optimizers if optimizers is None else optimizers:
        variables += optimizer.variables
    return variables


def _metric_variables(model):
    """Those of every metric, also of one that a ``metrics`` of the model's own leaves out."""
    metrics = model.metrics
    if type(model).metrics is not Trainer.metrics:
        metrics = {id(m): m for m in (*metrics, *Trainer.metrics.fget(model))}.values()
    return [v for metric in metrics for v in metric.variables]


def _count(model):
    return len(owned_variables(model))


def _uninitialized():
    return global_state.get_global_attribute("uninitialized_variables", [], set_to_default=True)


def symbolic(batch):
    """The batch with each tensor replaced by a ``keras.KerasTensor`` of its shape and dtype."""

    def symbol(x):
        if x is None or isinstance(x, keras.KerasTensor):
            return x
        return keras.KerasTensor(tuple(x.shape), backend.standardize_dtype(x.dtype))

    return tree.map_structure(symbol, batch)


@contextlib.contextmanager
def _recorded(optimizers, applied):
    """While this lasts ``optimizer.apply`` notes its variables and changes nothing."""

    def recorder(optimizer):
        def apply(grads, trainable_variables=None):
            noted = applied.setdefault(id(optimizer), {})
            noted.update({id(v): v for v in trainable_variables or ()})

        return apply

    with contextlib.ExitStack() as stack:
        for optimizer in optimizers:
            stack.enter_context(set_attribute(optimizer, "apply", recorder(optimizer)))
        yield
