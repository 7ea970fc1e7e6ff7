"""Ready-made layers, optimizers and attention are forbidden on every route: those that a library makes count too."""

import keras
import numpy as np
import pytest

from course.grading.errors import CandidateError
from tests.course.grading.conftest import workers  # noqa: F401
from tests.security.test_forbidden_routes import IN_ATTENTION, names_of, session  # noqa: F401

X = np.array([[1, 2, 3.5], [0, -1, 2]], "float32")

OPTIMIZERS = """
import importlib
import types

import keras
from keras import ops


class Plain(keras.Model):
    def call(self, x):
        return x


def made_by_compile(x):
    model = Plain()
    model.compile("adam")
    v = keras.Variable(x)
    model.optimizer.apply([x], [v])
    return v

def made_from_a_dictionary(x):
    adam = keras.saving.deserialize_keras_object({"class_name": "Adam", "module": "keras.optimizers", "config": {}})
    v = keras.Variable(x)
    adam.apply([x], [v])
    return v

def by_its_private_path(x):
    from keras.src.optimizers import adam
    return getattr(adam, "Ad" + "am")().stateless_apply([], [x], [x])

def made_from_a_configuration(x):
    return keras.src.optimizers.sgd.SGD.from_config({"learning_rate": 1.0})

def method_of_no_object(x):
    me = types.SimpleNamespace(momentum=0, assign_sub=lambda v, d: v.assign(v - d))
    v = keras.Variable(x)
    keras.src.optimizers.sgd.SGD.update_step(me, x, v, 0.1)
    return v

def schedule_from_a_dictionary(x):
    made = keras.saving.deserialize_keras_object({
        "class_name": "CosineDecay", "module": "keras.optimizers.schedules",
        "config": {"initial_learning_rate": 0.1, "decay_steps": 10}})
    return made(3)
"""
LAYERS = """
import types

import keras
from keras import ops


def made_from_a_dictionary(x):
    config = {"units": 2}
    return keras.saving.deserialize_keras_object(
        {"class_name": "Dense", "module": "keras.layers", "config": config})(x)

def by_its_private_path(x):
    from keras.src.layers.core import dense
    return getattr(dense, "Den" + "se")(2)(x)

def made_from_a_configuration(x):
    return keras.src.layers.core.dense.Dense.from_config({"units": 2})(x)

def method_of_no_object(x):
    me = types.SimpleNamespace(
        kernel=ops.ones((3, 2)), bias=None, activation=None, quantization_mode=None, _is_quantized=False)
    return keras.src.layers.core.dense.Dense.call(me, x)

def model_from_text(x):
    text = '{"class_name": "Sequential", "module": "keras", "config": {"name": "s", "layers": [' \\
        '{"class_name": "Dense", "module": "keras.layers", "config": {"units": 2}}]}}'
    return keras.models.model_from_json(text)(x)

def within_a_model(x):
    return keras.applications.MobileNet(weights=None, input_shape=(32, 32, 3))
"""
OF_THE_BACKEND = {
    "torch": (
        """
import torch


def fused_kernel(x):
    p, m, v = x.clone(), torch.zeros_like(x), torch.zeros_like(x)
    torch._fused_adam_([p], [x], [m], [v], [], [torch.ones(())], lr=0.1, beta1=0.9, beta2=0.999, weight_decay=0.0,
                       eps=1e-8, amsgrad=False, maximize=False)
    return p

def fused_operator(x):
    p = x.clone()
    torch.ops.aten._fused_sgd_([p], [x], [], weight_decay=0.0, momentum=0.0, lr=0.1,
        dampening=0.0, nesterov=False, maximize=False, is_first_step=True)
    return p

def functional(x):
    from torch.optim import _functional
    p = x.clone()
    _functional.sgd([p], [x], [None], weight_decay=0.0, momentum=0.0, lr=0.1, dampening=0.0, nesterov=False,
        maximize=False)
    return p

def by_a_name(x):
    p = torch.nn.Parameter(x, requires_grad=False)
    return getattr(torch.optim, "SG" + "D")([p], 0.1)
""",
        """
import torch


def stateless(x):
    layer = torch.nn.Linear.__new__(torch.nn.Linear)
    getattr(torch.nn.Module, "__init__")(layer)
    return torch.nn.utils.stateless.functional_call(layer, {"weight": torch.ones(2, 3)}, (x,))

def method_of_no_object(x):
    import types
    me = types.SimpleNamespace(weight=torch.ones(2, 3), bias=None)
    return torch.nn.Linear.forward(me, x)

def in_c(x):
    return torch._C._nn.linear(x, torch.ones(2, 3))

def recurrent_operator(x):
    return torch.ops.aten.gru_cell(x, x, torch.ones(9, 3), torch.ones(9, 3))
""",
    ),
    "jax": (
        """
import jax


def example_library(x):
    from jax.example_libraries import optimizers
    start, step, get = optimizers.sgd(0.1)
    return get(step(0, x, start(x)))
""",
        """
import jax


def example_library(x):
    from jax.example_libraries import stax
    return stax.Dense(2)[1]((jax.numpy.ones((3, 2)), jax.numpy.ones(2)), x)
""",
    ),
    "tensorflow": (
        """
import tensorflow as tf


def raw(x):
    v = tf.Variable(x)
    tf.raw_ops.ResourceApplyGradientDescent(var=v.handle, alpha=0.1, delta=x)
    return v

def generated(x):
    from tensorflow.python.ops import gen_training_ops
    v = tf.Variable(x)
    gen_training_ops.resource_apply_gradient_descent(v.handle, 0.1, x)
    return v

def old_optimizer(x):
    return tf.compat.v1.train.GradientDescentOptimizer(0.1).apply_gradients([(x, tf.Variable(x))])

def by_tf_keras(x):
    return tf.keras.optimizers.deserialize({"class_name": "SGD", "config": {}})
""",
        """
import tensorflow as tf


def raw_cell(x):
    return tf.raw_ops.GRUBlockCell(x=x, h_prev=x, w_ru=tf.ones((6, 6)), w_c=tf.ones((6, 3)), b_ru=tf.ones(6),
                                   b_c=tf.ones(3)).h

def by_tf_keras(x):
    return tf.keras.layers.deserialize({"class_name": "Dense", "config": {"units": 2}})(x)
""",
    ),
}
ATTENTION = """
import keras
from keras import ops


def loss(z):
    return ops.categorical_crossentropy(ops.ones_like(z), z, from_logits=True)

def heads(z):
    return keras.layers.MultiHeadAttention(1, 3)(z[None], z[None])
"""
ATTENTION += IN_ATTENTION
ATTENTION_OF = {
    "torch": """
import torch


def values(z):
    return torch.eye(3).expand(2, 3, 3)

def in_c(z):
    return torch._C._nn.scaled_dot_product_attention(
        torch.zeros(2, 1, 1), torch.zeros(2, 3, 1), values(z), attn_mask=z[:, None, :])

def with_its_logarithm(z):
    return torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(
        z[None, None], torch.eye(3)[None, None], torch.eye(3)[None, None])

def flexible(z):
    from torch.nn.attention.flex_attention import flex_attention
    return flex_attention(z[None, None], torch.eye(3)[None, None], torch.eye(3)[None, None])
""",
    "jax": """
import jax


def of_jax(z):
    keys = jax.numpy.eye(3)[None, :, None]
    return jax.nn.dot_product_attention(z[None, :, None], keys, keys)
""",
    "tensorflow": """
import tensorflow as tf


def loss_and_its_slope(z):
    return tf.raw_ops.SoftmaxCrossEntropyWithLogits(features=z, labels=tf.ones_like(z))

def loss_of_tensorflow(z):
    return tf.nn.softmax_cross_entropy_with_logits(tf.ones_like(z), z)

def sampled(z):
    return tf.nn.sampled_softmax_loss(tf.ones((5, 3)), tf.ones(5), tf.zeros((2, 1), "int64"), z, 2, 5)
""",
}
HONEST = """
import keras
from keras import ops


def variable(x):
    v = keras.Variable(x)
    v.assign(v - 0.1 * ops.tanh(x))
    return v

def operations(x):
    z = ops.batch_normalization(ops.relu(x), ops.zeros(3), ops.ones(3), -1)
    return z + keras.random.normal(x.shape, seed=keras.random.SeedGenerator(1))
"""


def refused(make, source, *forbidden):
    asked = make(source, *forbidden)
    for name in names_of(source):
        if name == "values":
            continue
        asked.forbidden_calls.clear()
        with pytest.raises(CandidateError) as caught:
            getattr(asked.candidate, name)(X)
        assert caught.value.kind == "ForbiddenShortcut", f"{name}: {caught.value}"
        assert asked.forbidden_calls, name


def test_an_optimizer_is_ready_made_whoever_makes_it(session):  # noqa: F811
    refused(session, OPTIMIZERS, "@optimizers")
    refused(session, OF_THE_BACKEND[keras.config.backend()][0], "@optimizers")


def test_a_layer_is_ready_made_whoever_makes_it(session):  # noqa: F811
    refused(session, LAYERS, "@layers")
    refused(session, OF_THE_BACKEND[keras.config.backend()][1], "@layers")


def test_attention_and_losses_contain_a_softmax(session):  # noqa: F811
    answers = "*.softmax", "*.log_softmax", "*.logsumexp"
    refused(session, ATTENTION, *answers)
    refused(session, ATTENTION_OF[keras.config.backend()], *answers)


def test_variables_and_operations_are_no_layers(session):  # noqa: F811
    asked = session(HONEST, "@layers", "@optimizers")
    for name in names_of(HONEST):
        getattr(asked.candidate, name)(X)
    assert not asked.forbidden_calls
