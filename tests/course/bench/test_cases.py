"""Each case, really: few steps, and every variant reaches the same loss on the running backend."""

import json
import mmap
import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest

from course.bench import bars, case, machine, memory, run, time_to, worker
from course.bench.variants import Variants

STEPS, CONTESTS = (
    sorted(n for n, (_, own) in case._places().items() if own == brought) for brought in (False, True)
)


# Cases of real size, here of a small one.
SMALL = {
    "resnet": {"size": 8, "stages": 2, "blocks": 1, "width": 8, "batch": 16},
    "gpt": {"depth": 1, "width": 16, "context": 8, "characters": 9, "batch": 4},
}


def loaded(name):
    whole = case.load(name)
    return import_module(f"course.bench.cases.{name}").case(**SMALL[name]) if whole.large else whole


# torch.compile's own: it loads parts of torch that say so of others, and looks at every attribute of a loss
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf:UserWarning")
@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated:DeprecationWarning")
@pytest.mark.parametrize("name", STEPS)
def test_all_variants_reach_the_same_loss(name, backend, monkeypatch):
    variants = Variants(name, loaded(name), steps=3, plain=name == "mlp")
    batch = variants.case.batch
    # Each variant is another compilation; `course bench` compares all of them whenever it runs.
    cheap = {"ours", "native"} if backend == "jax" else {"ours", "keras", "native"}
    assert ("ours_plain" in variants.names) == variants.plain
    tried = [v for v in variants.names if name == "mlp" or v in cheap]
    if backend == "torch":  # torch.compile traces and differentiates as ever, and writes no C++
        monkeypatch.setattr(variants.loops["native_compile"], "BACKEND", "aot_eager")
    losses = {}
    for variant in tried:
        loop = variants.make(variant)
        losses[variant] = [
            loop.run(a, batch) for a in (variants.first_batch, variants.arrays, variants.first_batch)
        ]
    assert {"ours", "native"} <= set(losses)
    assert ("keras" in variants.names) != bool(variants.case.why_no_keras)
    assert bars.disagreement(losses, 1e-4) is None
    # They agree on something: the loss was moved by training.
    assert abs(losses["native"][0] - losses["native"][2]) > 1e-2 * abs(losses["native"][0])


@pytest.mark.backend_independent
def test_a_native_loop_with_other_mathematics_is_found(backend):
    variants = Variants("dqn", case.load("dqn"), steps=3)
    right = variants.make("ours")
    variants.weights[0] = variants.weights[0] * 1.5
    wrong = variants.make("native")
    losses = {
        "ours": [right.run(variants.arrays, variants.case.batch)],
        "native": [wrong.run(variants.arrays, variants.case.batch)],
    }
    assert "ours: loss 1" in bars.disagreement(losses, 1e-3)


@pytest.mark.backend_independent
def test_the_sizes_of_the_large_cases():
    assert {name for name in STEPS if case.load(name).large} == set(SMALL)
    resnet, gpt = (Variants(name, case.load(name), steps=1) for name in ("resnet", "gpt"))
    assert sum(w.size for w in resnet.weights) == 271_098  # He et al. say 0.27 million
    assert [a.shape for a in resnet.first_batch] == [(128, 32, 32, 3), (128,)]
    assert sum(w.size for w in gpt.weights) == 818_176
    assert [a.shape for a in gpt.first_batch] == [(12, 64), (12, 64)]


@pytest.mark.backend_independent
def test_a_fast_native_loop_that_fails_is_named_and_the_others_are_measured(backend, monkeypatch):
    loops = import_module(f"course.bench.native.{backend}.loop").LOOPS
    (fast,) = loops.keys() - {"native"}

    class Broken(loops["native"]):
        def run(self, arrays, batch, epochs=1):
            raise RuntimeError("no compiler\nwas found")

    request = {
        "case": "dqn", "seed": 0, "count": 4, "precision": "float32", "repeats": 1, "epochs": 1, "threads": None,
        "device": "cpu", "fastest": True, "plain": False,
    }  # fmt: skip
    monkeypatch.setitem(loops, fast, Broken)
    found = worker.steps(request)
    assert found["failed"] == {fast: "RuntimeError: no compiler was found"}
    assert set(found["seconds"]) == set(found["losses"]) >= {"ours", "native"}
    assert worker.steps(request | {"fastest": False})["failed"] == {}
    monkeypatch.setitem(loops, "native", Broken)  # without the plain loop there is nothing to compare with
    with pytest.raises(RuntimeError, match="no compiler"):
        worker.steps(request)


def test_grouped_steps_are_the_same_steps(backend):
    if backend != "jax":
        pytest.skip("only JAX compiles a group of steps into one call")
    variants = Variants("dqn", case.load("dqn"), steps=25)
    assert variants.steps == 20  # whole groups
    losses = {
        name: [variants.make(name).run(variants.arrays, variants.case.batch)]
        for name in ("ours_scan", "native")
    }
    assert bars.disagreement(losses, 1e-4) is None


OPTIONS = {
    "processes": 2, "repeats": 2, "steps": 4, "epochs": 1, "seed": 0, "threads": 1, "device": "cpu",
    "precision": "float32", "fastest": False, "plain": False,
    "start": False,
}  # fmt: skip


@pytest.mark.backend_independent
def test_a_real_measurement_in_a_process_of_its_own(backend):
    result = run.measure("dqn", backend, OPTIONS)
    assert "error" not in result, result
    assert result["disagreement"] is None
    assert (result["steps"], result["epochs"], result["batch"]) == (4, 1, 64)
    for row in result["variants"].values():
        assert len(row["seconds_per_step"]) == 4
        assert row["ms_per_step"] > 0
    assert result["variants"]["native"]["ratio"] == 1
    json.dumps(result, allow_nan=False)


@pytest.mark.parametrize("variant", ["ours", "native"])
def test_the_first_step_and_the_memory_of_one_alone(tmp_path, variant):
    request = {"case": "dqn", "variant": variant, "seed": 0, "count": 4, "precision": "float32", "group": 10}
    request |= {"fastest": False, "plain": False}
    found = worker.start(request)
    assert found["first_seconds"] > 0
    assert found["peak_mb"] >= 0
    assert found["memory"] == "process"


def test_a_peak_of_memory_is_seen_after_it_is_gone(backend):
    watch = memory.Watch(backend)
    with mmap.mmap(-1, 80_000_000) as held:  # the system's own pages: the heap may have that much to spare
        for page in range(0, len(held), mmap.PAGESIZE):
            held[page] = 1
    assert 60 < watch.peak() < 200


class Bars:
    """Images of 28×28 in ten classes that anything can learn: a bright row, whose place is the class."""

    def images(self, split):
        x = np.zeros((640, 28, 28, 1), "float32")
        for i, label in enumerate(self.labels(split)):
            x[i, 2 * label + 3 : 2 * label + 5] = 1
        return x

    def labels(self, split):
        return (np.arange(640) % 10).astype("int32")


def test_time_to_a_share(monkeypatch):
    monkeypatch.setattr(time_to, "load", lambda name: Bars())
    found = time_to.time_to(case.load("cnn"), 0.95, seed=0, most=12)
    assert set(found) == {"ours", "native"}
    for one in found.values():
        assert one["seconds"] > 0
        assert one["accuracies"][-1] >= 0.95 > max(one["accuracies"][:-1])
        assert one["epochs"] == len(one["accuracies"])
    # The same weights and the same order: one learns as fast as the other.
    np.testing.assert_allclose(found["ours"]["accuracies"], found["native"]["accuracies"], atol=0.02)


@pytest.mark.backend_independent
def test_a_share_that_is_not_reached_has_no_seconds(monkeypatch):
    monkeypatch.setattr(time_to, "load", lambda name: Bars())
    found = time_to.time_to(case.load("cnn"), 1.1, seed=0, most=1)
    assert {one["seconds"] for one in found.values()} == {None}
    assert {one["epochs"] for one in found.values()} == {1}


@pytest.mark.backend_independent
def test_a_child_that_fails_says_why(backend):
    answer = run.child("steps", "no_such_case", backend, OPTIONS)
    assert "There is no case no_such_case" in answer["error"]
    assert "Traceback" in answer["traceback"]


@pytest.mark.backend_independent
def test_the_names_of_cases_are_known_without_keras():
    code = (
        "import sys, importlib.util as u\n"
        "import course.cli.bench, course.bench.case as c\n"
        "assert c.names()\n"
        "sys.exit('keras' if 'keras' in sys.modules else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=machine.environment("torch"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
