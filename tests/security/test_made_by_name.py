"""What a library makes for a file from a name, or computes with objects that the file pretends to have, is refused."""

import keras
import numpy as np

from tests.course.grading.conftest import workers  # noqa: F401
from tests.security import answers
from tests.security.test_forbidden_routes import session  # noqa: F401

Z = np.array([[1, 2, 3.5], [0, -1, 2]], "float32")
BEGIN = """
def model(**options):
    made = keras.Sequential([keras.Input((3,)), keras.layers.Identity()])
    made.compile(**options)
    return made

def evaluated(z, **options):
    return model(**options).evaluate(n(z), n(z) * 0 + 1, verbose=0)

def measured(z, metric):
    made = of("keras.src.trainers.compile_utils", "CompileMetrics")([metric], None)
    made.update_state(z, z * 0 + 1)
    return list(made.result().values())

def quantized(z, layer):
    layer.build((None, 2))
    layer.quantize("int8")
    return layer.kernel

def constrained(z, rule):
    layer = keras.layers.Dense(3, kernel_constraint=rule)
    layer.build((None, 2))
    keras.optimizers.SGD(0.0).apply([z * 0], [layer.kernel])
    return layer.kernel
"""
METRIC = "of('keras.src.saving.serialization_lib', 'deserialize_keras_object')({'module': 'keras.metrics', "
METRIC += "'class_name': 'FBetaScore', 'config': {'beta': 2.0}})"
LOSS = "of('keras.src.trainers.compile_utils', 'CompileLoss')('mse')(z, z + 1)"
LIBRARIES = [  # an exercise, or names; a declared name that counts; an expression
    ("u06/ex14", "keras.quantizers.*", "quantized(z, keras.layers.Dense(3))"),
    ("u06/ex14", "keras.quantizers.*", "quantized(z, keras.layers.EinsumDense('ab,bc->ac', 3))"),
    ("u01/ex05", "keras.metrics.*", "evaluated(z, loss='mse', metrics=['Precision', 'AUC'])[0]"),
    ("u01/ex05", "keras.metrics.*", f"evaluated(z, loss='mse', metrics=[{METRIC}])[0]"),
    ("u06/ex08", "keras.losses.*", "evaluated(z, loss='kl_divergence')"),
    ("u06/ex08", "keras.losses.*", "measured(z, 'kl_divergence')"),
    ("u06/ex09", "keras.losses.*", LOSS),
    ("u04/ex09", "keras.constraints.*", "constrained(z, 'unit_norm')"),
    ("u04/ex09", "*.clip_by_norm", "keras.optimizers.SGD(1.0, clipnorm=1.0).apply([z], [keras.Variable(n(z))])"),
    ("u05/ex05", "*.max_pool", "-of('scipy.ndimage', 'minimum_filter')(-n(z), 2)"),
    ("u05/ex05", "*.max_pool", "-of('scipy.ndimage', 'grey_erosion')(-n(z), 2)"),
    ("u05/ex05", "*.max_pool", "of('scipy.ndimage', 'vectorized_filter')(n(z), np.max, size=2)"),
    ("u04/ex03", "keras.activations.*", "of('keras.src.activations.activations', 'ReLU').static_call(z, 0.1, 6, 0)"),
    ("u04/ex03", "*.softplus", "(n(z) - of('scipy.stats', 'logistic').logpdf(n(z))) / 2"),
]  # fmt: skip
FUNCTIONAL = """
from types import SimpleNamespace


def functional(z, step="SGD", **options):
    importlib.import_module("torch.jit._state")._enabled.enabled = False  # these classes are compiled otherwise
    import torch
    place = torch.zeros(2, 3)
    made = of(f"torch.distributed.optim.functional_{step.lower()}", "_Functional" + step)([place], lr=0.1, **options)
    made.step([torch.ones(2, 3)])
    return n(place)

def nesterov(z):
    import torch
    place, speed = SimpleNamespace(value=torch.zeros(2, 3)), SimpleNamespace(value=torch.zeros(2, 3))
    own = SimpleNamespace(momentum=0.9, nesterov=True, momenta=[speed], momentums=[speed])
    own._get_variable_index = lambda variable: 0
    update = of("keras.src.backend.torch.optimizers.torch_sgd", "SGD")._parallel_update_step
    update(own, [z], [place], torch.tensor(0.1))
    return n(place.value)
"""
GRAPH = """
def changed_graph(z, before="Exp", after="Softmax"):
    import tensorflow as tf
    from tensorflow.core.framework import graph_pb2
    from tensorflow.python.data.ops.dataset_ops import _VariantDataset
    data, graph = tf.data.Dataset.from_tensors(z).map(lambda x: tf.exp(x)), graph_pb2.GraphDef()
    graph.ParseFromString(tf.raw_ops.DatasetToGraphV2(input_dataset=data._variant_tensor).numpy())
    for function in graph.library.function:
        names = [node.name for node in function.node_def if node.op == before]
        for node in function.node_def:
            node.op = after if node.op == before else node.op
            node.input[:] = [":softmax:".join(i.split(":y:")) if i.split(":")[0] in names else i for i in node.input]
    made = tf.raw_ops.DatasetFromGraph(graph_def=graph.SerializeToString())
    return next(iter(_VariantDataset(made, data.element_spec)))
"""
MORE = {
    "torch": FUNCTIONAL,
    "jax": "",
    "tensorflow": GRAPH,
}
OF = {
    "torch": [
        ("u04/ex03", "*.leaky_relu", "of('torch', '_prelu_kernel')(z, z * 0 + 0.1)"),
        ("u04/ex03", "*.swish", "of('torch.nn.functional', 'glu')(of('torch', 'cat')([z, z], -1))"),
        ("u03/ex04", "@optimizers", "functional(z, momentum=0.9)"),
        ("u03/ex05", "@optimizers", "functional(z, 'Adam')"),
        ("u03/ex04", "@optimizers", "nesterov(z)"),
        ("u06/ex14", "keras.quantizers.*", "of('torch', '_choose_qparams_per_tensor')(z, False)"),
        ("u06/ex14", "keras.quantizers.*", "of('torch', '_make_per_tensor_quantized_tensor')("
         "of('torch', 'round')(z).char(), 0.1, 0).dequantize()"),
        ("u06/ex14", "keras.quantizers.*", "of('torch', 'ops').aten.fake_quantize_per_tensor_affine_cachemask("
         "z, 0.1, 0, -128, 127)[0]"),
    ],
    "jax": [],
    "tensorflow": [
        ("u02/ex01", "*.softmax", "changed_graph(z)"),
        ("u01/ex08", "*.vq", "of('tensorflow', 'raw_ops').NearestNeighbors(points=z, centers=z, k=1)[0]"),
        ("u01/ex08", "*.kmeans2", "of('tensorflow', 'raw_ops').KmeansPlusPlusInitialization(points=z, "
         "num_to_sample=2, seed=1, num_retries_per_sample=0)"),
        ("u05/ex05", "*.max_pool", "-of('tensorflow', 'nn').erosion2d(-z[None, :, :, None], ops.zeros((2, 2, 1)), "
         "[1] * 4, 'VALID', 'NHWC', [1] * 4)"),
        ("u06/ex14", "keras.quantizers.*", "of('tensorflow', 'raw_ops').UniformQuantize(input=z, scales=0.1, "
         "zero_points=0, Tout=of('tensorflow', 'qint8'), quantization_min_val=-128, quantization_max_val=127)"),
        ("u06/ex14", "keras.quantizers.*", "of('tensorflow', 'raw_ops').FakeQuantWithMinMaxArgs(inputs=z)"),
    ],
}  # fmt: skip
HONEST = """
import keras
import numpy as np


def layers(z):
    layer = keras.layers.Dense(3, kernel_initializer="ones")
    return layer(z)

def norms(z):
    optimizer = keras.optimizers.SGD(1.0)
    place = keras.Variable(np.zeros((2, 3), "float32"))
    optimizer.apply([z], [place])
    return -place.value
"""


def rows():
    return [*LIBRARIES, *OF[keras.config.backend()]]


def source():
    begin = answers.BEGIN + BEGIN + MORE[keras.config.backend()]
    return answers.text_of(begin, [expression for _, _, expression in rows()])


def test_what_a_library_makes_from_a_name_is_refused(session):  # noqa: F811
    for i, (exercise, declared, expression) in enumerate(rows()):
        asked = session(source(), *answers.forbidden_in(exercise))
        answers.assert_refused(asked, i, Z, expression, declared)


def test_these_ways_work_if_nothing_is_forbidden(session):  # noqa: F811
    answers.assert_all_work(session(source()), Z, [expression for _, _, expression in rows()])


def test_layers_and_optimizers_work_where_their_parts_are_forbidden(session):  # noqa: F811
    for exercise in ("u06/ex14", "u04/ex09", "u01/ex05", "u06/ex02"):
        asked = session(HONEST, *answers.forbidden_in(exercise))
        np.testing.assert_allclose(asked.candidate.layers(Z), np.tile(Z.sum(1, keepdims=True), 3), rtol=1e-6)
        np.testing.assert_allclose(asked.candidate.norms(Z), Z, rtol=1e-6)
        assert not asked.forbidden_calls, exercise
