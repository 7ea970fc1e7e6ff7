"""Variables as values: the scope that JAX needs always, and torch when it differentiates forwards.

Keras's ``StatelessScope`` replaces "read a variable" by "look its value up in a table" and "assign" by "write into
the table". Two things are added here. Scopes of Keras do not chain: a variable missing from the inner table falls back
to its stored value, not to the outer table, so a new scope starts as a copy of the one around it. And it remembers
which variables were read and written, so that updates made inside a differentiated function (BatchNorm's averages,
the state of a random generator, a metric) can be carried out of it, and unused variables named.
"""

from contextvars import ContextVar

import keras
from keras.src import backend
from keras.src.backend.common import global_state

tracing = ContextVar("tracing", default=False)


def is_tracing():
    """Whether a step runs on tensors without numbers now, to build the layers and optimizers that it uses."""
    return tracing.get()


class Losses(list):
    """The losses that layers add. Keras removes those of an earlier call; which ones is a question of identity."""

    def remove(self, loss):
        """Remove this loss; tensors that are only equal stay."""
        del self[next(i for i, x in enumerate(self) if x is loss)]


class NoScope:
    """A block that is outside of the scope around it, and inside again afterwards."""

    def __enter__(self):
        self.scope = backend.get_stateless_scope()
        global_state.set_global_attribute("stateless_scope", None)

    def __exit__(self, *error):
        global_state.set_global_attribute("stateless_scope", self.scope)


MIXED = (
    "course.value_and_grad of variables and tensors together: a distributed step splits the rows of the tensors. Use "
    "course.value_and_grad(f, variables) for the weights and course.grad of a sum over rows for the tensors, or "
    'course.strategy("none").'
)


class Scope(keras.StatelessScope):
    """A ``keras.StatelessScope`` that inherits the enclosing one and records reads and writes.

    Args:
        variables: Keras variables to replace inside the scope.
        values: their tensors or variables, in the same order.
        compiled: whether this is traced by a compiler; then a layer built inside must not be given numbers.
    """

    def __init__(self, variables=(), values=(), compiled=False):
        super().__init__(collect_losses=True, initialize_variables=not compiled)
        self.losses = Losses()
        outer = backend.get_stateless_scope() if backend.in_stateless_scope() else None
        if outer is not None:
            self.state_mapping = dict(outer.state_mapping)
            self.losses = Losses(outer.losses)
        for variable, value in zip(variables, values, strict=True):
            self.state_mapping[id(variable)] = value.value if isinstance(value, keras.Variable) else value
        self.read = {}  # id → variable
        self._readers = (self.read, *getattr(outer, "_readers", ()))  # what is read in here is read out there
        self.written = {}

    def add_update(self, update):
        """Record ``variable ← value``."""
        super().add_update(update)
        self.written[id(update[0])] = update[0]

    def get_current_value(self, variable):
        """The variable's value here: from the table, else the stored one."""
        for read in self._readers:
            read[id(variable)] = variable
        return self.state_mapping.get(id(variable), variable._value)

    def updates(self):
        """The variables that were assigned, and their new values."""
        variables = list(self.written.values())
        return variables, [self.state_mapping[id(v)] for v in variables]


def call(f, at, values):
    """``f`` with the variables among ``at`` replaced by their ``values``; the tensors' are its arguments.

    Returns the result and the scope in which it was computed.
    """
    replaced = [(a, v) for a, v in zip(at, values, strict=True) if isinstance(a, keras.Variable)]
    with Scope([a for a, _ in replaced], [v for _, v in replaced]) as scope:
        return f(*arguments(at, values)), scope


def arguments(at, values):
    """What ``f`` takes as arguments: the values of the tensors among ``at``, in their order."""
    return [v for a, v in zip(at, values, strict=True) if not isinstance(a, keras.Variable)]


def has_variables(at):
    """Whether there is a Keras variable among ``at``."""
    return any(isinstance(a, keras.Variable) for a in at)


def has_tensors(at):
    """Whether there is anything but Keras variables among ``at``."""
    return not all(isinstance(a, keras.Variable) for a in at)
