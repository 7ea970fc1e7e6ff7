"""Ways to a forbidden function that no trap sees are refused, and honest code that looks alike is not."""

import keras
import numpy as np
import pytest

from course.catalog.forbidden import patterns
from course.grading.errors import CandidateError
from tests.course.grading.conftest import workers  # noqa: F401
from tests.security.test_forbidden_routes import names_of, session  # noqa: F401

Z = np.array([[1, 2, 3.5], [0, -1, 2]], "float32")

FOR_WHOLE_ANSWERS = {
    "torch": """
import sys
from concurrent.futures import ThreadPoolExecutor

import torch

NAME = "soft" + "max"
TABLE = torch._C._VariableFunctions


def safe(z):
    return getattr(torch, "_safe_" + NAME)(z, -1)

def masked(z):
    return getattr(torch, "_masked_" + NAME)(z, torch.zeros_like(z, dtype=torch.bool), -1, 0)

def loss_in_c(z):
    return torch._C._nn.cross_entropy_loss(z, torch.tensor([0, 0]), None, 0, -100, 0.0)

def attention_in_c(z):
    return torch._scaled_dot_product_attention_math(z[None], z[None], z[None])

def cumulative(z):
    return torch.logcumsumexp(z, -1)[:, -1]

def in_a_thread(z):
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(getattr(TABLE, NAME), z, -1).result()

def compiled(z):
    graph = torch._C.parse_ir("graph(%x : Tensor):\\n  return (%x)")
    return torch._C._create_function_from_graph("f", graph)(z)

def compiled_from_text(z):
    return torch.jit.CompilationUnit("def f(x):\\n    return torch." + NAME + "(x, -1)\\n").f(z)

def compiled_module(z):
    class Module(torch.nn.Module):
        def forward(self, x):
            return x
    return torch.jit.script(Module())(z)

def mode_ended_by_torch(z):
    with torch.overrides._pop_mode_temporarily():
        return getattr(TABLE, NAME)(z, -1)

def mode_ended_unentered(z):
    class Mode(torch.overrides.TorchFunctionMode):
        pass
    Mode().__exit__(None, None, None)
    return getattr(TABLE, NAME)(z, -1)

def mode_with_another_method(z):
    mode = torch.overrides._get_current_function_mode()
    type(mode).__torch_function__ = lambda self, f, t, a=(), k=None: f(*a, **(k or {}))
    return getattr(TABLE, NAME)(z, -1)

def called_back(z):
    return torch.overrides.handle_torch_function(lambda z: getattr(TABLE, NAME)(z, -1), (z,), z)

def called_back_by_a_number(z):
    found = []
    class Number:
        def __float__(self):
            found.append(getattr(TABLE, NAME)(z, -1))
            return 1.0
    torch.tensor([Number()], dtype=torch.float32)
    return found[0]

def in_a_condition(z):
    return torch.ops.higher_order.cond(torch.tensor(True), lambda z: getattr(TABLE, NAME)(z, -1), lambda z: z, (z,))

def in_attention_in_c(z):
    values = torch.eye(3)[None].expand(2, 3, 3)
    return torch._C._nn.scaled_dot_product_attention(
        torch.zeros(2, 1, 1), torch.zeros(2, 3, 1), values, attn_mask=z[:, None, :])[:, 0]

def mode_of_the_traps(z):
    torch._C._get_function_stack_at(0).__exit__(None, None, None)
    return getattr(TABLE, NAME)(z, -1)
""",
    "jax": """
import jax
import jax.numpy as jnp


def with_an_underline(z):
    return getattr(jax._src.nn.functions, "_soft" + "max")(z, -1, None, None)

def base_two(z):
    return jnp.logaddexp2(z, z)

def cumulative(z):
    return jax.lax.cumlogsumexp(z, axis=1)
""",
    "tensorflow": """
import tensorflow as tf


def cumulative(z):
    return tf.math.cumulative_logsumexp(z, axis=1)

def raw(z):
    return getattr(tf.raw_ops, "Log" + "Soft" + "max")(logits=z)

def by_its_name(z):
    from tensorflow.python.eager import context, execute
    attributes = ("T", tf.float32.as_datatype_enum)
    return execute.execute(b"Softmax", 1, [z], attributes, context.context())[0]

def by_the_fast_path(z):
    from tensorflow.python import pywrap_tfe
    from tensorflow.python.eager import context
    return pywrap_tfe.TFE_Py_FastPathExecute(context.context()._context_handle, "Softmax", None, z)

def by_its_name_in_a_graph(z):
    from tensorflow.python.framework import op_def_library
    return tf.function(lambda z: op_def_library._apply_op_helper("Softmax", logits=z)[2].outputs[0])(z)

def raw_loss(z):
    return tf.raw_ops.SoftmaxCrossEntropyWithLogits(features=z, labels=z)
""",
}
FOR_GRADIENTS = """
import ctypes
import gc
import inspect
import sys

import course

GRAD = getattr(course, "gr" + "ad")


def code_of_the_guard(z):
    return GRAD.__code__.co_consts

def frames_of_an_error(z):
    try:
        GRAD(lambda: z, [z])
    except Exception as error:
        return error.__traceback__.tb_frame

def garbage(z):
    return gc.get_objects()

def profile(z):
    sys.setprofile(print)

def frames(z):
    return inspect.currentframe()

def library_in_c(z):
    return ctypes.CDLL(None)
"""
HONEST = '''
import collections
import doctest
import logging
import traceback
import typing
import warnings
from concurrent.futures import ThreadPoolExecutor

from keras import ops

Point = collections.namedtuple("Point", "softmax logsumexp")


def names(z):
    """Return z.

    >>> 1 + 1
    2
    """
    logging.getLogger(__name__).warning("called")
    warnings.warn("called", stacklevel=2)
    doctest.run_docstring_examples(names, globals())
    typing.NamedTuple("Pair", [("softmax", int)])
    try:
        raise ValueError
    except ValueError:
        traceback.print_exc()
    return Point(z, None).softmax

def in_threads(z):
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(ops.exp, [z, z]))[1]

exec("""
def softmax(z):
    e = ops.exp(z - ops.max(z, axis=-1, keepdims=True))
    return e / ops.sum(e, axis=-1, keepdims=True)
""")
'''


def refused(make, source, *forbidden):
    for name in names_of(source):
        asked = make(source, *forbidden)
        with pytest.raises(CandidateError) as caught:
            getattr(asked.candidate, name)(Z)
        assert caught.value.kind == "ForbiddenShortcut", f"{name}: {caught.value}"
        assert asked.forbidden_calls, name


def test_private_and_compiled_ways_to_a_whole_answer(session):  # noqa: F811
    answers = (
        "*.softmax",
        "*.logsumexp",
        "*.logaddexp",
        "*.cross_entropy",
        "*.scaled_dot_product_attention",
        "*.softmax_cross_entropy_with_logits",
        "*.log_softmax",
    )
    refused(session, FOR_WHOLE_ANSWERS[keras.config.backend()], *answers)


def test_ways_to_the_functions_behind_the_traps(session):  # noqa: F811
    refused(session, FOR_GRADIENTS, "@autodiff")


@pytest.mark.skipif(keras.config.backend() != "torch", reason="the functions take tensors of torch")
def test_operations_of_torch_are_no_layers(session):  # noqa: F811
    source = """
import torch
import torch.nn.functional as F

def operations(x):
    return F.normalize(F.leaky_relu(F.pad(x, (1, 1))), p=1)

def layer(x):
    return F.layer_norm(x, (3,))
"""
    asked = session(source, "@layers")
    asked.candidate.operations(Z)
    with pytest.raises(CandidateError, match="ready-made layer"):
        asked.candidate.layer(Z)


def test_honest_code_may_use_frames_threads_and_the_names(session):  # noqa: F811
    asked = session(HONEST, "*.softmax", "*.logsumexp", "@autodiff")
    np.testing.assert_array_equal(asked.candidate.names(Z), Z)
    np.testing.assert_allclose(asked.candidate.in_threads(Z), np.exp(Z), rtol=1e-5)
    np.testing.assert_allclose(np.sum(asked.candidate.softmax(Z), axis=-1), [1, 1], rtol=1e-5)
    assert not asked.forbidden_calls


@pytest.mark.backend_independent
def test_a_name_includes_what_gives_the_same_in_one_library():
    names = {pattern for _, pattern in patterns(["*.conv"])}
    assert {"*.conv", "*.conv2d", "*.conv_general_dilated", "*.convolution_backward"} <= names
    assert {pattern for _, pattern in patterns(["keras.ops.conv"])} == {
        "keras.ops.conv",
        "keras.Conv",
        "keras.CONV",
    }
