"""The state of a torch step as values: what is read stays what it was, and later reads see what was assigned.

A Keras variable on torch is a tensor that an assignment overwrites. A program that read it before the assignment
holds the same tensor and would see the new numbers: ``old = ops.convert_to_tensor(v); v.assign_add(1); v - old``
would be 0, where JAX and a reader of the program expect 1. So a step runs in a ``Scope``: an assignment binds the
variable to a new tensor inside of the step, and the variables' own memory is written once, when the step is over.

Keras's optimizers on torch write into the tensors of their variables. They get copies for it; in a captured graph
(``torch_graph``) the copies that nobody can tell from the variable itself are removed again (``torch_passes``).
"""

import contextlib

import torch
from keras.src.backend.common.stateless_scope import get_stateless_scope

from course.context import set_attribute
from course.training.rules.torch_tree import flatten, rebuild
from course.training.state import Scope


@contextlib.contextmanager
def updates_on_copies(optimizers):
    """While this lasts, what an optimizer writes into are copies that nobody has read."""

    def applied(optimizer):
        apply = optimizer.apply

        def on_copies(grads, trainable_variables=None):
            variables = optimizer._trainable_variables if trainable_variables is None else trainable_variables
            scope = get_stateless_scope()
            for v in {id(v): v for v in (*variables, *optimizer.variables)}.values():
                scope.add_update((v, scope.get_current_value(v).clone()))
            return apply(grads, trainable_variables)

        return on_copies

    with contextlib.ExitStack() as stack:
        for optimizer in optimizers:
            stack.enter_context(set_attribute(optimizer, "apply", applied(optimizer)))
        yield


def run(step, batch):
    """The logs of ``step(batch)``; what it assigned is written into the variables when it is over."""
    with Scope(compiled=True) as scope:
        leaves, structure = flatten(step(batch))
    variables, updates = scope.updates()
    states = [v._value for v in variables]
    leaves = own(leaves, states)
    write(states, updates, states)
    return rebuild(structure, leaves)


def write(targets, updates, states):
    """Assign when a step is over; an update that is a view of a state (after an exchange) is copied first."""
    for target, update in zip(targets, own(updates, states), strict=True):
        target.copy_(update)


def own(tensors, states):
    """The tensors, copied where they show the memory of a state that is going to be written."""
    memory = {s.untyped_storage()._cdata for s in states}
    return [
        x.clone() if isinstance(x, torch.Tensor) and x.untyped_storage()._cdata in memory else x
        for x in tensors
    ]


def drop_graphs(scope):
    """Outside of every differentiated function, what such a function assigned is a value without its history."""
    for i in scope.written if isinstance(scope, Scope) else ():
        if scope.state_mapping[i].requires_grad:
            scope.state_mapping[i] = scope.state_mapping[i].detach()
