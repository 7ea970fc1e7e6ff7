"""Starting and watching processes: what they are told, and what is said when one fails."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from course.distribution import launch
from course.errors import CourseError

pytestmark = pytest.mark.backend_independent

RANK = "import os, sys, time; rank = int(os.environ['RANK']); "


def python(code):
    return [sys.executable, "-S", "-c", RANK + code]


@contextlib.contextmanager
def launched(command, folder):
    """A launcher whose two workers have written their pids into a folder; it does not outlive a test that fails."""
    with subprocess.Popen(command) as process:
        try:
            while len(list(folder.glob("pid*"))) < 2 or any(not p.read_text() for p in folder.glob("pid*")):
                assert process.poll() is None
                time.sleep(0.02)
            yield process
        finally:
            process.kill()


def test_every_process_learns_its_place(tmp_path):
    code = f"open(f'{tmp_path}/{{rank}}', 'w').write(repr(dict(os.environ)))"
    assert launch.start(python(code), 3, environment={"EXTRA": "yes"}) == 0
    found = [eval((tmp_path / str(rank)).read_text(), {}) for rank in range(3)]
    assert [f["RANK"] for f in found] == [f["LOCAL_RANK"] for f in found] == ["0", "1", "2"]
    assert {f["WORLD_SIZE"] for f in found} == {"3"}
    assert {f["EXTRA"] for f in found} == {"yes"}
    assert len({(f["MASTER_ADDR"], f["MASTER_PORT"]) for f in found}) == 1
    configs = [json.loads(f["TF_CONFIG"]) for f in found]
    assert [c["task"]["index"] for c in configs] == [0, 1, 2]
    workers = configs[0]["cluster"]["worker"]
    assert len(set(workers)) == 3
    assert all(c["cluster"]["worker"] == workers for c in configs)


def test_a_killed_worker_ends_the_others_and_is_named(tmp_path):
    code = (
        "print('about to go', flush=True)\n"
        "if rank == 1: os.kill(os.getpid(), 9)\n"
        f"open(f'{tmp_path}/{{rank}}', 'w').write(str(os.getpid()))\n"
        "time.sleep(600)"
    )
    with pytest.raises(launch.WorkerFailed) as caught:
        launch.start([*python("pass")[:-1], RANK + "\n" + code], 3, grace=0.5)
    assert (caught.value.rank, caught.value.code) == (1, -signal.SIGKILL)
    message = str(caught.value)
    assert "Worker 1 of 3 was killed by SIGKILL" in message
    assert "goes on from the last checkpoint" in message
    assert "about to go" in message  # its last words
    for path in tmp_path.iterdir():
        with pytest.raises(ProcessLookupError):
            os.kill(int(path.read_text()), 0)


def test_a_failed_worker_is_named_with_its_exit_code_and_output():
    code = "\nif rank == 1: sys.exit('no such file')\ntime.sleep(600)"
    with pytest.raises(launch.WorkerFailed, match=r"Worker 1 of 2 ended with exit code 1") as caught:
        launch.start(python(code), 2, grace=0.1)
    assert "no such file" in str(caught.value)


def test_a_signal_is_blamed_before_those_who_noticed():
    """When both have ended between two looks the one that was killed is the cause."""
    code = "\nif rank == 0: sys.exit(3)\nos.kill(os.getpid(), 9)"
    workers = [
        subprocess.Popen(python(code), env={**os.environ, "RANK": str(rank)}, stderr=subprocess.DEVNULL)
        for rank in (0, 1)
    ]
    for w in workers:
        w.wait()
    assert launch._watch(workers, (0,)) == 1


def test_exit_codes_that_are_verdicts_are_returned():
    assert launch.start(python("sys.exit(1)"), 2, verdicts=(0, 1)) == 1


def test_only_the_main_process_speaks(capfd):
    launch.start(python("print('I am', rank)"), 2)
    assert capfd.readouterr().out == "I am 0\n"


def test_ctrl_c_ends_all(tmp_path):
    """The launcher alone gets the signal: it passes it on, waits, and says 130."""
    script = tmp_path / "script.py"
    script.write_text(
        "import os, time, pathlib\n"
        "try:\n"
        f"    pathlib.Path(r'{tmp_path}', 'pid' + os.environ['RANK']).write_text(str(os.getpid()))\n"
        "    time.sleep(600)\n"
        "except KeyboardInterrupt:\n"
        f"    pathlib.Path(r'{tmp_path}', 'kept' + os.environ['RANK']).touch()\n"
    )
    command = [sys.executable, "-m", "course.distribution.launch", "--processes", "2", str(script)]
    with launched(command, tmp_path) as process:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    assert sorted(p.name for p in tmp_path.glob("kept*")) == ["kept0", "kept1"]


def test_a_request_to_end_reaches_the_workers(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import os, time, pathlib\n"
        f"pathlib.Path(r'{tmp_path}', 'pid' + os.environ['RANK']).write_text(str(os.getpid()))\n"
        "time.sleep(600)\n"
    )
    command = [sys.executable, "-m", "course.distribution.launch", "--processes", "2", str(script)]
    with launched(command, tmp_path) as process:
        process.terminate()
        assert process.wait(60) == 128 + signal.SIGTERM
    for path in tmp_path.glob("pid*"):
        with pytest.raises(ProcessLookupError):
            os.kill(int(path.read_text()), 0)


def test_what_cannot_be_started_is_said():
    with pytest.raises(CourseError, match="cannot be started"):
        launch.start(["/no/such/program"], 2)
    with pytest.raises(CourseError, match="1 or more"):
        launch.start(python("pass"), 0)
