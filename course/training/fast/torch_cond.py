"""``ops.cond`` in a captured graph: both branches are computed, and the condition's number chooses between them.

A capture has no numbers, so it cannot follow one of the branches as the step as written does. Keras's own schedules
ask in this way whether the warm-up has ended: without this, no step with a warm-up could be captured.

The branches must return tensors of the same shapes and dtypes. They may assign nothing, a random draw included, and
they may not be differentiated from outside, since the derivative of the branch that is not taken could be infinite.
Otherwise the step runs as written.
"""

import torch
from keras import tree
from keras.src.backend.torch.core import convert_to_tensor
from torch._subclasses.fake_tensor import FakeTensor

from course.training.fast.torch_while import assigned


def cond(pred, true_fn, false_fn):
    """Keras's ``cond`` for the time of a capture."""
    if not isinstance(pred, FakeTensor):
        return true_fn() if pred else false_fn()
    before = assigned()
    results = [tree.map_structure(convert_to_tensor, branch()) for branch in (true_fn, false_fn)]
    if assigned() != before:
        raise NotImplementedError("an ops.cond that assigns variables is not captured")
    tree.assert_same_structure(*results)
    return tree.map_structure(lambda yes, no: _chosen(pred, yes, no), *results)


def _chosen(pred, yes, no):
    if torch.is_grad_enabled() and (yes.requires_grad or no.requires_grad):
        raise NotImplementedError("an ops.cond that is differentiated from outside is not captured")
    if (yes.shape, yes.dtype) != (no.shape, no.dtype):
        raise ValueError("ops.cond: both branches must return tensors of the same shapes and dtypes")
    return torch.where(pred.to(torch.bool), yes, no)
