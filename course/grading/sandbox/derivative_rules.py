"""Finds the derivatives that libraries keep for single operations. This module runs in the candidate's process.

A library differentiates an operation by a function of its own: `_conv_general_dilated_transpose_rhs` of JAX, and
`_Conv2DGrad` of TensorFlow and its operator `Conv2DBackpropFilter`. Where automatic differentiation is forbidden, the
candidate's file must not call such a function, which solves the same exercise. Libraries may.
"""

import re
import types

_OF_JAX = re.compile(r"_\w+_(jvp|vjp|transpose)(_rule|_lhs|_rhs)?")
_OF_TENSORFLOW = re.compile(r"\w*(_grad|Grad|_backprop_?\w*|Backprop\w*)(_?[vV]\d)?(_eager_fallback)?")
_CUSTOM = "custom_jvp", "custom_vjp"  # classes of JAX whose objects know their derivative
_PARTS = "jvp", "fwd", "bwd"


def rules(modules):
    """Yield (function, name) for each derivative in the modules that is a Python function."""
    for module in modules:
        own = module.__name__
        if own.startswith("jax."):
            yield from _of_jax(own, vars(module))
        elif own.startswith(("tensorflow.python.ops.", "tensorflow._api.v2.raw_ops", "tensorflow.raw_ops")):
            for key, value in list(vars(module).items()):
                if isinstance(value, types.FunctionType) and _OF_TENSORFLOW.fullmatch(key):
                    yield value, f"{own}.{key}"


def _of_jax(own, names):
    for key, value in list(names.items()):
        if isinstance(value, types.FunctionType) and _OF_JAX.fullmatch(key):
            yield value, f"{own}.{key}"
        elif type(value).__name__ in _CUSTOM:
            parts = ((part, vars(value).get(part)) for part in _PARTS)
            yield from ((f, f"{own}.{key}.{part}") for part, f in parts if isinstance(f, types.FunctionType))
