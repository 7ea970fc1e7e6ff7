"""A library function in place of the answer is flagged, and the parts that use it earn nothing."""

import keras
import pytest

from course import catalog
from course.grading.runner import check
from tests.course.grading.conftest import workers  # noqa: F401

BACKWARD = {
    "torch": "x = z.clone().requires_grad_(True)\n    cross_entropy(y, x).backward()\n    return x.grad",
    "jax": "import jax\n    return jax.grad(lambda z: cross_entropy(y, z))(z)",
    "tensorflow": "import tensorflow as tf\n    with tf.GradientTape() as t:\n        t.watch(z)\n"
    "        cost = cross_entropy(y, z)\n    return t.gradient(cost, z)",
}
SOFTMAX_PARTS = {
    "log_sum_exp and softmax agree with the definition",
    "works for one sample and for more axes",
    "is right for large logits",
    "each sample has its own maximum",
    "the largest logit may belong to a class that is not allowed",
}
OPERATORS = [  # the functions in torch's C tables that implement torch.softmax
    (
        "u02/ex01_softmax",
        "import torch\ndef softmax(z, allowed):\n"
        f'    return torch.{call}(ops.where(allowed, z, -float("inf")), -1, {last})',
        "softmax",
        SOFTMAX_PARTS,
    )
    for call, last in (
        ("ops.aten.softmax", "None"),
        ("ops.aten.softmax.int", "None"),
        ("ops.aten._softmax", "False"),
        ("_C._VariableFunctions.softmax", "None"),
        ("_C.TensorBase.softmax", "None"),
        ("_VF._softmax", "False"),
        ("_C._special.special_softmax", "None"),
    )
]
OPERATORS.append(  # a context manager that switches off torch's function mode
    (
        "u02/ex01_softmax",
        "import torch\ndef softmax(z, allowed):\n    with torch._C.DisableTorchFunction():\n"
        '        return torch._C.TensorBase.softmax(ops.where(allowed, z, -float("inf")), -1, None)',
        "softmax",
        SOFTMAX_PARTS,
    )
)
SHORTCUTS = [
    *(OPERATORS if keras.config.backend() == "torch" else ()),
    (
        "u02/ex01_softmax",
        "import keras\ndef softmax(z, allowed):\n"
        '    return keras.layers.Activation("softmax")(ops.where(allowed, z, -float("inf")))',
        "keras.layers.Activation",
        SOFTMAX_PARTS,
    ),
    (
        "u02/ex03_cross_entropy",
        "def slope(y, z):\n    " + BACKWARD[keras.config.backend()],
        "automatic differentiation",
        {
            "the derivative with respect to the logits",
            "the gradient with respect to the weights",
            "the gradient with respect to the biases",
        },
    ),
    (
        "u02/ex03_cross_entropy",
        "import course\ndef slope(y, z):\n    v = keras.Variable(z)\n"
        "    return course.value_and_grad(lambda: cross_entropy(y, v), [v])[1][0]",
        "course.value_and_grad",
        {
            "the derivative with respect to the logits",
            "the gradient with respect to the weights",
            "the gradient with respect to the biases",
        },
    ),
    (
        "u02/ex08_principal_angles",
        "def principal_angles(A, B):\n    from scipy.linalg import subspace_angles\n"
        "    return subspace_angles(A, B)[::-1]",
        "scipy.linalg.subspace_angles",
        {"angles between any two bases", "the same space in another basis"},
    ),
    (
        "u03/ex05_adam",
        "def adam(theta, gradients, learning_rate, beta_1, beta_2, epsilon, weight_decay):\n"
        "    optimizer = keras.optimizers.AdamW(learning_rate)\n    v = keras.Variable(theta)\n"
        "    for g in gradients:\n        optimizer.apply([g], [v])\n    return v",
        "keras.optimizers.AdamW",
        {
            "the first step has length α",
            "Adam over several steps",
            "where ε stands",
            "weight decay, decoupled",
        },
    ),
    (
        "u04/ex03_activations",
        "import numpy as np\ndef softplus(z):\n    return np.logaddexp(0, z)",
        "numpy.logaddexp",
        {"softplus and swish", "large arguments", "near zero, and small values"},
    ),
    (
        "u04/ex07_batch_norm",
        "def forward_inference(z, gamma, beta, moving_mean, moving_variance, epsilon):\n"
        "    return ops.batch_normalization(z, moving_mean, moving_variance, -1, beta, gamma, epsilon)",
        "ops.batch_normalization",
        {"inference"},
    ),
]


@pytest.mark.parametrize(
    ("name", "shortcut", "flag", "unpaid"), SHORTCUTS, ids=[s[0][:8] + s[2] for s in SHORTCUTS]
)
def test_a_shortcut_is_flagged_and_earns_nothing(name, shortcut, flag, unpaid, workers, tmp_path):  # noqa: F811
    exercise = next(e for e in catalog.load().exercises if e.name == name)
    file = tmp_path / "answer.py"
    solution = exercise.solution.read_text(encoding="utf-8")
    file.write_text(f"{solution}\n\nimport keras\n{shortcut}\n", encoding="utf-8")
    report = check(exercise, file, workers, trusted=True)
    assert {part.name for part in report.parts if part.earned == 0} == unpaid
    failed = [part for part in report.parts if part.earned == 0]
    assert all("is a forbidden shortcut here" in part.message for part in failed)
    assert any(flag in text for text in report.flags), report.flags
