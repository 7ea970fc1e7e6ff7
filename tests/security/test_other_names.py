"""What libraries call by another name is forbidden with it, and so are other kernels of torch for the same operator.

The names are those of `SAME` in `course/catalog/whole_answers.py`. torch has kernels for tensor expressions, for
quantized tensors and for `torch.vmap`.
"""

import keras
import numpy as np
import pytest

from course.grading.errors import CandidateError
from tests.course.grading.conftest import workers  # noqa: F401
from tests.security.test_forbidden_routes import session  # noqa: F401

Z = np.array([[1, 2, 3.5], [0, -1, 2]], "float32")
IMAGES = "ops.reshape(z, (1, 2, 3, 1))"
EVERYWHERE = [  # declared name, expression with it
    (
        "*.softmax",
        "importlib.import_module('sklearn.neural_network._base').ACTIVATIONS['softmax'](np.array(z))",
    ),
    ("*.softmax", "importlib.import_module('sklearn._loss').HalfMultinomialLoss(3)"),
    ("*.softplus", "keras.ops.binary_crossentropy(ops.zeros_like(z), z, from_logits=True)"),
    ("*.quantile", "np.nanquantile(np.array(z), 0.3)"),
    (
        "*.interp",
        "importlib.import_module('scipy.interpolate').make_interp_spline([0.0, 1.0], [1.0, 2.0], k=1)",
    ),
    ("*.lstsq", "importlib.import_module('scipy.optimize').nnls(np.array(z), np.ones(2))[0]"),
    ("*.svd", "importlib.import_module('scipy.linalg.lapack').dgesdd(np.array(z, 'float64'))[1]"),
    ("*.max_pool", f"keras.ops.adaptive_max_pool({IMAGES}, (1, 1), data_format='channels_last')"),
    ("*.extract_patches", "keras.ops.image.extract_patches_3d(ops.reshape(z, (1, 1, 2, 3, 1)), (1, 1, 1))"),
]
OF = {
    "torch": [
        ("*.softmax", "torch.distributions.SoftmaxTransform()(z)"),
        ("*.softmax", "fused('softmax', z, [-1, None])"),
        ("*.softmax", "torch._C._te.lower('aten::softmax', [], [], torch.float32)"),
        ("*.softmax", "importlib.import_module('torch._inductor.inductor_prims').eager_prepare_softmax(z, 1)"),
        ("*.layer_norm", "unseen(lambda z: QUANTIZED.layer_norm(z, [3], None, None, 1e-5, 1e-6, 0), fine(z))"),
        ("*.batch_norm", "unseen(lambda z: QUANTIZED.batch_norm2d(z, ONE, ONE, ONE, ONE, 0.1, 1e-6, 0), fine(z))"),
        ("*.elu", "unseen(lambda z: QUANTIZED.elu(z, 1e-6, 0), fine(z))"),
        ("*.rms_norm", "DECOMPOSED._fused_rms_norm(z, (3,), None, 1e-5)"),
        ("*.rms_norm", "unseen(torch.vmap(lambda z: torch.rms_norm(z, (3,))), z)"),
        ("*.log_sigmoid", "DECOMPOSED.log_sigmoid_forward(z)"),
        ("*.batch_norm", "DECOMPOSED._batch_norm_with_update(z, None, None, ONE, ONE, 0.1, 1e-5)"),
        ("*.space_to_depth", "torch.nn.functional.pixel_unshuffle(z[None, :, :2], 2)"),
        ("*.extract_patches", "torch.nn.functional.unfold(z[None, None], 2)"),
        ("*.max_pool", "torch.nn.functional.adaptive_max_pool2d(z[None], 1)"),
    ],
    "jax": [
        ("*.softmax", "importlib.import_module('jax.export').deserialize(bytearray(b'a program'))"),
        ("*.svd", "jax.lax.linalg.svd_p.bind(z, full_matrices=False, compute_uv=True, subset_by_index=None, "
         "algorithm=None)[1]"),
        ("*.reduce_window", "jax.jit(importlib.import_module('jax._src.lax.windowed_reductions')"
         ".reduce_window_max_p.bind, static_argnames=('window_dimensions', 'window_strides', 'padding', "
         "'base_dilation', 'window_dilation'))(z, window_dimensions=(1, 2), window_strides=(1, 1), "
         "padding=((0, 0), (0, 0)), base_dilation=(1, 1), window_dilation=(1, 1))"),
        ("*.softmax", "jax._src.nn.functions._softmax_deprecated(z, -1, None, -np.inf)"),
        ("*.logsumexp", "jax._src.lax.windowed_reductions._reduce_window_logaddexp("
         "z, (1, 3), (1, 1), ((0, 0), (0, 0)), (1, 1), (1, 1))"),
        ("*.extract_patches", "jax.lax.conv_general_dilated_patches(z[None, None], (2, 2), (1, 1), 'VALID')"),
    ],
    "tensorflow": [
        ("*.softmax", "tf.lite.Interpreter(model_content=b'a graph')"),
        ("*.softmax", "tf.saved_model.load('/tmp/a_graph')"),
        ("*.softmax", "tf.load_op_library('/tmp/operators.so')"),
        ("*.softmax", "tf.raw_ops.PartitionedCall(args=[z], Tout=[tf.float32], f=tf.function(lambda z: z * 2)"
         ".get_concrete_function(z).function_def.signature.name.encode())"),
        ("*.softmax", "tf.raw_ops.SparseMatrixSoftmax(logits=z, type=tf.float32)"),
        ("*.logsumexp", "tf.reduce_logsumexp(z, -1)"),
        ("*.logsumexp", "importlib.import_module("
         "'tensorflow.python.ops.distributions.util').reduce_weighted_logsumexp(z, axis=-1)"),
        ("*.batch_norm", "tf.compat.v1.nn.batch_norm_with_global_normalization("
         f"{IMAGES}, [0.0], [1.0], [0.0], [1.0], 1e-5, False)"),
        ("*.extract_patches", f"tf.raw_ops.ExtractImagePatches(images={IMAGES}, ksizes=[1, 2, 2, 1], "
         "strides=[1, 1, 1, 1], rates=[1, 1, 1, 1], padding='VALID')"),
        ("*.non_max_suppression", "tf.raw_ops.NonMaxSuppressionV4(boxes=tf.ones((2, 4)), scores=tf.ones(2), "
         "max_output_size=1, iou_threshold=0.5, score_threshold=0.0)"),
        ("*.max_pool", f"tf.nn.fractional_max_pool({IMAGES}, [1, 1.5, 1.5, 1])"),
        ("*.multinomial", "tf.raw_ops.StatelessMultinomial(logits=z, num_samples=1, seed=[1, 2])"),
    ],
}  # fmt: skip
BEGIN = {
    "torch": """
import torch
import torch._decomp.decompositions as DECOMPOSED
QUANTIZED = torch.ops.quantized
ONE = torch.ones(2)
def fine(z):
    return torch.quantize_per_tensor(z[None, :, :, None], 1e-6, 0, torch.qint32)
def unseen(f, z):  # torch leaves its function mode while it runs f
    return torch.ops.higher_order.cond(torch.tensor(True), f, lambda z: z, (z,))
def fused(name, z, constants):
    graph = torch._C.Graph()
    x = graph.addInput()
    x.setType(torch._C.TensorType.create_from_tensor(z))
    node = graph.insertNode(graph.create("aten::" + name, [x, *map(graph.insertConstant, constants)], 1))
    (y,) = node.outputs()
    y.setType(torch._C.TensorType.create_from_tensor(z))
    graph.registerOutput(y)
    torch._C._jit_set_te_must_use_llvm_cpu(False)
    torch._C._jit_override_can_fuse_on_cpu(True)
    return torch._C._te.TensorExprKernel(graph).run((z,))
""",
    "jax": "import jax\nimport jax._src.nn.functions\nimport jax._src.lax.windowed_reductions\n",
    "tensorflow": "import tensorflow as tf\n",
}
HONEST = {
    "torch": "return torch.jit.trace(lambda z: z * 2, z)(z) + torch.vmap(lambda z: z * torch.exp(z))(z)",
    "jax": "return jax.vmap(lambda z: z * jax.numpy.exp(z))(z) + 2 * z",
    "tensorflow": "return tf.function(lambda z: z * tf.exp(z))(z) + 2 * z",
}


def source(*lines):
    begin = "import importlib\nimport keras\nimport numpy as np\nfrom keras import ops\n"
    begin += BEGIN[keras.config.backend()]
    return "\n".join([begin, *(f"def answer{i}(z):\n    {line}" for i, line in enumerate(lines))])


def test_another_name_is_no_way_to_a_forbidden_function(session):  # noqa: F811
    for declared, expression in EVERYWHERE + OF[keras.config.backend()]:
        asked = session(source(f"return {expression}"), declared)
        with pytest.raises(CandidateError) as caught:
            asked.candidate.answer0(Z)
        assert caught.value.kind == "ForbiddenShortcut", f"{expression}: {caught.value}"
        assert list(asked.forbidden_calls) == [declared], expression


def test_what_is_no_forbidden_function_stays(session):  # noqa: F811
    asked = session(source(HONEST[keras.config.backend()]), "*.softmax", "*.rms_norm", "*.elu", "@autodiff")
    np.testing.assert_allclose(asked.candidate.answer0(Z), Z * np.exp(Z) + 2 * Z, rtol=1e-6)
    assert not asked.forbidden_calls
