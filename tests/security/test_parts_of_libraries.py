"""Parts of libraries that do most of an exercise are refused: loops of layers, kernels, formulas for derivatives."""

import keras
import numpy as np

from tests.course.grading.conftest import workers  # noqa: F401
from tests.security import answers
from tests.security.test_forbidden_routes import session  # noqa: F401

Z = np.array([[1, 2, 3.5], [0, -1, 2]], "float32")
LOOP = """
def loop(z):
    return of("keras.src.backend", "rnn")(
        lambda x, states: (x, states), z[None], [z[0][None]], mask=ops.ones((1, 2), dtype="bool"))[0]
"""
NORMS = ("*.batch_norm",)
CORRELATIONS = "of('numpy._core.multiarray', 'correlate')(n(z)[0], np.ones(2))"
LIBRARIES = [  # an exercise, or names; a declared name that counts; an expression
    ("u08/ex01", "@layers", "loop(z)"),
    (NORMS, "*.batch_norm", "of('scipy.stats', 'zmap')(n(z), n(z))"),
    ("u05/ex08", "*.convolve", CORRELATIONS),
    ("u05/ex05", "*.max_pool", "of('PIL.Image', 'fromarray')(n(z)).filter(of('PIL.ImageFilter', 'MaxFilter')(3))"),
    ("u00/ex03", "@autodiff", "of('scipy.differentiate', 'derivative')(lambda x: x * x, 1.0).df"),
    ("u00/ex03", "@autodiff", "of('scipy.differentiate', 'jacobian')(lambda x: x * x, np.ones(2)).df"),
    ("u00/ex03", "@autodiff", "of('scipy.optimize', 'approx_fprime')(np.ones(2), lambda x: (x * x).sum())"),
    ("u00/ex03", "@autodiff", "of('scipy.optimize._numdiff', 'approx_derivative')(lambda x: x * x, np.ones(2))"),
    ("u00/ex03", "@autodiff", "of('scipy.optimize', 'minimize')(lambda x: (x * x).sum(), np.ones(2)).jac"),
    ("u02/ex06", "@autodiff", "of('sklearn._loss', 'HalfMultinomialLoss')(3).gradient("
     "y_true=np.array([0.0, 1.0]), raw_prediction=n(z).astype('float64'))"),
    ("u02/ex06", "@autodiff", "of('sklearn._loss', 'HalfBinomialLoss')().gradient("
     "y_true=np.array([0.0, 1.0]), raw_prediction=n(z)[:, 0].astype('float64'))"),
    ("u03/ex08", "*.inv", "np.asmatrix(n(z)[:, :2]) ** -1"),
    ("u03/ex08", "*.solve", "str(of('sympy', 'linsolve')([of('sympy', 'Symbol')('x') - 1], "
     "[of('sympy', 'Symbol')('x')]))"),
    ("u06/ex14", "keras.quantizers.*", "keras.quantizers.AbsMaxQuantizer.__call__(of('types', 'SimpleNamespace')("
     "axis=0, value_range=(-127, 127), epsilon=1e-7, output_dtype='int8'), z)[0]"),
]  # fmt: skip
_DECOMPOSED = "of('torch._decomp.decompositions', 'native_layer_norm_backward')"
_TABLE = "of('torch._decomp', 'decomposition_table')[of('torch', 'ops').aten.tanh_backward.default]"
OF = {
    "torch": [
        ("u04/ex08", "@autodiff", f"{_DECOMPOSED}(z, z, [3], z[:, :1], z[:, :1], None, None, [True, False, False])"),
        ("u04/ex08", "@autodiff", f"{_TABLE}(z, z)"),
        (("*.layer_norm",), "*.layer_norm", "of('torch._refs', '_normalize')(z, [1], 1e-5)[0]"),
        ("u08/ex04", "@layers", "of('torch._decomp.decompositions', 'one_layer_rnn')(z[None], z[0][None], "
         "[z, z, None, None], False, lambda *a, **k: a[1])"),
        ("u03/ex08", "*.solve", "of('torch.distributions', 'MultivariateNormal')(z[0, :2], "
         "precision_matrix=z[:, :2] @ z[:, :2].T).covariance_matrix"),
        ("u09/ex13", "*.distributions", "of('torch.nn.functional', 'gaussian_nll_loss')(z, z, z * 0 + 1)"),
        ("u06/ex14", "keras.quantizers.*", "of('torch', 'fake_quantize_per_tensor_affine')(z, 0.1, 0, -128, 127)"),
        (("*.logsumexp",), "*.logsumexp", "of('torch.nn.functional', 'ctc_loss')(z[:, None, :2], "
         "ops.ones((1, 1), dtype='int32'), [2], [1])"),
    ],
    "jax": [
        ("u08/ex12", "*.scaled_dot_product_attention", "of('jax.experimental.pallas.ops.gpu.decode_attention', "
         "'gqa_reference')(z[None], z[None, :, None], z[None, :, None])"),
        ("u08/ex12", "*.scaled_dot_product_attention", "of('jax._src.nn.functions', '_dot_product_attention_core')("
         "*[z[None, :, None]] * 3, None, None, False, 1.0, None, None, None, False)"),
        ("u05/ex04", "*.conv", "of('jax.scipy.signal', 'correlate2d')(z, z[:, :2], mode='valid')"),
        ("u09/ex13", "*.distributions", "of('jax.scipy.stats.norm', 'logpdf')(z)"),
    ],
    "tensorflow": [
        ("u08/ex12", "*.scaled_dot_product_attention", "of('keras.src.backend.tensorflow.nn', "
         "'_dot_product_attention_xla')(*[z[None, :, None]] * 3, None, None, False, 1.0)"),
        ("u08/ex01", "@layers", "of('tensorflow.python.keras.backend', 'rnn')(lambda x, s: (x, s), z[None], "
         "[z[0][None]])"),
        ("u02/ex06", "@autodiff", "of('tensorflow', 'raw_ops').SoftmaxCrossEntropyWithLogits(features=z, labels=z)[1]"),
        ("u03/ex08", "*.solve", "of('tensorflow', 'linalg').LinearOperatorFullMatrix(z[:, :2]).solvevec(z[:, 2])"),
    ],
}  # fmt: skip


def rows():
    return [*LIBRARIES, *OF[keras.config.backend()]]


def source():
    return answers.text_of(answers.BEGIN + LOOP, [expression for _, _, expression in rows()])


def test_a_part_of_a_library_is_refused(session):  # noqa: F811
    for i, (names, declared, expression) in enumerate(rows()):
        forbidden = names if isinstance(names, tuple) else answers.forbidden_in(names)
        asked = session(source(), *forbidden)
        answers.assert_refused(asked, i, Z, expression, declared)


def test_these_parts_work_if_nothing_is_forbidden(session):  # noqa: F811
    answers.assert_all_work(session(source()), Z, [expression for _, _, expression in rows()])


def test_what_numpy_defines_is_no_part_of_scipy(session):  # noqa: F811
    text = """
import numpy as np
import scipy.interpolate
from keras import ops

def differences(z):
    return np.diff(ops.convert_to_numpy(z))

def sums(z):
    return ops.segment_sum(z, np.array([0, 0]), num_segments=1, sorted=False)
"""
    asked = session(text, "@autodiff")
    np.testing.assert_allclose(asked.candidate.differences(Z), np.diff(Z))
    np.testing.assert_allclose(asked.candidate.sums(Z), Z.sum(0)[None], rtol=1e-6)
    assert not asked.forbidden_calls
