"""Control groups: where one is made, what is written into it, what the grader concludes; the kernel is simulated."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course.grading.sandbox import cgroup
from course.grading.sandbox.forkserver import ForkServer
from course.grading.sandbox.limits import Allowance
from course.processes.launcher import Launch

pytestmark = pytest.mark.backend_independent
MIB = 1 << 20
FILES = {
    "cgroup.procs": "",
    "cgroup.kill": "",
    "memory.current": f"{300 * MIB}\n",
    "memory.events": "low 0\noom 0\noom_kill 0\noom_group_kill 0\n",
    "memory.max": "max\n",
    "memory.oom.group": "0\n",
    "pids.current": "7\n",
    "pids.max": "max\n",
}


@pytest.fixture
def kernel(monkeypatch, tmp_path):
    """A tree of groups in which the folder `user/app` is delegated; a new group gets its files by itself."""
    tree = tmp_path / "cgroup"
    (tree / "user/app/shell.scope").mkdir(parents=True)
    (tree / "cgroup.subtree_control").write_text("cpu\n")
    (tree / "user/cgroup.subtree_control").write_text("cpu memory\n")
    (tree / "user/app/cgroup.subtree_control").write_text("cpu memory pids\n")
    (tree / "user/app/shell.scope/cgroup.subtree_control").write_text("\n")
    own = tmp_path / "own"
    own.write_text("1:name=systemd:/other\n0::/user/app/shell.scope\n")
    make = Path.mkdir

    def mkdir(folder, *args, **kwargs):
        make(folder, *args, **kwargs)
        if folder.name.startswith("medl-"):
            for name, text in FILES.items():
                (folder / name).write_text(text)

    monkeypatch.setattr(Path, "mkdir", mkdir)
    monkeypatch.setattr(Path, "rmdir", shutil.rmtree)
    monkeypatch.setattr(cgroup, "place", lambda place=cgroup.place: place(tree, own))
    cgroup.examine.cache_clear()
    yield tree, own
    cgroup.examine.cache_clear()


def killing(argv, **options):
    """What `subprocess.run` gives if the kernel ends the process for its memory."""
    events = Path(argv[3]).with_name("memory.events")
    events.write_text(FILES["memory.events"].replace("oom_kill 0", "oom_kill 1"))
    return subprocess.CompletedProcess(argv, -9, "", "")


def test_a_group_is_made_in_the_nearest_delegated_folder(kernel):
    tree, own = kernel
    assert cgroup.place() == tree / "user/app"
    own.write_text("0::/user\n")
    assert cgroup.place() is None  # processes are not counted there
    for text in (
        "4:memory:/user/app\n",
        "0::/../../user/app\n",
        "",
    ):  # version 1, outside of the namespace, nothing
        own.write_text(text)
        assert cgroup.place() is None


def test_a_group_counts_only_if_the_kernel_keeps_its_limit(kernel, monkeypatch):
    tree, own = kernel
    found = cgroup.examine()  # no kernel watches these files, so the process gets its memory
    assert not found.there
    assert "got more than the group may have" in found.message
    assert cgroup.group() is None
    cgroup.examine.cache_clear()
    monkeypatch.setattr(cgroup.subprocess, "run", killing)
    assert cgroup.examine() == (True, "the kernel, by control groups (cgroup v2)", tree / "user/app")
    assert not list((tree / "user/app").glob("medl-*"))  # the group of the trial is removed
    cgroup.examine.cache_clear()
    own.write_text("0::/\n")
    assert not cgroup.examine().there


def test_a_group_limits_what_comes_after_the_first_call(kernel):
    old = cgroup.place() / "medl-99999999-ab"  # a grader that was killed has left it
    old.mkdir()
    made = cgroup.Group(cgroup.place())
    assert not old.exists()
    made.limit(100 * MIB, tasks=20)
    assert (made.folder / "memory.max").read_text().startswith(str(400 * MIB))
    assert (made.folder / "pids.max").read_text().startswith("27")
    (made.folder / "memory.current").write_text(str(900 * MIB))  # a file has left something behind
    made.limit(100 * MIB, tasks=20)
    assert (made.folder / "memory.max").read_text().startswith(str(400 * MIB))
    assert not made.exceeded()
    killing(made.wrapped([]))
    assert made.exceeded()
    assert not made.exceeded()
    with made.growing() as taken:  # a process is prepared for other files
        (made.folder / "memory.current").write_text(str(930 * MIB))
        (made.folder / "pids.current").write_text("8")
    assert taken == {"memory": 30 * MIB, "pids": 1}
    assert (made.folder / "memory.max").read_text().startswith(str(430 * MIB))
    assert (made.folder / "pids.max").read_text().startswith("28")
    made.raise_limits(taken, sign=-1)
    assert (made.folder / "memory.max").read_text().startswith(str(400 * MIB))
    made.remove()
    assert not made.folder.exists()
    assert not made.exceeded()


WARM = """
import json, pathlib, socket, sys
control = socket.socket(fileno=0)
control.send(b'{"ready": true}')
order, descriptors, _, _ = socket.recv_fds(control, 65536, 1)
assert json.loads(order) == {"do": "prepare", "forbidden": ["*.softmax"]}
prepared = socket.socket(fileno=descriptors[0])
prepared.send(b'{"ready": true}')
for status in (-9, 0, -9):
    json.loads(socket.recv_fds(prepared, 65536, 2)[0])
    prepared.send(json.dumps({"ended": status}).encode())
control.recv(1)
"""


def test_a_file_that_the_kernel_ended_for_its_memory_is_told_so(kernel, tmp_path):
    launch = Launch([sys.executable, "-c", WARM], {}, jailed=True)
    server = ForkServer(launch, tmp_path, lambda: cgroup.Group(cgroup.place()))
    try:
        assert server.report(20) == {"ready": True}
        assert (server.group.folder / "cgroup.procs").read_text() == f"{server.pid}\n"
        events, reasons = server.group.folder / "memory.events", []
        for kills in (1, 2, 2):
            fork = server.fork(Allowance(memory=64), ("*.softmax",))
            events.write_text(f"oom_kill {kills}\n")
            reasons.append(fork.wait(20))
            fork.end()
        assert (server.group.folder / "memory.max").read_text().startswith(str(364 * MIB))
        # the second file goes on without one of its processes; the third one is ended by its own signal
        assert reasons == [(-9, "memory"), (0, None), (-9, None)]
    finally:
        server.end()
    assert not server.group.folder.exists()


def test_a_process_without_a_jail_has_no_group(tmp_path):
    launch = Launch([sys.executable, "-c", ""], {}, jailed=False)
    server = ForkServer(launch, tmp_path, lambda: pytest.fail("a group was made"))
    assert server.group is None
    server.end()
