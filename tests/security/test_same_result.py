"""Functions of other names that give a forbidden result, or its essential step, are refused.

The names are those of `course/catalog/other_names.py`. All rows of one list of forbidden names share a process.
"""

import keras
import numpy as np
import pytest

from course.grading.errors import CandidateError
from tests.course.grading.conftest import workers  # noqa: F401
from tests.security import answers
from tests.security.test_forbidden_routes import session  # noqa: F401

Z = np.array([[1, 2, 3.5], [0, -1, 2]], "float32")
IMPORT = {"torch": "import torch", "jax": "import jax", "tensorflow": "import tensorflow as tf"}
BEGIN = """
import importlib
import types

import keras
import numpy as np
from keras import ops


def of(module, *parts):
    return getattr(importlib.import_module(module), "".join(parts))

def s(z):
    z = np.asarray(ops.convert_to_numpy(z), "float64")[:, :2]
    return z @ z.T + np.eye(2)

def t(z):
    return ops.convert_to_tensor(s(z).astype("float32"))

def changed(module, z, before="Exp", after="Softmax"):
    from tensorflow.core.framework import function_pb2
    made = tf.function(lambda z: tf.exp(z)).get_concrete_function(z)
    text = function_pb2.FunctionDef()
    text.CopyFrom(made.function_def)
    text.signature.name = "mine"
    for node in text.node_def:
        node.op = after if node.op == before else node.op
    return made, text

def lowered(rule, z):
    from jax.extend.core import Primitive
    from jax.interpreters import mlir
    mine = Primitive("mine")
    mine.def_abstract_eval(lambda x: x)
    mlir.register_lowering(mine, rule)
    return jax.jit(mine.bind)(z)
"""
ALGEBRA = "*.svd", "*.eigh", "*.eig", "*.qr", "*.sqrtm", "*.polar", "*.solve", "*.inv", "*.lstsq", "*.pinv"
STATISTICS = (
    *(
        "*.one_hot",
        "*.batch_norm",
        "*.mannwhitneyu",
        "*.trim_mean",
        "*.logpdf",
        "*.approx_fprime",
        "*.convolve",
    ),
    *("*.quantile", "*.cross_entropy", "*.Polynomial", "*.max_pool", "*.conv", "*.dropout", "@optimizers"),
    *("scipy.linalg.toeplitz", "*.softmax", "*.line_search"),
)
MODULES = "@layers", "@autodiff", "keras.losses.*", "keras.initializers.*", "*.distributions"
ROWS = {  # forbidden names → pairs of the name that counts and an expression
    ALGEBRA: [
        ("*.svd", "of('numpy.linalg._umath_linalg', 'svd_f')(s(z))"),
        ("*.eigh", "np.linalg.eigvalsh(s(z))"),
        ("*.eig", "of('scipy.linalg', 'schur')(s(z))"),
        ("*.eigh", "of('scipy.linalg.lapack', 'dsyevd')(s(z))"),
        ("*.qr", "of('scipy.linalg', 'rq')(s(z))"),
        ("*.sqrtm", "of('scipy.linalg', 'fractional_matrix_power')(s(z), -0.5)"),
        ("*.polar", "of('scipy.spatial.transform', 'Rotation').from_matrix(np.eye(3) + 0.1)"),
        ("*.solve", "np.linalg.tensorsolve(s(z), np.ones(2))"),
        ("*.inv", "np.linalg.matrix_power(s(z), -1)"),
        ("*.lstsq", "of('scipy.optimize', 'curve_fit')(lambda x, a: a * x, np.arange(3.0), np.arange(3.0))"),
        ("*.eigh", "of('keras.src.ops.linalg', 'Ei', 'gh')()(t(z))"),
        ("*.svd", "object.__new__(of('keras.src.ops.linalg', 'S', 'VD')).call(t(z))"),
        ("*.eigh", "keras.tree.map_structure(np.linalg.eigh, [s(z)])"),
        ("*.eigh", "keras.Sequential([keras.layers.Lambda(ops.eigh)])(t(z))"),
    ],
    STATISTICS: [
        ("*.one_hot", "of('sklearn.preprocessing', 'Label', 'Binarizer')().fit_transform([0, 1, 2])"),
        ("*.batch_norm", "of('sklearn.preprocessing', 'scale')(s(z))"),
        ("*.mannwhitneyu", "of('sklearn.metrics', 'roc_auc_score')([0, 1, 1], [0.1, 0.2, 0.3])"),
        ("*.trim_mean", "of('scipy.stats', 'trimboth')(np.arange(8.0), 0.25)"),
        ("*.logpdf", "of('scipy.stats', 'multivariate_normal').pdf(np.zeros(2), np.zeros(2))"),
        ("*.approx_fprime", "of('scipy.optimize', 'minimize')(lambda x: (x * x).sum(), np.ones(2)).jac"),
        ("*.convolve", "of('numpy._core.multiarray', 'correlate2')(np.ones(3), np.ones(2), 2)"),
        ("*.cross_entropy", "of('scipy.stats', 'entropy')([0, 1.0], [0.2, 0.8])"),
        ("*.Polynomial", "np.polynomial.Chebyshev([1.0])"),
        ("*.max_pool", "of('scipy.ndimage', 'maximum_filter')(s(z), 2)"),
        ("scipy.linalg.toeplitz", "of('scipy.linalg', 'hankel')([1, 2])"),
        ("@optimizers", "of('sklearn.neural_network._stochastic_optimizers', 'AdamOptimizer')([s(z)], 0.1)"),
        ("*.line_search", "of('sklearn.utils.optimize', '_line_search_wolfe12')(*range(9))"),
        ("*.quantile", "of('keras.src.ops.numpy', 'Quan', 'tile')()(z, 0.5)"),
    ],
    MODULES: [
        ("@autodiff", "of('sympy', 'diff')(of('sympy', 'Symbol')('x') ** 2)"),
        ("@autodiff", "(of('sympy', 'Symbol')('x') ** 2).diff()"),
        ("*.distributions", "of('scipy.stats', 'norm').logpdf(0.5)"),
        ("@autodiff", "of('mpmath', 'diff')(lambda x: x * x, 1)"),
    ],
}
OF = {
    "torch": {
        ALGEBRA: [
            ("*.inv", "torch.linalg.inv_ex(t(z))"),
            ("*.pinv", "torch.pinverse(z)"),
            ("*.svd", "torch.ops.aten._linalg_svd(z)"),
            ("*.svd", "torch._C._linalg.linalg_svd(z)"),
        ],
        STATISTICS: [
            ("*.dropout", "torch.native_dropout(z, 0.5, True)"),
            ("*.conv", "torch.ops.aten._convolution_mode(z[:, None], z[:1, None], None, [1], 'valid', [1], 1)"),
            ("*.batch_norm", "torch.native_group_norm(z.T.contiguous()[None], None, None, 1, 3, 2, 3, 1e-5)"),
            ("*.logpdf", "torch.distributions.MultivariateNormal(z[0], torch.eye(3)).log_prob(z[1])"),
            ("*.cross_entropy", "torch.nn.functional.kl_div(z, z)"),
        ],
        MODULES: [
            ("@layers", "called_back(lambda: torch._VF.gru_cell(z, z, torch.ones(9, 3), torch.ones(9, 3)))"),
            ("@layers", "called_back(lambda: torch._C._nn.linear(z, torch.ones(2, 3)))"),
            ("*.distributions", "of('torch.distributions.normal', 'Normal')(0.0, 1.0)"),
            ("@autodiff", "torch.ops.aten.tanh_backward(z, z)"),
        ],
    },
    "jax": {
        ALGEBRA: [
            ("*.eig", "jax.lax.linalg.schur(t(z))"),
            ("*.qr", "of('jax._src.lax.linalg', 'geqrf')(z)"),
            ("*.solve", "of('jax.scipy.sparse.linalg', 'cg')(lambda x: x, z[0])"),
            (None, "jax.ffi.ffi_call('lapack_sgeqrf_ffi', jax.ShapeDtypeStruct((2, 3), 'float32'))"),
        ],
        STATISTICS: [
            ("*.batch_norm", "jax.nn.standardize(z, axis=0)"),
            ("*.softmax", "of('jax.experimental.pallas.ops.tpu.flash_attention', 'mha_reference')(z, z, z, None)"),
            (None, "jax._src.xla_bridge.get_backend().compile_and_load('module {}', None, None)"),
            (None, "jax._src.lib.mlir.ir.Module.parse('module {}')"),
            (None, "lowered(lambda c, x: [jax._src.lib.mlir.dialects.hlo.exponential(x)], z)"),
        ],
        MODULES: [
            ("@autodiff", "of('jax._src.lax.linalg', '_cholesky_jvp_rule')((t(z),), (t(z),))"),
            ("@autodiff", "jax.nn.relu.jvp((z,), (z,))"),
        ],
    },
    "tensorflow": {
        ALGEBRA: [
            ("*.lstsq", "tf.raw_ops.MatrixSolveLs(matrix=z, rhs=z, l2_regularizer=0.0)"),
            ("*.svd", "graph(lambda g: g.create_op('Sv' + 'd', [z], [tf.float32] * 3))"),
        ],
        STATISTICS: [
            ("*.conv", "tf.raw_ops.Conv2D(input=ops.ones((1, 2, 2, 1)), filter=ops.ones((1, 1, 1, 1)), "
             "strides=[1] * 4, padding='VALID')"),
            ("*.max_pool", "tf.nn.dilation2d(ops.ones((1, 2, 2, 1)), tf.zeros((2, 2, 1)), [1] * 4, 'VALID', "
             "'NHWC', [1] * 4)"),
            ("*.dropout", "tf.nn.experimental.stateless_dropout(z, 0.5, [1, 2])"),
            ("@optimizers", "of('tensorflow.python.keras.optimizer_v2.adam', 'Adam')(0.1)"),
            (None, "tf.function(lambda z: tf.compat.v1.get_default_graph().create_op('Soft' + 'max', [z], "
             "[tf.float32]).outputs[0])(z)"),
            (None, "of('tensorflow.python.eager.context', 'context')().add_function_def(changed(tf, z)[1])"),
            (None, "of('tensorflow.python.eager.polymorphic_function.atomic_function', 'from_function_def')("
             "changed(tf, z)[1], None)"),
        ],
        MODULES: [
            ("@layers", "of('tensorflow.python.keras.layers', 'Dense')(2)(z)"),
            ("@layers", "of('tensorflow.python.keras.layers', 'deserialize')({'class_name': 'Dense', "
             "'config': {'units': 2}})(z)"),
            ("keras.losses.*", "of('tensorflow.python.keras.losses', 'mean_squared_error')(z, z)"),
            ("keras.initializers.*", "tf.compat.v1.glorot_uniform_initializer()((2, 3))"),
            ("@autodiff", "tf.raw_ops.TanhGrad(y=z, dy=z)"),
        ],
    },
}  # fmt: skip
CALLED_BACK = """
def called_back(function):
    class Number:  # torch leaves its function mode while it reads a number
        def __float__(self):
            self.found = function()
            return 1.0
    number = Number()
    torch.tensor([number], dtype=torch.float32)
    return number.found
"""
GRAPH = """
def graph(make):
    with tf.Graph().as_default() as made:
        return make(made)
"""
HONEST = {  # libraries call these functions for purposes of their own
    "torch": "torch.compile(lambda z: torch.exp(z))(z) + torch.linalg.cond(t(z)) * 0",
    "jax": "jax.jit(jax.numpy.exp)(z) + ops.sum(jax.nn.gelu(z)) * 0",
    "tensorflow": "tf.function(lambda z: tf.exp(z))(z) + tf.reduce_sum(keras.ops.normalize(z)) * 0",
}


def source(lines):
    begin = f"{IMPORT[keras.config.backend()]}\n{BEGIN}"
    begin += {"torch": CALLED_BACK, "tensorflow": GRAPH}.get(keras.config.backend(), "")
    return answers.text_of(begin, lines)


@pytest.mark.parametrize("names", ROWS, ids=["algebra", "statistics", "modules"])
def test_another_function_with_the_same_result_is_refused(session, names):  # noqa: F811
    rows = ROWS[names] + OF[keras.config.backend()][names]
    asked = session(source([expression for _, expression in rows]), *names)
    for i, (declared, expression) in enumerate(rows):
        answers.assert_refused(asked, i, Z, expression, declared or names[0])


@pytest.mark.skipif(keras.config.backend() == "torch", reason="torch is there before the file")
@pytest.mark.parametrize("declared", ["*.softmax", "@autodiff"])
def test_a_file_may_import_torch_on_another_backend(session, declared):  # noqa: F811
    pytest.importorskip("torch")
    asked = session(
        "import torch\n\n\ndef answer(z):\n    return (torch.ones(2) * 2).tolist()\n\n\n"
        "def shortcut(z):\n    x = torch.ones(2, requires_grad=True)\n"
        "    y = torch._C._VariableFunctions.softmax(x, -1)\n"
        "    return torch._C._ImperativeEngine().run_backward((y,), (x,), False, False, (x,), True, False)\n",
        declared,
    )
    np.testing.assert_array_equal(asked.candidate.answer(Z), [2, 2])
    assert not asked.forbidden_calls
    with pytest.raises(CandidateError):
        pytest.fail(f"{asked.candidate.shortcut(Z)}")


def test_libraries_may_use_all_of_them(session):  # noqa: F811
    asked = session(source([HONEST[keras.config.backend()]]), *ALGEBRA, "@autodiff")
    np.testing.assert_allclose(asked.candidate.answer0(Z), np.exp(Z), rtol=1e-5)
    assert not asked.forbidden_calls
