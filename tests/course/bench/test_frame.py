"""Ratios, bars, the record and the command line: what needs no clock."""

import json
import time

import pytest
from typer.testing import CliRunner

from course import cli
from course.bench import bars, case, chart, machine, run, worker
from course.cli import bench
from course.processes.threads import THREADS

pytestmark = pytest.mark.backend_independent


def raw(
    ours=(1.0, 1.0, 1.0), native=(1.0, 1.0, 1.0), keras=None, scan=None, small=False, losses=None, fast=None
):
    seconds = {"ours": ours, "ours_scan": scan, "keras": keras, "native": native, "native_scan": fast}
    seconds = {name: list(values) for name, values in seconds.items() if values is not None}
    return {
        "title": "a case",
        "batch": 8,
        "small": small,
        "why_no_keras": "" if keras else "it has none",
        "unit": "step",
        "steps": 10,
        "epochs": 1,
        "device": "cpu",
        "seconds": seconds,
        "losses": {name: [1.0, 0.5, 0.2] for name in seconds} | (losses or {}),
    }


def result(backend="jax", precision="float32", **numbers):
    head = {"case": "some", "backend": backend, "precision": precision}
    return head | bars.summary([raw(**numbers)], tolerance=1e-3) | {"load": [0.1, 0.2]}


def test_a_ratio_is_the_median_of_the_ratios_within_rounds():
    # The machine became ten times slower in the second half: medians of seconds would compare 2.2 with 20.
    ours, native = [2.2, 2.2, 22.0, 22.0, 2.2], [2.0, 2.0, 20.0, 20.0, 20.0]
    low, middle, high = bars.ratios(ours, native)
    assert middle == pytest.approx(1.1)
    assert (low, high) == (pytest.approx(1.1), pytest.approx(1.1))
    assert bars.ratios([3.0], [2.0]) == [1.5, 1.5, 1.5]


def test_rounds_of_all_processes_count_and_each_is_told():
    raws = [raw(ours=[ratio] * 3) for ratio in (1.0, 1.2, 1.1)]
    found = bars.summary(raws, tolerance=1e-3)
    row = found["variants"]["ours"]
    assert row["ratio"] == pytest.approx(1.1)
    assert row["ratio_of_each_process"] == pytest.approx([1.0, 1.2, 1.1])
    assert len(row["seconds_per_step"]) == 9
    raws[1]["losses"]["ours"] = [1.0, 0.5, 0.3]
    assert "ours: loss 3" in bars.summary(raws, tolerance=1e-3)["disagreement"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([1.0, 0.5, 0.202], "ours: loss 3 is 0.202, native 0.2"),
        ([1.0, float("nan"), 0.2], "ours: loss 2 is nan"),
        ([float("inf"), 0.5, 0.2], "ours: loss 1 is inf"),
    ],
)
def test_losses_that_differ_are_named(wrong, message):
    losses = {"ours": wrong, "native": [1.0, 0.5, 0.2]}
    assert message in bars.disagreement(losses, 1e-3)
    losses["ours"] = [1.0, 0.5, 0.2005]
    assert bars.disagreement(losses, 1e-3) is None


def test_a_native_loop_that_explodes_agrees_with_nothing():
    nan = float("nan")
    assert bars.disagreement({"ours": [nan], "native": [nan]}, 1e-3)


@pytest.mark.parametrize(("backend", "limit"), [("jax", 1.05), ("tensorflow", 1.10), ("torch", 1.15)])
def test_each_backend_has_its_bar(backend, limit):
    assert bars.missed(result(backend, ours=[limit - 0.001] * 3)) == []
    (sentence,) = bars.missed(result(backend, ours=[limit + 0.05] * 3))
    expected = f"our fit takes {limit + 0.05:.2f} times the native loop; the bar is {limit:.2f}"
    assert sentence == f"some on {backend}: {expected}"


def test_every_missed_bar_is_named():
    found = bars.missed(result(ours=[2.0] * 3, keras=[1.5] * 3, scan=[1.0] * 3, small=True))
    assert len(found) == 3
    assert "2.00 times the native loop" in found[0]
    assert "with steps_per_execution our fit takes 1.00 times" in found[1]
    assert "1.33 times Keras's own fit" in found[2]
    # What is not small need not win by grouping steps.
    assert bars.missed(result(scan=[3.0] * 3)) == []


def test_the_fastest_native_loop_is_no_bar_and_a_gap_to_it_is_named():
    found = result(ours=[1.0] * 3, scan=[0.5] * 3, fast=[0.5, 0.5, 0.4])
    assert (found["base"], found["fastest"]) == ("native", "native_scan")
    assert found["variants"]["ours"]["ratio_to_fastest"] == 2
    assert bars.missed(found) == []
    assert bars.gap(found) == (
        "some on jax: our fit takes 2.00 times native_scan, ours_scan 1.00 times; native_scan takes 0.50 times the "
        "plain loop"
    )
    assert bars.gap(result(ours=[1.0] * 3, fast=[0.8] * 3)) is None
    # Where the plain loop is the fastest, the bar says all.
    slower = result(ours=[1.5] * 3, fast=[2.0] * 3)
    assert (slower["fastest"], bars.gap(slower)) == ("native", None)


def test_gaps_and_loops_that_failed_are_told(type_in, monkeypatch):
    monkeypatch.setenv("COURSE_FAST", "0")
    type_in.numbers = raw(ours=[1.0] * 3, fast=[0.5] * 3) | {
        "failed": {"native_compile": "OSError: no compiler"}
    }
    done = type_in("one", "--backend", "torch", "--no-start", "--check")
    assert done.exit_code == 0, done.output
    assert "one on torch: our fit takes 2.00 times native_scan; native_scan takes 0.50 times" in done.stdout
    assert "one on torch: no native_compile: OSError: no compiler." in done.stdout
    assert "torch: Fast paths are off, because COURSE_FAST=0" in done.stdout


def test_on_one_core_processor_time_counts():
    assert worker.clock_for({"threads": 1, "device": "cpu"}) is time.process_time
    for request in (
        {"threads": 2, "device": "cpu"},
        {"threads": None, "device": "cpu"},
        {"threads": 1, "device": "gpu"},
    ):
        assert worker.clock_for(request) is time.perf_counter


def test_variants_that_disagree_miss_whatever_their_speed():
    (sentence,) = bars.missed(result(ours=[0.1] * 3, losses={"ours": [1.0, 0.5, 0.3]}))
    assert "do not reach the same loss" in sentence
    (sentence,) = bars.missed({"case": "some", "backend": "jax", "error": "OSError: gone"})
    assert sentence == "some on jax: not measured: OSError: gone"


def test_a_precision_is_named():
    (sentence,) = bars.missed(result(precision="bfloat16", ours=[2.0] * 3))
    assert sentence.startswith("some on jax in bfloat16: ")


def test_the_environment_of_a_child(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("XLA_PYTHON_CLIENT_PREALLOCATE", raising=False)
    env = machine.environment("torch", threads=2)
    assert {env[name] for name in THREADS} == {"2"}
    assert (env["KERAS_BACKEND"], env["CUDA_VISIBLE_DEVICES"], env["JAX_PLATFORMS"]) == ("torch", "-1", "cpu")
    env = machine.environment("jax", device="gpu")
    assert env["OMP_NUM_THREADS"] == "7"
    assert env["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false"


def test_a_chart_without_numbers_is_not_drawn(tmp_path):
    assert chart.draw([{"case": "some", "backend": "jax", "error": "gone"}], tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_every_case_has_its_three_native_loops():
    from course import paths

    folder = paths.root() / "course" / "bench" / "native"
    assert {"mlp", "cnn", "lstm", "transformer", "wgan_gp", "dqn", "resnet", "gpt"} <= set(case.names())
    for backend in ("jax", "tensorflow", "torch"):
        files = {p.stem for p in (folder / backend).glob("*.py")} - {"__init__", "loop", "device"}
        steps = {name for name, (_, own) in case._places().items() if not own}
        assert steps <= files <= set(case.names())


@pytest.fixture
def type_in(monkeypatch, tmp_path):
    """A function that types a command; children answer at once with the numbers that the test gives."""
    monkeypatch.setenv("COURSE_RUNS", str(tmp_path / "runs"))
    asked = []

    def child(kind, name, backend, options, **more):
        asked.append((kind, name, backend, more.get("variant")))
        if kind == "time_to":
            reached = {"seconds": 3.25, "epochs": 2, "accuracies": [0.97, 0.991]}
            never = {"seconds": None, "epochs": 30, "accuracies": [0.98] * 30}
            return {"variants": {"ours": reached, "native": never}, "device": "cpu"}
        if kind == "start":
            return {"first_seconds": 0.5, "peak_mb": 12.0, "memory": "process"}
        answer = type_in.numbers
        return answer(name, backend) if callable(answer) else answer

    monkeypatch.setattr(run, "child", child)
    monkeypatch.setattr(case, "names", lambda precision="float32": ["one", "two"])

    def type_in(*words):
        return CliRunner().invoke(cli.app, ["bench", *words])

    type_in.asked, type_in.numbers = asked, raw(keras=[1.0] * 3)
    return type_in


def test_all_cases_on_all_backends_with_their_record(type_in, tmp_path):
    done = type_in("--repeats", "3", "--check")
    assert done.exit_code == 0, done.output
    assert "Every bar is held." in done.stdout
    (folder,) = (tmp_path / "runs" / "bench").iterdir()
    assert {p.name for p in folder.iterdir()} == {"bench.json", "bench.png", "bench.svg"}
    content = json.loads((folder / "bench.json").read_text(encoding="utf-8"))
    assert [(r["case"], r["backend"]) for r in content["results"]] == [
        (name, backend) for name in ("one", "two") for backend in ("jax", "tensorflow", "torch")
    ]
    assert set(content) == {
        "format",
        "started",
        "finished",
        "options",
        "machine",
        "fast_paths_off",
        "results",
        "time_to",
        "missed",
    }
    assert content["missed"] == []
    assert {"processor", "cores", "versions", "platform"} <= set(content["machine"])
    row = content["results"][0]["variants"]["ours"]
    assert set(row) == {
        "ms_per_step", "ratio", "ratio_quartiles", "ratio_of_each_process", "ratio_to_fastest", "ratio_to_keras",
        "losses", "seconds_per_step", "first_seconds", "peak_mb", "memory",
    }  # fmt: skip
    assert ("start", "two", "torch", "native") in type_in.asked


def test_check_names_every_missed_bar_and_fails(type_in):
    type_in.numbers = lambda name, backend: raw(ours=[2.0 if name == "one" else 1.0] * 3)
    done = type_in("--check", "--backend", "torch", "--no-start")
    assert done.exit_code == 1
    assert "one on torch: our fit takes 2.00 times the native loop; the bar is 1.15." in done.stdout
    assert "two on torch: our" not in done.stdout
    assert "no fit of Keras's own: it has none" in done.stdout
    assert {kind for kind, *_ in type_in.asked} == {"steps"}
    assert type_in("--backend", "torch", "--no-start").exit_code == 0  # without --check it only tells


def test_a_case_that_breaks_fails_and_the_others_are_measured(type_in, tmp_path):
    def numbers(name, backend):
        return {"error": "ValueError: broken", "traceback": "all of it"} if name == "one" else raw()

    type_in.numbers = numbers
    done = type_in("--backend", "jax", "--out", str(tmp_path / "here"))
    assert done.exit_code == 1
    assert "one on jax: not measured: ValueError: broken" in done.stdout
    assert (tmp_path / "here" / "one-jax.log").read_text() == "all of it"
    assert "two" in done.stdout


def test_different_losses_fail_without_check_too(type_in):
    type_in.numbers = raw(losses={"ours": [1.0, 0.5, 0.9]})
    done = type_in("one", "--backend", "jax")
    assert done.exit_code == 1
    assert "do not reach the same loss" in done.stdout


def test_time_to_a_share_is_told(type_in):
    done = type_in("one", "--backend", "jax", "--no-start", "--time-to", "0.99")
    assert done.exit_code == 0
    assert "mnist to 99.00% on jax in float32: ours 3.2 s (2 epochs, 99.10%)" in done.stdout
    assert "native not reached (30 epochs, 98.00%)" in done.stdout


def test_a_gpu_that_was_asked_for_and_is_not_there_is_an_error(type_in):
    done = type_in("one", "--backend", "jax", "--device", "gpu", "--time-to", "0.99")
    assert done.exit_code == 1
    assert "one on jax: not measured: --device gpu, but it computed on cpu" in done.stdout
    assert "mnist to 99.00% on jax in float32: not measured: --device gpu" in done.stdout


def test_json_alone_on_standard_output(type_in):
    done = type_in("two", "--backend", "tensorflow", "--json")
    content = json.loads(done.stdout)
    assert [r["case"] for r in content["results"]] == ["two"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("three",), "There is no case three; there are one, two."),
        (("--backend", "theano"), "--backend theano is none of"),
        (("--device", "tpu"), "--device tpu is none of cpu, gpu"),
        (("--precision", "int8"), "--precision int8 is none of float32, bfloat16"),
        (("--precision", "bfloat16", "--backend", "tensorflow"), "is measured on jax and torch"),
        (("--repeats", "0"), "repeats"),
    ],
)
def test_a_users_mistake_is_one_sentence(type_in, tmp_path, words, message):
    done = type_in(*words)
    assert done.exit_code == 2
    assert message in done.stderr
    assert not (tmp_path / "runs").exists()


def test_optax_is_asked_for_where_it_is_missing(type_in, monkeypatch):
    monkeypatch.setattr(bench.backends, "installed", lambda name: name != "optax")
    assert '-e ".[bench]"' in type_in("one").stderr
    assert type_in("one", "--backend", "torch", "--no-start").exit_code == 0
