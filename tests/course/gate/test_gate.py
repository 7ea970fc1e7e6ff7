"""The gate: which tests a change reaches, what the units cost, and what the command line says."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import psutil
import pytest

from course.errors import CourseError
from course.gate import changed, costs, speed, stages
from course.gate.stages import ROOT
from course.grading.sandbox import launcher

pytestmark = pytest.mark.backend_independent

FILES = {
    "course/__init__.py": "from course.errors import CourseError\n_names = ['course.training']\n",
    "course/errors.py": "class CourseError(Exception): pass\n",
    "course/words.py": "def plural(n): return n\n",
    "course/catalog/__init__.py": "from course import words\n",
    "course/cli/__init__.py": "from .. import catalog\n",
    "course/training/__init__.py": "from course.training.gradients import grad\n",
    "course/training/gradients.py": "adapter = import_module(f'course.training.{backend}')\n",
    "course/training/torch.py": "",
    "units/__init__.py": "",
    "units/u01_lines/__init__.py": "",
    "units/u01_lines/line.py": "import course\n",
    "units/u01_lines/unit.toml": 'data = ["digits"]\n',
    "units/u02_curves/__init__.py": "",
    "units/u02_curves/curve.py": "from units.u01_lines.line import Line\n",
    "units/u02_curves/unit.toml": 'data = ["moons"]\n',
    "datasets/digits/card.toml": "",
    "slides/u02_curves.md": "",
    "README.md": "",
    "docs/grading.md": "",
    "setup.cfg": "",
    "tests/conftest.py": "",
    "tests/course/test_words.py": "from course.words import plural\n",
    "tests/course/test_grad.py": "import course\ng = course.grad\n",
    "tests/course/test_pages.py": "PAGES = ['README.md']\n",
    "tests/course/test_docs.py": "PAGES = (ROOT / 'docs').glob('*.md')\n",
    "tests/course/test_jail.py": "FILES = (ROOT / 'tests/hostile').glob('*.py')\n",
    "tests/hostile/forks.py": "",
    "tests/course/test_alone.py": "",
    "tests/meta/test_commands.py": "run(python, '-m', 'course.cli')\n",
    "tests/units/u01_lines/test_line.py": "from units.u01_lines import line\n",
    "tests/units/u02_curves/test_curve.py": "from units.u02_curves.curve import Curve\n",
}


def git(folder, *arguments):
    person = ["-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *person, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkout")
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "all")
    return folder


@pytest.mark.parametrize(
    ("path", "engine", "content", "units"),
    [
        # words ← catalog ← cli ← the test that names the module "course.cli"
        ("course/words.py", {"course/test_words", "meta/test_commands"}, set(), set()),
        # course.grad is imported when it is used first, and it imports the backends by a name put together
        ("course/training/torch.py", {"course/test_grad"}, set(), set()),
        ("course/training/gradients.py", {"course/test_grad"}, set(), set()),
        # u02 imports u01; and the catalogue reads both
        (
            "units/u01_lines/line.py",
            set(),
            {"units/u01_lines/test_line", "units/u02_curves/test_curve", "meta/test_commands"},
            {"u01", "u02"},
        ),
        ("units/u02_curves/curve.py", set(), {"units/u02_curves/test_curve", "meta/test_commands"}, {"u02"}),
        ("slides/u02_curves.md", set(), {"meta/test_commands"}, {"u02"}),
        ("datasets/digits/card.toml", set(), {"meta/test_commands"}, {"u01"}),
        ("README.md", {"course/test_pages"}, set(), set()),
        # a test names the folder only
        ("docs/grading.md", {"course/test_docs"}, set(), set()),
        ("tests/hostile/forks.py", {"course/test_jail", "hostile/forks"}, set(), set()),
        ("tests/course/test_alone.py", {"course/test_alone"}, set(), set()),
    ],
)
def test_what_a_change_reaches(checkout, path, engine, content, units):
    found = changed.reach(checkout, [path])
    assert not found.everything
    assert found.engine == {f"tests/{name}.py" for name in engine}
    assert found.content == {f"tests/{name}.py" for name in content}
    assert found.units == units


@pytest.mark.parametrize("path", ["setup.cfg", "tests/conftest.py", ".ci/run"])
def test_settings_of_all_tests_reach_all(checkout, path):
    found = changed.reach(checkout, [path])
    assert found.everything
    assert found.holds("tests/course/test_alone.py", "tests/course/test_alone.py::test_a")


def test_of_the_tests_that_name_a_unit_those_of_reached_units_run(checkout):
    found = changed.reach(checkout, ["units/u02_curves/curve.py"])
    file = "tests/meta/test_commands.py"
    assert found.holds(file, f"{file}::test_lesson[u02]")
    assert found.holds(file, f"{file}::test_list")
    assert not found.holds(file, f"{file}::test_lesson[u01]")
    assert not found.holds("tests/course/test_words.py", "tests/course/test_words.py::test_plural")


def test_changed_files_are_those_since_main_and_those_not_committed(checkout):
    assert changed.changed_files(checkout) == []
    git(checkout, "switch", "--quiet", "--create", "work")
    (checkout / "course/words.py").write_text("def plural(n): return str(n)\n", "utf-8")
    git(checkout, "commit", "--quiet", "--all", "--message", "words")
    (checkout / "README.md").write_text("more", "utf-8")
    (checkout / "units/u01_lines/new.py").write_text("", "utf-8")
    try:
        assert changed.changed_files(checkout) == ["README.md", "course/words.py", "units/u01_lines/new.py"]
        with pytest.raises(CourseError, match="nosuch"):
            changed.changed_files(checkout, "nosuch")
    finally:
        (checkout / "units/u01_lines/new.py").unlink()
        git(checkout, "checkout", "--quiet", "README.md")
        git(checkout, "switch", "--quiet", "main")


def test_the_plugin_deselects_what_is_not_reached(tmp_path, monkeypatch):
    changed.Reach(False, {"tests/a.py"}, {"tests/b.py"}, {"u03"}).save(tmp_path / "reach.json")
    monkeypatch.setenv(changed.VARIABLE, str(tmp_path / "reach.json"))
    names = ["tests/a.py::test_1", "tests/b.py::test_2[u03]", "tests/b.py::test_2[u04]", "tests/c.py::test_3"]
    items = [Item(n, ROOT / n.partition("::")[0]) for n in names]
    gone = []
    config = SimpleNamespace(hook=SimpleNamespace(pytest_deselected=lambda items: gone.extend(items)))
    changed._of_this_run.cache_clear()
    try:
        changed.pytest_collection_modifyitems(config, items)
    finally:
        changed._of_this_run.cache_clear()
    assert [i.nodeid for i in items] == names[:2]
    assert [i.nodeid for i in gone] == names[2:]


class Item:
    def __init__(self, nodeid, path):
        self.nodeid, self.path = nodeid, path


def test_every_file_of_the_real_course_reaches_its_own_tests():
    graph = changed.Imports(ROOT)
    reached = graph.reached_by({"course/training/torch.py"})
    assert {"course/training/gradients.py", "tests/course/training/trainers/test_fit.py"} <= reached
    assert "tests/course/test_words.py" not in reached


@pytest.mark.parametrize(
    ("nodeid", "place"),
    [
        ("tests/units/u03_optimization/test_lbfgs.py::test_a", "u03"),
        ("tests/meta/test_lessons.py::test_lesson[u02]", "u02"),
        ("tests/meta/test_exercises.py::test_certified[u04/ex03]", "u04"),
        ("tests/units/test_degenerate_inputs.py::test_a", "units"),
        ("tests/course/training/published_steps/test_parity.py::test_a", "training"),
        ("tests/parity/test_steps.py::test_a", "parity"),
        ("tests/grading/test_batch.py::test_a", "grading"),
        ("tests/course/test_words.py::test_a", "tests"),
    ],
)
def test_where_a_test_is_counted(nodeid, place):
    assert costs.places(nodeid) == {place}


def test_units_that_a_name_has_together_share_the_time():
    assert costs.places("tests/meta/test_exercises.py::test_class[u01-u02]") == {"u01", "u02"}
    counted = costs.Costs()
    counted.now_at({"u01", "u02"})
    sum(i * i for i in range(1_000_000))
    counted.now_at({"end"})
    assert counted.seconds["u01"] == counted.seconds["u02"] > 0


def written(files=(), measured=(1.0,), **minutes):
    """What a stage writes that cost so many minutes at these places."""
    seconds = {place: 60.0 * amount for place, amount in minutes.items()}
    return {"seconds": seconds, "files": dict(files), "speed": list(measured)}


def test_the_table_adds_up_and_names_a_unit_that_is_over_its_budget(monkeypatch):
    monkeypatch.setattr(costs, "DEARER", {})
    files = {"u02 tests/a.py": 200.0, "u02 tests/b.py": 30.0, "u01 tests/a.py": 500.0, "u02 ": 900.0}
    lines, over = costs.table(
        {
            "jax": written(files, start=1, u01=2, u02=4, training=5),
            "torch": written({"u02 tests/b.py": 15.0}, u01=1, u02=1.5),
        }
    )
    assert over == ["u02"]
    assert [line.split() for line in lines[:3]] == [
        ["processor", "minutes", "jax", "torch", "all"],
        ["u01", "2.0", "1.0", "3.0"],
        ["u02", "4.0", "1.5", "5.5"],
    ]
    assert any("engine costs 6.0 of 15 minutes" in line for line in lines)
    (at,) = [i for i, line in enumerate(lines) if line.startswith("u02 costs 5.5 minutes")]
    assert [line.split() for line in lines[at + 1 :]] == [
        ["200", "s", "tests/a.py"],
        ["45", "s", "tests/b.py"],
    ]


def test_a_unit_that_was_dearer_before_has_a_limit_of_its_own_above_the_common_one(monkeypatch):
    most = costs.TOLERANCE * costs.UNIT_MINUTES
    assert all(limit > most for limit in costs.DEARER.values())
    monkeypatch.setattr(costs, "DEARER", {"u02": 8})
    for minutes, over in ((7.9, []), (8.1, ["u02"])):
        lines, found = costs.table({"jax": written(u02=minutes, u03=4.9)})
        assert found == over
        assert any("at the very most 5 (for now u02 may cost 8)" in line for line in lines)
    assert costs.table({"jax": written(u03=5.1)})[1] == ["u03"]


def test_the_dearest_files_of_an_engine_over_its_budget_are_named():
    files = {"training tests/a.py": 3.0, "u01 tests/a.py": 80.0, "data tests/b.py": 9.0}
    fine, over = (costs.table({"jax": written(files, training=t)})[0] for t in (18.0, 19.0))
    assert [line.split() for line in over[-2:]] == [["9", "s", "tests/b.py"], ["3", "s", "tests/a.py"]]
    assert "The engine's dearest files:" in over
    assert "The engine's dearest files:" not in fine


def test_a_machine_that_needs_twice_the_time_has_the_same_minutes():
    """The reference's own time is one; the budgets are compared with what the reference would have needed."""
    assert speed.slowness([]) == 1
    assert speed.slowness([2, 2, 90.0]) == 2
    lines, over = costs.table({"jax": written(measured=[2], u01=9, training=4)})
    assert over == []
    assert lines[1].split() == ["u01", "4.5", "4.5"]
    assert any("this one needed 2.00 (jax) times its processor time" in line for line in lines)
    assert costs.table({"jax": written(u01=9)})[1] == ["u01"]


def test_each_stage_is_divided_by_its_own_speed(monkeypatch):
    """Stages that ran beside other work do not make the minutes of the others smaller."""
    monkeypatch.setattr(costs, "DEARER", {})
    busy, alone = [2], [1]
    file = {"u01 tests/a.py": 120.0}
    lines, over = costs.table(
        {
            "jax": written(file, busy, u01=4),
            "torch": written(file, alone, u01=4),
            "grading": written((), alone, u01=1),
        }
    )
    assert over == ["u01"]  # 2 + 4 + 1 minutes; all by the median speed: 9, all by the slower one: 4.5
    assert lines[1].split() == ["u01", "2.0", "4.0", "1.0", "7.0"]
    assert any("needed 2.00 (jax), 1.00 (torch), 1.00 (grading) times" in line for line in lines)
    assert lines[-1].split() == ["180", "s", "tests/a.py"]  # 60 + 120


def test_the_speed_is_that_of_work_which_is_always_the_same():
    assert speed.work() == speed.work()
    assert speed.compile_small_functions(1) == pytest.approx(speed.compile_small_functions(2))
    assert 0.05 < speed.Meter()() < 50


def test_the_stages_that_compile_are_measured_by_compiling_in_a_process_of_its_own():
    assert [speed.kind_of(stage) for stage in stages.TESTS] == [
        "jax",
        "tensorflow",
        "python",
        "python",
        "python",
    ]
    meter = speed.Meter("jax")
    assert 0.05 < meter() < 50
    process = meter._process
    if os.name == "posix":
        process.send_signal(signal.SIGINT)  # a terminal's Ctrl-C; then the stage measures once more
    assert 0.05 < meter() < 50
    assert meter._process is process
    meter.close()
    assert process.returncode == 0


def test_a_process_that_measures_and_has_ended_is_noticed():
    meter = speed.Meter("jax")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", ""], **pipes) as meter._process:
        meter._process.wait()
        with pytest.raises(RuntimeError, match="measures how fast jax compiles has ended"):
            meter()
        with contextlib.suppress(BrokenPipeError):
            meter._process.stdin.close()


def test_the_commands_of_a_stage_add_up_in_its_file(tmp_path, monkeypatch):
    file = tmp_path / "plain.json"
    monkeypatch.setenv(costs.VARIABLE, str(file))
    for place in ("u01", "u01", "u02"):
        monkeypatch.setattr(costs, "_costs", counted := costs.Costs())
        monkeypatch.setattr(costs, "_speed", [0.1])
        monkeypatch.setattr(costs, "_meter", speed.Meter())
        counted.seconds[place] = counted.files[f"{place} a.py"] = 1.0
        costs.pytest_sessionfinish()
    found = costs.read(file)
    for kind, after in (("seconds", ""), ("files", " a.py")):
        assert (found[kind][f"u01{after}"], found[kind][f"u02{after}"]) == (2.0, 1.0)
    assert len(found["speed"]) == 6


class Constant(speed.Meter):
    """A machine whose speed is always the same."""

    def __call__(self):
        return 0.1


def test_the_speed_is_measured_again_and_again(tmp_path, monkeypatch):
    """The speed of a shared machine changes while a stage runs."""
    monkeypatch.setenv(costs.VARIABLE, str(tmp_path / "jax.json"))
    monkeypatch.setattr(costs, "_costs", costs.Costs())
    monkeypatch.setattr(costs, "_speed", [])
    monkeypatch.setattr(costs, "_meter", Constant())
    now = iter([1000.0, 1005.0, 1300.0, 1300.0, 1310.0, 1320.0])
    monkeypatch.setattr(costs, "time", SimpleNamespace(monotonic=lambda: next(now)))
    costs._measure_speed()
    for test in ("a", "b", "c"):
        costs.pytest_runtest_logstart(f"tests/units/u01_lines/test_line.py::test_{test}")
    costs.pytest_sessionfinish()
    assert costs.read(tmp_path / "jax.json")["speed"] == [0.1, 0.1, 0.1]


def test_processor_time_goes_to_the_place_that_used_it():
    counted = costs.Costs()
    counted.now_at({"idle"})
    counted.now_at({"busy"})
    sum(i * i for i in range(3_000_000))
    subprocess.run([sys.executable, "-c", "sum(i * i for i in range(3_000_000))"], check=True)
    counted.now_at({"end"})
    assert counted.seconds["start"] > 0  # the imports of this process
    assert counted.seconds["busy"] > 2 * counted.seconds["idle"]
    assert counted.seconds["busy"] > 0


@pytest.mark.skipif(os.name != "posix", reason="the signals are those of Unix")
def test_what_a_process_used_counts_though_nobody_waited_for_it():
    """The child is killed, and then its own child, which has worked: nobody waits for that one."""
    work = (
        "import os, time\n"
        "while time.process_time() < 1.5: sum(range(1000))\n"
        "print(os.getpid(), flush=True)\n"
        "time.sleep(60)"
    )
    child = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {work!r}]).wait()"
    counted = costs.Costs()
    counted.now_at({"busy"})
    with subprocess.Popen([sys.executable, "-c", child], stdout=subprocess.PIPE, text=True) as process:
        grandchild = int(process.stdout.readline())
        time.sleep(4 * costs.LOOKS_EVERY)  # it is looked at once more
        process.kill()
        process.wait()
        os.kill(grandchild, signal.SIGKILL)
    while psutil.pid_exists(grandchild) and psutil.Process(grandchild).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    counted.now_at({"end"})
    assert counted.seconds["busy"] > 1.5


HANGS = """
import sys
from pathlib import Path
from course.gate import stages
stages.LOGS = Path(sys.argv[1])
stages.TELLS_EVERY = 0.2
works = "import faulthandler, os, time; faulthandler.enable(); "
works += "print('tests/a.py .. [  7%]', os.getpid(), flush=True); time.sleep(120)"
stages.commands = lambda stage, options=(): [[sys.executable, "-c", works]]
stages.main(["lint"])
"""


@pytest.mark.skipif(os.name != "posix", reason="the signals are those of Unix")
def test_a_gate_that_is_ended_from_outside_says_what_was_running(tmp_path):
    """A stage that hangs until CI's time is over would otherwise leave no trace in CI's log."""
    log = tmp_path / "logs" / "lint.log"
    command = [sys.executable, "-c", HANGS, str(log.parent)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8") as gate:
        while not (log.is_file() and log.read_text("utf-8").endswith("\n")):
            assert gate.poll() is None
            time.sleep(0.05)
        time.sleep(1)
        gate.terminate()
        said = gate.stdout.read()
    assert gate.returncode == 128 + signal.SIGTERM
    before, after = said.split("The gate was ended from outside.")
    (line,) = [line for line in after.splitlines() if line.startswith("tests/a.py .. [")]
    assert "  lint: 7% of its tests have run" in before.splitlines()
    assert 'File "<string>", line 1 in <module>' in after  # where it was
    stage = int(line.split()[-1])
    while psutil.pid_exists(stage) and psutil.Process(stage).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.05)


@pytest.mark.parametrize(("test", "status"), [("pass", 0), ("assert False", 1)])
def test_a_stage_ends_with_its_tests_though_a_thread_goes_on(tmp_path, test, status):
    file = tmp_path / "test_thread.py"
    file.write_text(
        "import threading, time\n"
        "def test():\n"
        "    threading.Thread(target=time.sleep, args=(250,)).start()\n"
        f"    {test}\n"
    )
    command = [sys.executable, "-m", "course.gate.run_tests", "-q", "-p", "no:cacheprovider", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == status, done.stdout
    assert f"1 {('passed', 'failed')[status]}" in done.stdout


def test_the_command_line(capsys):
    assert stages.main(["nosuch"]) == 2
    assert "no stage nosuch; there are lint, " in capsys.readouterr().err
    assert "course.gate.costs" in stages.commands("jax")[0]
    assert "course.gate.changed" in stages.commands("parity")[0]


@pytest.mark.parametrize(("minutes", "status"), [(4.9, 0), (5.1, 1)])
def test_a_unit_that_is_a_quarter_over_its_budget_fails_the_gate(
    minutes, status, monkeypatch, tmp_path, capsys
):
    def run(stage, options):
        (tmp_path / f"{stage}.json").write_text(json.dumps(written(u02=minutes / 2)), "utf-8")
        return True, 1.0, "3 passed"

    monkeypatch.setattr(stages, "LOGS", tmp_path)
    monkeypatch.setattr(costs, "DEARER", {})
    monkeypatch.setattr(stages, "_run", run)
    monkeypatch.setattr(stages, "installed", lambda backend: True)
    assert stages.main(["jax", "tensorflow"]) == status
    last = capsys.readouterr().out.splitlines()
    assert ("budget: FAILED u02 costs too much processor time: see the table" in last) == bool(status)
    assert ("has FAILED" in last[-1]) == bool(status)


def test_training_without_the_fast_paths_is_a_stage_on_each_backend():
    environments = stages.environments("plain")
    assert [e["KERAS_BACKEND"] for e in environments] == list(stages.BACKENDS)
    assert {e["COURSE_FAST"] for e in environments} == {"0"}
    assert len({e[costs.VARIABLE] for e in environments}) == 1
    assert len(stages.commands("plain")) == 3
    assert {e.get("COURSE_FAST") for e in stages.environments("jax")} == {os.environ.get("COURSE_FAST")}


def test_small_programs_are_compiled_quickly_and_the_backends_compared_as_users_run_them(monkeypatch):
    for variable, value, backend in (
        ("JAX_DISABLE_MOST_OPTIMIZATIONS", "1", "jax"), ("COURSE_GRAPH_OPTIMIZER", "0", "tensorflow"),
    ):  # fmt: skip
        monkeypatch.delenv(variable, raising=False)
        jailed = launcher.environment(backend, "/tmp", "/tmp")
        assert stages.environment(backend)[variable] == jailed[variable] == value
        assert variable not in stages.environment("parity")


def test_the_tests_that_failed_are_named_at_the_end(monkeypatch, tmp_path):
    """CI shows the last lines of the gate, so the names of failed tests stand there."""
    monkeypatch.setattr(stages, "LOGS", tmp_path)
    (tmp_path / "torch.log").write_text(
        "E   assert 1 == 2\nFAILED tests/test_a.py::test_b - assert 1 == 2\nERROR tests/test_c.py::test_d\n2 failed\n"
    )
    assert stages.failed_tests("torch") == [
        "torch: FAILED tests/test_a.py::test_b - assert 1 == 2", "torch: ERROR tests/test_c.py::test_d"
    ]  # fmt: skip


@pytest.mark.skipif(os.name != "posix", reason="the calls are those of Unix")
@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("time.sleep(600)", "Timeout (0:00:02)!"),
        ("ctypes.string_at(0)", "Fatal Python error: Segmentation fault"),
    ],
)
def test_a_test_that_does_not_end_is_named_with_the_place_where_it_was(monkeypatch, tmp_path, call, reason):
    """CI shows only the last lines of the gate; a test that hung or crashed has no line of pytest there."""
    monkeypatch.setattr(stages, "LOGS", tmp_path)
    file = tmp_path / "test_ends.py"
    file.write_text(
        f"import ctypes, time\ndef test_before():\n    pass\ndef waits():\n    {call}\ndef test():\n    waits()\n"
    )
    limits = ["-o", "faulthandler_timeout=2", "-o", "faulthandler_exit_on_timeout=true"]
    command = [
        sys.executable,
        "-m",
        "course.gate.run_tests",
        "-q",
        *limits,
        "-p",
        "no:cacheprovider",
        str(file),
    ]
    with (tmp_path / "torch.log").open("w") as log:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=stages.environment("torch"),
            stdout=log,
            stderr=log,
            check=False,
            timeout=120,
        )
    assert done.returncode
    assert stages.failed_tests("torch") == []
    first, *calls = stages.stopped_test("torch")
    assert first.startswith("torch: FAILED ")
    assert first.endswith(f"test_ends.py::test did not end. {reason}")
    assert "in waits" in "".join(calls[:4])
    assert len(calls) <= 62


def test_a_stage_whose_tests_failed_has_no_test_that_did_not_end(monkeypatch, tmp_path):
    monkeypatch.setattr(stages, "LOGS", tmp_path)
    (tmp_path / "torch.log").write_text("FAILED tests/test_a.py::test_b - assert 1 == 2\n1 failed\n")
    assert stages.stopped_test("torch") == []
