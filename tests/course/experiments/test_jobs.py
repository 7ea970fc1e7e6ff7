"""How many experiments run at a time, with how many threads, in which order."""

import json
import math
import os

import pytest

from course import CourseError
from course.experiments import jobs as run_jobs
from tests.course import mini

pytestmark = pytest.mark.backend_independent


@pytest.fixture
def machine(monkeypatch):
    """Return a function that says what the machine has."""

    def has(cores=4, memory=math.inf, accelerator=False):
        monkeypatch.setattr("course.experiments.jobs.cores", lambda: cores)
        monkeypatch.setattr("course.experiments.jobs.free_memory", lambda: memory)
        monkeypatch.setattr("course.experiments.jobs.accelerator", lambda backend: accelerator)

    has()
    return has


def test_one_a_core_but_no_more_than_experiments(machine):
    assert run_jobs.count(None, 46, "jax") == 4
    assert run_jobs.count(None, 3, "jax") == 3
    assert run_jobs.count(None, 1, "jax") == 1
    machine(cores=1)
    assert run_jobs.count(None, 46, "jax") == 1


@pytest.mark.parametrize(("gib", "jobs"), [(100, 4), (7.9, 3), (4, 2), (3, 1), (0.1, 1)])
def test_memory_limits_them(machine, gib, jobs):
    machine(memory=gib * 2**30)
    assert run_jobs.count(None, 46, "jax") == jobs


def test_an_accelerator_is_not_shared_unless_somebody_says_so(machine):
    machine(accelerator=True)
    assert run_jobs.count(None, 46, "jax") == 1
    assert run_jobs.count(3, 46, "jax") == 3


def test_a_wish_counts_more_than_cores_and_memory(machine):
    machine(cores=1, memory=0)
    assert run_jobs.count(5, 46, "jax") == 5
    assert run_jobs.count(5, 2, "jax") == 2


def test_devices_have_the_machine_for_one_experiment(machine):
    assert run_jobs.count(None, 46, "jax", devices=True) == 1
    assert run_jobs.count(1, 46, "jax", devices=True) == 1
    with pytest.raises(CourseError, match="--jobs 2 does not go with --devices"):
        run_jobs.count(2, 46, "jax", devices=True)


def test_what_hides_a_gpu_is_believed(monkeypatch):
    monkeypatch.setattr(
        "course.experiments.jobs.Path.glob", lambda self, pattern: [pattern]
    )  # every device file is there
    monkeypatch.setattr("course.experiments.jobs.sys.platform", "linux")
    for variable in ("CUDA_VISIBLE_DEVICES", "JAX_PLATFORMS", "KERAS_TORCH_DEVICE", "TPU_NAME"):
        monkeypatch.delenv(variable, raising=False)
    assert run_jobs.accelerator("jax")
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    assert not run_jobs.accelerator("jax")
    assert run_jobs.accelerator("torch")
    monkeypatch.setenv("KERAS_TORCH_DEVICE", "cpu")
    assert not run_jobs.accelerator("torch")
    monkeypatch.setattr(
        "course.experiments.jobs.Path.glob", lambda self, pattern: ["x"] * ("nvidia" in pattern)
    )
    assert run_jobs.accelerator("tensorflow")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert not run_jobs.accelerator("tensorflow")


def test_free_memory_is_a_number_of_bytes():
    assert run_jobs.free_memory() > 1e6


def test_cores_are_shared_and_the_callers_threads_are_left(machine, monkeypatch):
    for variable in run_jobs.THREADS:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    env = run_jobs.environment("torch", 2)
    assert (env["MKL_NUM_THREADS"], env["OMP_NUM_THREADS"]) == ("2", "7")
    assert run_jobs.environment("torch", 9)["MKL_NUM_THREADS"] == "1"
    assert env["KERAS_BACKEND"] == "torch"
    assert "MKL_NUM_THREADS" not in os.environ


def test_the_longest_of_earlier_runs_start_first(tmp_path, monkeypatch):
    from course import catalog

    monkeypatch.setenv("COURSE_RUNS", str(tmp_path / "runs"))
    chosen = catalog.load(mini.write(tmp_path)).experiments
    names = [e.id for e in chosen]

    def earlier(name, mode="quick", **seconds):
        results = [{"unit": "u01", "experiment": e, "seconds": s} for e, s in seconds.items()]
        (tmp_path / "runs" / name).mkdir(parents=True)
        content = json.dumps({"mode": mode, "results": results})
        (tmp_path / "runs" / name / "result.json").write_text(content)

    def order(backend="jax"):
        return [e.id for e in run_jobs.longest_first(chosen, backend, "quick")]

    assert order() == names == ["good", "outside", "raises"]
    earlier("20300101-000000-jax", good=1.0, outside=3.0, raises=2.0)
    assert order() == ["outside", "raises", "good"]
    assert order("torch") == names
    earlier("20300102-000000-jax", good=9.0)  # the newest counts
    assert order() == ["good", "outside", "raises"]
    earlier("20300103-000000-jax", mode="full", raises=99.0)
    assert order() == ["good", "outside", "raises"]
    (tmp_path / "runs" / "20300104-000000-jax").mkdir()
    (tmp_path / "runs" / "20300104-000000-jax" / "result.json").write_text("{broken")
    assert order() == ["good", "outside", "raises"]
