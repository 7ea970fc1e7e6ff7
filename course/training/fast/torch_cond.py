"""``ops.cond`` in a captured graph: both branches are computed, and the condition's number chooses between them.

A capture has no numbers, so it cannot follow one of the branches as the step as written does. Keras's own schedules
ask in this way whether the warm-up has ended: without this, no step with a warm-up could be captured. A variable that
a branch assigns, the state of a random generator included, is assigned what the chosen branch leaves in it.

The branches must return tensors of the same shapes and dtypes. They may add no losses, and they may not be
differentiated from outside, since the derivative of the branch that is not taken could be infinite. Otherwise the
step runs as written.
"""

import torch
from keras import tree
from keras.src.backend.torch.core import convert_to_tensor
from torch._subclasses.fake_tensor import FakeTensor

from course.training.state import Scope, backend


def cond(pred, true_fn, false_fn):
    """Keras's ``cond`` for the time of a capture."""
    if not isinstance(pred, FakeTensor):
        return true_fn() if pred else false_fn()
    (yes, if_true), (no, if_false) = _run(true_fn), _run(false_fn)
    tree.assert_same_structure(yes, no)
    for variable in (if_true.written | if_false.written).values():
        after = (scope.get_current_value(variable) for scope in (if_true, if_false))
        variable.assign(_chosen(pred, *after))
    return tree.map_structure(lambda a, b: _chosen(pred, a, b), yes, no, none_is_leaf=False)


def _run(branch):
    """What a branch returns, and the scope that holds what it assigned; outside nothing is assigned yet."""
    with Scope() as scope:
        result = tree.map_structure(convert_to_tensor, branch(), none_is_leaf=False)
    if len(scope.losses) != len(backend.get_stateless_scope().losses):
        raise NotImplementedError("an ops.cond that adds losses is not captured")
    return result, scope


def _chosen(pred, yes, no):
    if torch.is_grad_enabled() and (yes.requires_grad or no.requires_grad):
        raise NotImplementedError("an ops.cond that is differentiated from outside is not captured")
    if (yes.shape, yes.dtype) != (no.shape, no.dtype):
        raise ValueError("ops.cond: both branches must return tensors of the same shapes and dtypes")
    return torch.where(pred.to(torch.bool), yes, no)
