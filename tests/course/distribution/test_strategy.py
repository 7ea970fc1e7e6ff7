"""The front itself, and `course run --devices`: what holds on every backend."""

import json
import subprocess
import sys
from types import SimpleNamespace
from unittest import mock

import keras
import pytest

import course
from tests.course.distribution import workers


def test_none_is_one_device_and_changes_nothing():
    strategy = course.strategy("none")
    with strategy:
        assert strategy.name == "none"
        assert strategy.replicas == 1
        assert strategy.is_main
        assert not strategy.simulated
        assert strategy.describe() == f"one device: {strategy.devices[0]}"


def test_auto_on_a_machine_without_accelerators_is_none():
    assert course.strategy().name == "none"
    assert course.strategy("auto", devices=1).name == "none"


def test_a_strategy_ends_also_when_the_block_raises():
    from course.distribution import front

    def fails():
        with course.strategy("none"):
            assert front._active
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert not front._active


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("parallel",), "there are auto, data_parallel, model_parallel, none"),
        (("data_parallel", 0), "say how many, 1 or more"),
        (("data_parallel", True), "say how many, 1 or more"),
        (("none", 2), 'uses one device, not 2: say "data_parallel"'),
        (("model_parallel", 2), "needs a layout"),
        (("data_parallel", 2, {".*": (None,)}), 'layout goes with "model_parallel"'),
        (("model_parallel", 2, [("kernel", "model")]), "takes pairs"),
    ],
)
def test_a_request_that_makes_no_sense(arguments, words):
    with pytest.raises(course.CourseError, match=r".") as error:
        course.strategy(*arguments)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.backend_independent
@pytest.mark.parametrize("backend", ["jax", "tensorflow", "torch"])
def test_course_run_on_two_devices(backend, tmp_path):
    """One experiment, twice: the numbers of two devices are in the bands, and the result says who computed them."""
    pytest.importorskip(backend)
    out = tmp_path / "out"
    command = [sys.executable, "-m", "course.cli", "run", "u02/softmax_boundary", "--devices", "2"]
    done = subprocess.run(
        [*command, "--out", str(out), "--json"],
        env=workers.environment(backend), capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert told["verdict"] == "ok"
    assert told["strategy"].startswith("data_parallel on 2 devices: cpu")
    (result,) = told["results"]
    assert result["strategy"] == "data_parallel"
    assert len(result["devices"]) == 2
    assert json.loads((out / "result.json").read_text(encoding="utf-8"))["strategy"] == told["strategy"]


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TPUStrategy is TensorFlow's")
def test_a_tpu_is_connected_to_and_used_whole(monkeypatch):
    """No TPU is here: what is called, and in which order, is all that this shows."""
    import importlib

    adapter = importlib.import_module("course.distribution.tensorflow")
    monkeypatch.setenv("TPU_NAME", "local")
    monkeypatch.setattr(adapter, "_cluster", {})
    names = [f"/job:worker/replica:0/task:0/device:TPU:{i}" for i in range(8)]
    tpu = mock.MagicMock()
    tpu.extended = SimpleNamespace(worker_devices=names)
    calls = mock.Mock()
    calls.strategy.return_value = tpu
    with (
        mock.patch.object(adapter.tf.distribute.cluster_resolver, "TPUClusterResolver", calls.resolver),
        mock.patch.object(adapter.tf.config, "experimental_connect_to_cluster", calls.connect),
        mock.patch.object(adapter.tf.tpu.experimental, "initialize_tpu_system", calls.initialize),
        mock.patch.object(adapter.tf.distribute, "TPUStrategy", calls.strategy),
    ):
        strategy = course.strategy()
        assert strategy.name == "data_parallel"
        assert strategy.devices == [f"tpu:{i}" for i in range(8)]
        assert strategy.replicas == 8
        assert not strategy.simulated
        with pytest.raises(course.CourseError, match="uses all: devices=4 does not fit"):
            course.strategy("data_parallel", devices=4)
        with strategy:
            tpu.scope.return_value.__enter__.assert_called_once()
        tpu.scope.return_value.__exit__.assert_called_once()
    assert [c[0] for c in calls.mock_calls[:4]] == ["resolver", "connect", "initialize", "strategy"]
    calls.resolver.assert_called_once_with(tpu="local")


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TF_CONFIG is TensorFlow's")
def test_tf_config_says_who_writes(monkeypatch):
    import importlib

    adapter = importlib.import_module("course.distribution.tensorflow")
    cluster = {"chief": ["a:1"], "worker": ["b:1", "c:1"]}
    for task, rank in ((("chief", 0), 0), (("worker", 0), 1), (("worker", 1), 2)):
        task = {"type": task[0], "index": task[1]}
        monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": cluster, "task": task}))
        assert adapter.processes() == (rank, 3)
    monkeypatch.setenv("TF_CONFIG", "{")
    with pytest.raises(course.CourseError, match="TF_CONFIG cannot be read"):
        adapter.processes()
