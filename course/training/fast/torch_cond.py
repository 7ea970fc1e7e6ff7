"""``ops.cond`` in a captured graph: both branches are computed, and the condition's number chooses between them.

A capture has no numbers, so it cannot follow one of the branches as the step as written does. Keras's own schedules
ask in this way whether the warm-up has ended: without this, no step with a warm-up could be captured. A variable that
a branch assigns, the state of a random generator included, is assigned what the chosen branch leaves in it.

Since the branch that is not taken is computed too, it must do nothing but compute. So a branch is not captured that

- writes into the memory of a tensor from outside, as an optimizer does that accumulates gradients;
- holds an operation that refuses some numbers (an index, a division of whole numbers, a decomposition of a matrix) or a
  loop that may never end;
- adds losses, or is differentiated from outside: the derivative of the branch that is not taken could be infinite;
- returns tensors of other shapes or dtypes than the other branch.

Then the step runs as written.
"""

import itertools
import re

import torch
from keras import tree
from keras.src.backend.torch.core import convert_to_tensor
from torch._subclasses.fake_tensor import FakeTensor
from torch.fx.experimental.proxy_tensor import get_proxy_mode

from course.training.state import Scope, backend

# The beginnings of names of operations that refuse some numbers, such as an index that is too large.
_REFUSING = re.compile(
    "index|gather|scatter|embedding|take|put|masked_scatter|nll|ctc|binary_cross|one_hot|repeat_interleave|bincount|histc"
    "|linalg|cholesky|inverse|pinverse|lu_|triangular|solve|lstsq|eig|svd|qr|geqrf|ormqr|logdet|slogdet"
    "|multinomial|bernoulli|binomial|poisson|standard_gamma|sample_dirichlet|assert|captured_loop"
)
_REFUSING_WHOLE_NUMBERS = re.compile("div|floor_divide|remainder|fmod|pow")


def cond(pred, true_fn, false_fn):
    """Keras's ``cond`` for the time of a capture."""
    if not isinstance(pred, FakeTensor):
        return true_fn() if pred else false_fn()
    pred = pred.to(torch.bool).reshape(())
    (yes, if_true), (no, if_false) = _run(true_fn), _run(false_fn)
    tree.assert_same_structure(yes, no)
    for variable in (if_true.written | if_false.written).values():
        after = (scope.get_current_value(variable) for scope in (if_true, if_false))
        variable.assign(_chosen(pred, *after))
    return tree.map_structure(lambda a, b: _chosen(pred, a, b), yes, no, none_is_leaf=False)


def _run(branch):
    """What a branch returns, and the scope that holds what it assigned; outside nothing is assigned yet."""
    nodes = get_proxy_mode().tracer.graph.nodes
    before = len(nodes)
    with Scope() as scope:
        result = tree.map_structure(convert_to_tensor, branch(), none_is_leaf=False)
    if len(scope.losses) != len(backend.get_stateless_scope().losses):
        raise NotImplementedError("an ops.cond that adds losses is not captured")
    _check(itertools.islice(nodes, before, None))
    return result, scope


def _check(nodes):
    """Raise if the operations of a branch do anything but compute."""
    own = set()  # those that made new memory
    for node in nodes:
        schema = getattr(node.target, "_schema", None)
        name = getattr(schema, "name", getattr(node.target, "__name__", "")).rpartition("::")[2].lstrip("_")
        if _REFUSING.match(name) or (_REFUSING_WHOLE_NUMBERS.match(name) and _may_divide_by_zero(node)):
            raise NotImplementedError(f"an ops.cond with {name}, which refuses some numbers, is not captured")
        arguments = () if schema is None else zip(schema.arguments, node.args, strict=False)
        written = [x for kind, x in arguments if kind.alias_info is not None and kind.alias_info.is_write]
        if not own.issuperset(_nodes(written)):
            raise NotImplementedError(f"an ops.cond whose {name} writes into an outer tensor is not captured")
        shares = schema is None or any(kind.alias_info is not None for kind in schema.returns)
        if node.op == "call_function" and (not shares or own.issuperset(_nodes(node.args))):
            own.add(node)


def _may_divide_by_zero(node):
    value, divisor = node.meta.get("val"), node.args[1]
    whole = isinstance(value, torch.Tensor) and not (value.is_floating_point() or value.is_complex())
    return whole and not (isinstance(divisor, (int, float)) and divisor)


def _nodes(arguments):
    return [x for x in tree.flatten(arguments) if isinstance(x, torch.fx.Node)]


def _chosen(pred, yes, no):
    if torch.is_grad_enabled() and (yes.requires_grad or no.requires_grad):
        raise NotImplementedError("an ops.cond that is differentiated from outside is not captured")
    if (yes.shape, yes.dtype) != (no.shape, no.dtype):
        raise ValueError("ops.cond: both branches must return tensors of the same shapes and dtypes")
    return torch.where(pred, yes, no)
