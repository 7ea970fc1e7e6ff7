"""`course run --jobs 2`: the numbers of one process, and nobody left behind whatever happens."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course import catalog
from course.errors import CourseError
from course.experiments import jobs, run_experiment
from course.experiments.pool import Pool, how_it_ended
from tests.course import mini

pytestmark = pytest.mark.backend_independent

DIES = "import os, signal\n\ndef run(r):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
LEAVES = "import os\n\ndef run(r):\n    os._exit(3)\n"
NOISY = "def run(r):\n    print('noise [of] it')\n    r.metric('value', 0.5)\n"
WAITS = """
import os, pathlib, time

def run(r):
    folder = pathlib.Path(os.environ["COURSE_RUNS"])
    (folder / "waiting.part").write_text(str(os.getpid()))
    (folder / "waiting.part").rename(folder / "waiting")
    time.sleep(600)
"""


def write_course(root, **experiments):
    toml = mini.UNIT_TOML
    for name in experiments:
        toml = mini.add(toml, name)
    mini.write(root, toml, **experiments)
    (root / "datasets").symlink_to(Path(__file__).resolve().parents[3] / "datasets")
    return root


CHILD = """
import sys
from pathlib import Path
from course.cli import app
try:
    app(sys.argv[2:])
finally:
    heavy = {"keras", "matplotlib", "sklearn", "scipy", "jax", "tensorflow", "torch"} & set(sys.modules)
    Path(sys.argv[1]).write_text(" ".join(sorted(heavy)))
"""


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """Return what a run of two processes left, and its course; its heavy imports stand in the file ``heavy``."""
    root = tmp_path_factory.mktemp("jobs")
    home = write_course(root / "home", pictures=mini.PICTURES, dies=DIES, leaves=LEAVES, noisy=NOISY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_HOME", str(home))
        patch.setenv("COURSE_RUNS", str(root / "runs"))
        words = ["run", "all", "--jobs", "2", "--seed", "5", "--out", str(root / "out")]
        child = [sys.executable, "-c", CHILD, str(root / "heavy"), *words]
        typed = subprocess.run(child, capture_output=True, text=True, check=False)
        patch.setattr("course.data.cards.folder", lambda: home / "datasets")
        content = catalog.load(home)
        alone = {e.name: run_experiment(e, seed=5, out=root / "alone") for e in content.experiments[:4]}
    return typed, root, alone


def test_the_numbers_are_those_of_one_process(done):
    _, root, alone = done
    for name, result in alone.items():
        written = json.loads((root / "out" / name / "result.json").read_text(encoding="utf-8"))
        expected = json.loads(json.dumps(result.to_json()))
        for varying in ("seconds", "traceback"):
            written.pop(varying), expected.pop(varying)
        assert written == expected
        for picture in (root / "alone" / name).glob("*.[psg][nvi][gf]"):
            assert (root / "out" / name / picture.name).read_bytes() == picture.read_bytes(), picture.name
    assert len(list((root / "out").rglob("*.png"))) == 4


def test_table_page_and_json_are_in_the_order_of_the_catalogue(done):
    typed, root, _ = done
    names = ["good", "outside", "raises", "pictures", "dies", "leaves", "noisy"]
    content = json.loads((root / "out" / "result.json").read_text(encoding="utf-8"))
    assert [result["experiment"] for result in content["results"]] == names
    table = typed.stdout[typed.stdout.index("expected band") :]
    assert sorted(names, key=table.index) == names
    page = (root / "out" / "index.html").read_text(encoding="utf-8")
    assert sorted(names, key=lambda name: page.index(f'<article id="u01-{name}"')) == names
    assert content["jobs"] == 2
    assert content["elapsed"] > 0
    assert "2 at a time" in content["summary"]
    assert "Elapsed time" in page


def test_results_are_told_as_they_come(done):
    typed, _, _ = done
    assert typed.returncode == 1
    assert "2 experiments at a time, each in a process of its own." in typed.stdout
    for i in range(1, 8):
        assert f"\n{i}/7 " in typed.stdout
    assert "noise [of] it" in typed.stdout
    assert "one <line> [red]of[/red] text" in typed.stdout
    assert typed.stderr == ""


def test_a_process_that_dies_costs_its_experiment_only(done):
    typed, root, _ = done
    content = json.loads((root / "out" / "result.json").read_text(encoding="utf-8"))
    results = {result["experiment"]: result for result in content["results"]}
    assert [results[name]["status"] for name in ("good", "pictures", "noisy")] == ["ok"] * 3
    assert (results["dies"]["status"], results["leaves"]["status"]) == ("error", "error")
    assert "was killed (SIGKILL), as the system does when memory runs out" in results["dies"]["error"]
    assert results["leaves"]["error"] == "Its process ended by itself, with exit code 3."
    assert "fewer --jobs leave more for each" in typed.stdout
    assert results["dies"]["expected"] == {"value": [0, 1]}
    for name in ("dies", "leaves"):
        written = json.loads((root / "out" / "u01" / name / "result.json").read_text(encoding="utf-8"))
        assert written == results[name]


def test_the_parent_imports_nothing_heavy(done):
    _, root, _ = done
    assert (root / "heavy").read_text(encoding="utf-8") == ""


def test_how_a_process_ended_is_told_in_words():
    assert how_it_ended(-signal.SIGSEGV) == "Its process was ended by SIGSEGV."
    assert how_it_ended(1) == "Its process ended by itself, with exit code 1."
    assert how_it_ended(None) == "Its process stopped answering."


@pytest.fixture
def course(tmp_path, backend):
    """Return a function that starts `course` with words in a mini course, in a process of its own."""
    home = write_course(tmp_path / "home", waits=WAITS)
    (tmp_path / "runs").mkdir()
    env = os.environ | {"COURSE_HOME": str(home), "COURSE_RUNS": str(tmp_path / "runs")}
    started = []

    def start(*words):
        process = subprocess.Popen(
            [sys.executable, "-m", "course.cli", *words],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_for(what, message, seconds=200):
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, message
        time.sleep(0.1)
    return found


def is_gone(pid):
    """Tell whether a process has ended; a zombie that nobody has waited for counts."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in "ZX"


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")


@needs_proc
def test_ctrl_c_keeps_what_is_finished_and_ends_the_others(course, tmp_path):
    process = course("run", "all", "--jobs", "2")
    runs = tmp_path / "runs"
    pid = int(
        wait_for(lambda: (runs / "waiting").exists() and (runs / "waiting").read_text(), "it did not start")
    )
    wait_for(lambda: len(list(runs.rglob("u01/*/result.json"))) == 3, "the others are not finished")
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Interrupted in u01/waits." in out
    assert "Interrupted after 3 experiments" in out
    assert err == ""
    assert is_gone(pid)
    (written,) = runs.glob("*/result.json")
    content = json.loads(written.read_text(encoding="utf-8"))
    assert content["verdict"] == "interrupted"
    assert [result["experiment"] for result in content["results"]] == ["good", "outside", "raises"]


@needs_proc
def test_no_process_outlives_a_run_that_is_killed(course, tmp_path):
    process = course("run", "all", "--jobs", "2")
    waiting = tmp_path / "runs" / "waiting"
    pid = int(wait_for(lambda: waiting.exists() and waiting.read_text(), "it did not start"))
    assert not is_gone(pid)
    process.kill()
    process.wait()
    wait_for(lambda: is_gone(pid), "the worker is still there", seconds=30)


def test_a_keras_that_does_not_start_is_one_sentence(tmp_path, monkeypatch, backend):
    broken = tmp_path / "broken" / "keras"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('libthing.so: cannot open')\n")
    environment = jobs.environment(backend, 2)
    environment["PYTHONPATH"] = os.pathsep.join([str(broken.parent), environment["PYTHONPATH"]])
    experiments = catalog.load(write_course(tmp_path / "home")).experiments
    request = {"full": False, "data": None, "seed": 0, "out": str(tmp_path / "out")}
    with (
        Pool(backend, 2, environment, **request) as pool,
        pytest.raises(CourseError, match=r"could not start Keras on .*libthing.*`course doctor`"),
    ):
        list(pool.run(experiments))
