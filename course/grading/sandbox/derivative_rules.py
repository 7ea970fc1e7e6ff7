"""Finds the derivatives that libraries keep for single operations. This module runs in the candidate's process.

A library differentiates an operation by a function of its own: `_conv_general_dilated_transpose_rhs` of JAX, and
`_Conv2DGrad` of TensorFlow and its operator `Conv2DBackpropFilter`. Torch has some derivatives in Python, too, such as
`torch._decomp.decompositions.native_layer_norm_backward`. Where automatic differentiation is forbidden, the candidate's
file must not call such a function, which solves the same exercise. Libraries may.
"""

import re
import types

from course.grading.sandbox.guard import functions

_OF_JAX = re.compile(r"_\w+_(jvp|vjp|transpose)(_rule|_lhs|_rhs)?")
_OF_TENSORFLOW = re.compile(r"\w*(_grad|Grad|_backprop_?\w*|Backprop\w*)(_?[vV]\d)?(_eager_fallback)?")
# A loss of TensorFlow's operators comes with its derivative; the function `tf.nn.…` of the same name gives the loss.
_LOSSES = re.compile(
    r"((sparse_)?softmax_cross_entropy_with_logits|ctc_loss(_v2)?)(_eager_fallback)?"
    r"|(Sparse)?SoftmaxCrossEntropyWithLogits|CTCLoss(V2)?"
)
_GENERATED = "tensorflow.python.ops.gen_", "tensorflow._api.v2.raw_ops", "tensorflow.raw_ops"
_OF_TORCH = re.compile(r"\w*_backward(_\w+)?")  # what `torch._decomp` computes for one operator by others
_CUSTOM = "custom_jvp", "custom_vjp"  # classes of JAX whose objects know their derivative
_PARTS = "jvp", "fwd", "bwd"


def rules(modules):
    """Yield (function, name) for each derivative in the modules that is a Python function."""
    for module in modules:
        own = module.__name__
        if own.startswith("jax."):
            yield from _of_jax(own, vars(module))
        elif own.startswith(("torch._decomp", "torch._refs", "torch._inductor")):
            yield from _named(own, vars(module), _OF_TORCH)
            yield from _in_tables(own, vars(module))
        elif own.startswith(("tensorflow.python.ops.", "tensorflow._api.v2.raw_ops", "tensorflow.raw_ops")):
            yield from _named(own, vars(module), _OF_TENSORFLOW)
            if own.startswith(_GENERATED):
                yield from _named(own, vars(module), _LOSSES)


def _named(own, names, pattern):
    for key, value in list(names.items()):
        if isinstance(value, types.FunctionType) and pattern.fullmatch(key):
            yield from ((function, f"{own}.{key}") for function in functions(value))


def _in_tables(own, names):
    """Yield the derivatives in a table of torch from an operator to a function for it: `decomposition_table`."""
    tables = [key for key in names if key.endswith(("table", "decompositions")) and type(names[key]) is dict]
    for key in tables:
        for operator, value in list(names[key].items()):
            if _OF_TORCH.fullmatch(str(operator).removeprefix("aten.").partition(".")[0]):
                yield from ((function, f"{own}.{key}[{operator}]") for function in functions(value))


def _of_jax(own, names):
    for key, value in list(names.items()):
        if isinstance(value, types.FunctionType) and _OF_JAX.fullmatch(key):
            yield value, f"{own}.{key}"
        elif type(value).__name__ in _CUSTOM:
            parts = ((part, vars(value).get(part)) for part in _PARTS)
            yield from ((f, f"{own}.{key}.{part}") for part, f in parts if isinstance(f, types.FunctionType))
