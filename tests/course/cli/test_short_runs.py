"""How `course run` lets JAX and TensorFlow compile: quickly in a quick run; the run and its page say so."""

import json
import os
import subprocess
import sys

import pytest

from course.processes import short_runs, xla_flags
from tests.course import mini

VARIABLE, GRAPHS = "JAX_DISABLE_MOST_OPTIMIZATIONS", "COURSE_GRAPH_OPTIMIZER"
COMPILED = """
import sys

def run(r):
    import keras

    if keras.backend.backend() == "jax":
        few = sys.modules["jax"].config.read("jax_disable_most_optimizations")
    elif keras.backend.backend() == "tensorflow":
        few = sys.modules["tensorflow"].config.optimizer.get_experimental_options().get("disable_meta_optimizer", False)
    else:
        few = False
    r.metric("few", int(few))
"""


@pytest.fixture
def run(tmp_path):
    """Return a function that runs two experiments in the processes of `course run` and returns its lines and record."""
    toml = mini.UNIT_TOML.partition("[[experiment]]")[0]
    for name in ("first", "second"):
        toml = mini.add(toml, name, "few = [0, 1]")
    mini.write(tmp_path / "home", toml.replace('data = "none"', 'data = "none"\nalso = ["iris"]'),
               first=COMPILED, second=COMPILED)  # fmt: skip
    for name in ("good", "outside", "raises"):
        (tmp_path / "home/units/u01_mini/experiments" / f"{name}.py").unlink()
    environment = {
        key: value for key, value in os.environ.items() if key not in (VARIABLE, GRAPHS, "XLA_FLAGS")
    }
    environment |= {"COURSE_HOME": str(tmp_path / "home"), "COURSE_RUNS": str(tmp_path / "runs")}

    def in_a_process(*words, **variables):
        done = subprocess.run(
            [sys.executable, "-m", "course.cli", "run", "u01", "--out", str(tmp_path / "out"), *words],
            capture_output=True, text=True, check=False, env=environment | variables,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        record = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
        page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
        few = {result["metrics"]["few"] for result in record["results"]}
        assert record["compilation"] in page
        assert record["compilation"] in done.stdout
        return record["compilation"], few

    return in_a_process


def test_a_quick_run_is_compiled_with_few_optimizations_and_says_so(run, backend):
    if backend == "jax" and xla_flags.is_jaxlib(("0.10.",)):
        for jobs in ("1", "2"):  # in this process, and in processes of their own
            assert run("--jobs", jobs) == (
                f"with few optimizations, because this run is short ({VARIABLE}=0 turns all of them on)", {1},
            )  # fmt: skip
    elif backend == "tensorflow":
        for jobs in ("1", "2"):
            said, few = run("--jobs", jobs)
            assert f"{GRAPHS}=1" in said
            assert few == {1}
    else:
        assert run() == ("", {0})


def test_a_full_run_is_not(run, backend):
    if backend == "torch":
        pytest.skip("torch does not optimize")
    alone = "--jobs", "1"  # processes of their own get the same environment, see above
    assert run("--full", *alone) == ("", {0})
    assert run("--data", "iris", *alone) == ("", {0})


def test_what_the_user_has_set_stays(backend):
    wishes = {VARIABLE: "0", GRAPHS: "1"}
    environment = dict(wishes)
    assert short_runs.configure(environment, backend) == ""
    assert environment == wishes
