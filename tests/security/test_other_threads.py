"""No thread of a library in C, no other interpreter and no new table of operators leads past the traps."""

import keras
import numpy as np
import pytest

from course.grading.errors import CandidateError
from tests.course.grading.conftest import workers  # noqa: F401
from tests.security import answers
from tests.security.test_forbidden_routes import session  # noqa: F401

Z = np.array([[1, 2, 3.5], [0, -1, 2]], "float32")
TORCH = keras.config.backend() == "torch"
BEGIN = """
import os
import tempfile

import keras
import numpy as np
from keras import ops


def gradient():
    import torch
    w = torch.ones(3).requires_grad_(True)
    y = (w * w).sum()
    engine = torch._C._ImperativeEngine()
    return engine.run_backward((y,), (torch.tensor(1.0),), False, False, (w,), True, False)[0].tolist()

def in_another_interpreter(run):
    path = os.path.join(tempfile.mkdtemp(), "answer")
    run(f"import mpmath; open({path!r}, 'w').write(str(mpmath.diff(lambda x: x * x, 1)))")
    with open(path) as stream:
        return stream.read()
"""
INTERPRETERS = """
def interpreter(z):
    import _xxsubinterpreters as interpreters
    return in_another_interpreter(lambda text: interpreters.run_string(interpreters.create(), text))

def interpreter_of_a_test(z):
    import _testcapi
    return in_another_interpreter(_testcapi.run_in_subinterp)

def thread_of_a_test(z):
    import _testcapi
    found = []
    _testcapi.call_in_temporary_c_thread(lambda: found.append(gradient()))
    return found[0]
"""
RECORDS = """
import torch


def operator_of_the_compiler(z):
    torch.ops.aten.set_grad_enabled(True)
    return gradient()

def the_same_of_a_new_table(z):
    torch._ops._OpNamespace("aten").set_grad_enabled(True)
    return gradient()

def hook_of_a_tensor(z):
    x, found = z.clone().requires_grad_(True), []
    x.register_hook(lambda g: found.append(gradient()))
    torch._C._ImperativeEngine().run_backward((x,), (z,), False, True, (), True, True)
    return found[0]

def hook_after_the_sum(z):
    x, found = z.clone().requires_grad_(True), []
    x.register_post_accumulate_grad_hook(lambda x: found.append(gradient()))
    torch._C._ImperativeEngine().run_backward((x,), (z,), False, True, (), True, True)
    return found[0]

def tangent_of_an_operator(z):
    return torch.ops.aten.glu_jvp(z[:, :1], z[:, :2], z[:, :2], -1)
"""
PIPELINE = """
import tensorflow as tf
import torch


def pipeline(z):
    found = []
    def f(x):
        found.append(gradient())
        return x
    data = tf.data.Dataset.from_tensors(z).map(lambda x: tf.numpy_function(f, [x], tf.float32))
    return (list(data.as_numpy_iterator()), found[0])
"""
OPERATORS = {
    "*.svd": [
        "torch._ops._OpNamespace('aten')._linalg_svd(z)[1]",
        "torch._ops._Ops().aten.linalg_svd(z)[1]",
        "torch._ops._get_packet('aten::linalg_svd', 'mine')[0](z)[1]",
        "[delattr(torch.ops.aten, 'linalg_svd'), torch.ops.aten.linalg_svd(z)[1]][1]",
        "torch.ops.aten._linalg_svd.default.redispatch(CPU, z, False, True)[1]",
        "torch._C._dispatch_find_schema_or_throw('aten::_linalg_svd', '').redispatch_boxed(CPU, z, False, True)[1]",
        "torch._ops._OpNamespace('aten').linalg_svd.default.decompose(z)[1]",
    ],
    "@layers": [
        "torch._ops._OpNamespace('aten').linear(z, z)",
        "torch.ops.mkldnn._linear_pointwise(z, torch.ones(2, 3), None, 'none', [], '')",
    ],
    "*.conv": [
        "torch.ops.mkldnn_prepacked.conv2d_run(z[None, None], torch.ops.mkldnn_prepacked.conv2d_prepack("
        "torch.ones(1, 1, 2, 2), None, [1, 1], [0, 0], [1, 1], 1, [1, 1, 2, 3], 'none'))",
    ],
}
HONEST = """
import threading
import torch
from concurrent.futures import ThreadPoolExecutor


def answer(z):
    with ThreadPoolExecutor(1) as pool:
        y = pool.submit(torch.vmap(lambda x: x * torch.exp(x)), z.clone().requires_grad_(True)).result()
    x = torch.ones(2, 3)
    x[0] = 0.0
    x.view(6)[:3] += 1.0
    with torch.no_grad():
        return y * x + torch.nn.functional.interpolate(z[None, None], scale_factor=1.0)[0, 0]
"""


def refused(make, source, names, *forbidden):
    for name in names:
        asked = make(source, *forbidden)  # what one of them switches on is on for the next one
        with pytest.raises(CandidateError) as caught:
            pytest.fail(f"{name} returned {getattr(asked.candidate, name)(Z)}")
        assert caught.value.kind not in ("NameError", "SyntaxError", "AttributeError"), (
            f"{name}: {caught.value}"
        )


def names_of(source):
    return [line[4 : line.index("(")] for line in source.splitlines() if line.startswith("def ")]


def test_no_other_interpreter_and_no_test_of_python_calls_a_forbidden_function(session):  # noqa: F811
    refused(session, BEGIN + INTERPRETERS, names_of(INTERPRETERS), "@autodiff")


@pytest.mark.skipif(not TORCH, reason="the functions are torch's")
def test_torch_records_nothing_in_any_thread(session):  # noqa: F811
    refused(session, BEGIN + RECORDS, names_of(RECORDS), "@autodiff")


@pytest.mark.skipif(not TORCH, reason="the functions are torch's")
def test_these_ways_record_if_nothing_is_forbidden(session):  # noqa: F811
    asked = session(BEGIN + RECORDS)
    for name in names_of(RECORDS)[:4]:
        np.testing.assert_array_equal(getattr(asked.candidate, name)(Z), [2, 2, 2])


@pytest.mark.skipif(keras.config.backend() != "tensorflow", reason="the pipeline is TensorFlow's")
def test_a_thread_of_tensorflow_records_nothing_in_torch(session):  # noqa: F811
    pytest.importorskip("torch")
    refused(session, BEGIN + PIPELINE, ["pipeline"], "@autodiff")
    _, found = session(BEGIN + PIPELINE).candidate.pipeline(Z)
    np.testing.assert_array_equal(found, [2, 2, 2])


@pytest.mark.skipif(not TORCH, reason="the operators are torch's")
@pytest.mark.parametrize("declared", OPERATORS)
def test_each_way_to_an_operator_of_torch_asks(session, declared):  # noqa: F811
    begin = "import torch\nCPU = torch._C.DispatchKeySet(torch._C.DispatchKey.CPU)\n"
    asked = session(answers.text_of(begin, OPERATORS[declared]), declared)
    for i, line in enumerate(OPERATORS[declared]):
        asked.forbidden_calls.clear()
        with pytest.raises(CandidateError) as caught:
            pytest.fail(f"{line} returned {getattr(asked.candidate, f'answer{i}')(Z)}")
        assert caught.value.kind == "ForbiddenShortcut", f"{line}: {caught.value}"
        assert asked.forbidden_calls, line


@pytest.mark.skipif(not TORCH, reason="the functions are torch's")
@pytest.mark.parametrize("declared", ["@autodiff", "*.svd", "@layers", "*.conv"])
def test_honest_files_use_torch_as_before(session, declared):  # noqa: F811
    asked = session(HONEST, declared)
    expected = Z * np.exp(Z) + Z
    np.testing.assert_allclose(asked.candidate.answer(Z), expected, rtol=1e-5)
    assert not asked.forbidden_calls
