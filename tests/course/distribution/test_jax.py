"""JAX on four host devices computes what one device computes; weights that are cut, too.

One process runs all cases (``worker_jax``); two more processes per run play two machines.
"""

import subprocess
import sys

import numpy as np
import pytest

from tests.course.distribution import workers

pytestmark = [pytest.mark.needs_backend("jax"), workers.needs("jax")]

SAME = (
    "classifier", "grouped", "curved", "drawing_gan", "judged", "resumed", "model_parallel",
)  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return workers.run("jax", tmp_path_factory.mktemp("jax"))


@pytest.mark.parametrize("case", SAME)
def test_four_devices_compute_what_one_does(found, case):
    workers.check_same(found[case])


def test_the_devices_are_named_and_said_to_be_simulated(found):
    said = str(found["describe"]["said"]["four"])
    assert said == (
        "data_parallel on 4 devices: cpu:0, cpu:1, cpu:2, cpu:3; simulated: parts of one processor, no faster"
    )


def test_a_device_holds_its_part_of_the_cut_weights_only(found):
    held = {name: float(part) for name, part in found["held"]["several"].items()}
    for layer in ("query", "key", "value", "attention_output", "wide", "narrow"):
        kernel = [part for name, part in held.items() if name.endswith(f"kernel {layer}")]
        slots = [part for name, part in held.items() if f"_{layer}_kernel_" in name]
        assert kernel == [0.25]
        assert slots == [0.25, 0.25]
    assert [part for name, part in held.items() if name.endswith("kernel out")] == [1.0]


@pytest.mark.parametrize(
    ("layout", "words"),
    [
        ("matches nothing", "must match a whole path"),
        ("indivisible", "which 4 devices cannot share evenly"),
        ("rank", "which has shape (16, 64)"),
        ("axis", "an axis is 'model' or None"),
    ],
)
def test_a_wrong_layout_is_named_before_training(found, layout, words):
    assert words in str(found["layouts"]["said"][layout])


@pytest.mark.parametrize("mistake", workers.MISTAKES)
def test_mistakes_are_said_in_a_sentence(found, mistake):
    assert workers.MISTAKES[mistake] in str(found["errors"]["said"][mistake])


def test_too_many_devices_says_how_to_simulate_them(found):
    assert "--xla_force_host_platform_device_count=64" in str(found["errors"]["said"]["too many"])


@pytest.mark.slow  # test_torch has the same demonstration in the gate
def test_two_machines_of_which_one_is_killed():
    """The second start goes on from the checkpoint, and ends where one uninterrupted process does."""
    done = workers.two_processes("jax", "--kill")
    assert "Worker 1 of 2 was killed by SIGKILL" in done.stdout


def test_processes_with_different_weights_do_not_train(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import os\n"
        "import course\n"
        "strategy = course.strategy('data_parallel')\n"
        "import keras, numpy as np\n"
        "from course.backend import spare_tensorflow\n"
        "from tests.models import Classifier\n"
        "spare_tensorflow()\n"
        "keras.utils.set_random_seed(int(os.environ['RANK']))\n"
        "with strategy:\n"
        "    model = Classifier()\n"
        "    model.compile(loss='mse')\n"
        "    model.fit(np.zeros((4, 3), 'float32'), np.zeros((4, 3), 'float32'), verbose=0)\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "course.distribution.launch", "--processes", "2", str(program)]
    done = subprocess.run(
        command, env=workers.environment("jax"), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 1
    assert "The processes start from different weights" in done.stderr


def test_nothing_in_the_numbers_is_zero(found):
    """Agreement of runs that do nothing would prove nothing."""
    for case in SAME:
        if case != "judged":
            assert any(np.abs(v).max() > 0 for k, v in found[case]["several"].items() if "kernel" in k)
