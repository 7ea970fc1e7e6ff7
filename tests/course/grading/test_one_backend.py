"""An answer that uses functions of one backend gets a note that names this backend."""

import io

import pytest
from rich.console import Console

from course import catalog
from course.grading.one_backend import note
from course.grading.report import PASSED, PartResult, Report
from course.grading.screen import print_report

pytestmark = pytest.mark.backend_independent


@pytest.mark.parametrize(
    ("text", "uses", "works"),
    [
        ("import torch\ny = torch.sum(x)", "torch (line 1)", "PyTorch only"),
        ("from torch import nn as n\ny = n.functional.relu(x)", "torch.nn (line 1)", "PyTorch only"),
        ("import jax.numpy as jnp\ny = jnp.sum(x)", "jax.numpy (line 1)", "JAX only"),
        (
            "def f(x):\n    import tensorflow as tf\n    return tf.reduce_sum(x)",
            "(line 2)",
            "TensorFlow only",
        ),
        ("import importlib\nt = importlib.import_module('torch')", "torch (line 2)", "PyTorch only"),
        ("t = __import__('jax')", "jax (line 1)", "JAX only"),
        ("from keras.src.backend.torch import numpy as k", "keras.src.backend.torch", "PyTorch only"),
        ("y = x.unsqueeze(0)", ".unsqueeze (line 1)", "PyTorch only"),
        ("import torch\nimport jax", "torch (line 1) and jax (line 2)", "functions of several backends"),
    ],
)
def test_a_backends_own_functions_are_named(text, uses, works):
    message = note(text)
    assert uses in message
    assert works in message
    assert message.endswith("use keras.ops, which runs on all three.")


@pytest.mark.parametrize(
    "text",
    [
        "from keras import ops\nimport numpy as np\ny = ops.sum(np.ones(3))",
        "import keras\nif keras.config.backend() == 'torch':\n    pass",
        "class Tree:\n    def clone(self):\n        return self\n\n\nTree().clone()",
        "torch = 3\ny = torch + 1",
        "this is no Python",
        b"\xff\xfe",
    ],
)
def test_an_answer_in_keras_ops_has_no_note(text):
    assert note(text) == ""


def test_no_solution_of_the_course_is_made_for_one_backend():
    for exercise in catalog.load().exercises:
        for path in (exercise.solution, exercise.stub, *exercise.wrong.values()):
            assert note(path.read_bytes()) == "", f"{exercise.name}: {path}"


def test_the_note_is_shown_though_all_points_are_earned():
    parts = [PartResult("values", 2, 2, PASSED)]
    report = Report("u01/ex01", "Four kinds", "a.py", "torch", 0, parts, notes=[note("import torch")])
    console = Console(file=io.StringIO(), width=200)
    print_report(console, report)
    assert "made for PyTorch only" in console.file.getvalue()
    assert report.as_dict()["notes"] == report.notes
