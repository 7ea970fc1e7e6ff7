"""The torch adapter: what torch needs so that a training step can be written once.

Torch records every operation on tensors that require a gradient, unless told not to. So the whole step runs under
``no_grad`` and only a differentiated function records: assignments, metrics and optimizer updates then never keep a
graph alive. A derivative inside a differentiated function is itself recorded (``create_graph``), which gives second
derivatives.
"""

import contextlib
from contextvars import ContextVar

import torch
import torch.autograd.forward_ad as forward_ad
from keras import Variable, tree
from keras.src.backend import torch as keras_torch
from keras.src.backend.common.stateless_scope import get_stateless_scope
from keras.src.backend.torch.core import convert_to_tensor

from course.context import set_context
from course.distribution import torch_peers as peers
from course.errors import CourseError
from course.training.given_variables import Converted, functions_of
from course.training.rules import torch_remat, torch_state
from course.training.state import MIXED, arguments, call, has_tensors, has_variables

given_variables = Converted(functions_of(keras_torch), {(keras_torch.core, "remat"): torch_remat.remat})
_depth = ContextVar("depth", default=0)  # how many differentiated functions run, one inside the other
_once = ContextVar("once", default=True)


def at_most_one_derivative():
    """Whether what runs now is differentiated not at all, or once and in reverse mode."""
    return _once.get()


def values_of(at):
    """The tensors at which to differentiate; those that are no variable's require a gradient."""
    return [a.value if isinstance(a, Variable) else _own(convert_to_tensor(a)) for a in at]


def _own(tensor):
    with torch.enable_grad():
        # A view makes the tensor this function's own, yet keeps an outer derivative, of either mode, connected to it.
        view = tensor.view_as(tensor)
    return view if view.requires_grad else view.requires_grad_()


@contextlib.contextmanager
def _required(values):
    """A variable that is not trainable may be differentiated all the same."""
    frozen = [v for v in values if not v.requires_grad]
    for v in frozen:
        v.requires_grad_()
    try:
        yield
    finally:
        for v in frozen:
            v.requires_grad_(False)


def _run(f, at, values, once=False):
    """Runs ``f`` and records it; ``once`` says that the caller differentiates it once, in reverse mode."""
    depth = _depth.get()
    only = once and depth == 0 and _once.get()
    with set_context(_depth, depth + 1), set_context(_once, only), torch.enable_grad():
        return f(*arguments(at, values))


def _gradients(value, values, cotangent=None, keep=False):
    if not value.requires_grad:
        return [None] * len(values)
    nested = _depth.get() > 0
    graph = {"create_graph": nested, "retain_graph": nested or keep}
    return list(torch.autograd.grad(value, values, cotangent, allow_unused=True, **graph))


def _leave(result):
    """Outside every differentiated function a result drops its graph."""
    if _depth.get() > 0:
        return result
    return tree.map_structure(lambda x: x.detach() if isinstance(x, torch.Tensor) else x, result)


def value_and_grad(f, at, has_aux):
    """∇f at variables or tensors; a gradient is None where f does not depend on a variable."""
    values = values_of(at)
    with _required(values):
        result = _run(f, at, values, once=True)
        value, aux = result if has_aux else (result, None)
        gradients = _gradients(value, values)
    if has_variables(at):  # in a distributed step: the means over the global batch
        if has_tensors(at) and peers.in_step():
            raise CourseError(MIXED)
        value, *gradients = peers.mean([value, *gradients])
    if _depth.get() == 0:
        torch_state.drop_graphs(get_stateless_scope())
    return _leave(value), _leave(aux), gradients


def dense(gradient):
    """A gradient as a tensor, which it is."""
    return gradient


def jvp(f, at, tangents):
    """Forward mode: f and J·t in one sweep (dual numbers)."""
    values = [a.value if isinstance(a, Variable) else convert_to_tensor(a) for a in at]
    tangents = [convert_to_tensor(t, dtype=v.dtype) for t, v in zip(tangents, values, strict=True)]
    with set_context(_once, False), forward_ad.dual_level():
        duals = [forward_ad.make_dual(v, t) for v, t in zip(values, tangents, strict=True)]
        value, scope = call(f, at, duals)
        value, tangent = forward_ad.unpack_dual(value)
        variables, updates = scope.updates()
        updates = [forward_ad.unpack_dual(u).primal for u in updates]
    for variable, update in zip(variables, updates, strict=True):
        variable.assign(update)
    tangent = torch.zeros_like(value) if tangent is None else tangent
    if has_variables(at) and value.ndim == 0:  # a loss; other values are those of this process's rows
        value, tangent = peers.mean([value, tangent])
    return _leave(value), _leave(tangent)


def vjp(f, at):
    """Reverse mode: f, and the function u ↦ uᵀJ."""
    values = values_of(at)
    with _required(values):
        value = _run(f, at, values)
    if has_variables(at) and peers.in_step():
        raise CourseError(
            "course.vjp of variables is a sum over the rows of a batch, which a distributed step splits: "
            'use course.value_and_grad of a mean, or course.strategy("none").'
        )

    def pullback(cotangent):
        with _required(values):
            return _gradients(value, values, convert_to_tensor(cotangent, dtype=value.dtype), keep=True)

    return _leave(value), pullback


def fused(f, static):
    """The function itself: an operation runs without being compiled."""
    return f


def compiled(f):
    """The function itself: a derivative is computed as the function runs."""
    return f
