"""What students run works on Windows and macOS as far as that can be read: no fork, and nothing that only POSIX has.

The sandbox of the grader is Linux's own. Elsewhere a name that some system lacks is used behind a question in the same
file (`hasattr`, `getattr`), or is listed here with what stands before it.
"""

import ast
import re
import sys
from pathlib import Path

import pytest

from course import CourseError
from course.cli import bench

pytestmark = pytest.mark.backend_independent
ROOT = Path(__file__).resolve().parents[2]
SANDBOX = "course/grading/sandbox/"
MODULES = {
    "fcntl",
    "resource",
    "pwd",
    "grp",
    "termios",
    "tty",
    "pty",
    "syslog",
    "posix",
    "curses",
    "readline",
}
OF_OS = {
    "fork",
    "forkpty",
    "geteuid",
    "getuid",
    "getgid",
    "getegid",
    "setsid",
    "killpg",
    "getpgid",
    "setpgid",
    "getpgrp",
    "sched_getaffinity",
    "sched_setaffinity",
    "uname",
    "mkfifo",
    "chown",
    "lchown",
    "statvfs",
    "nice",
    "getpriority",
    "setpriority",
    "wait4",
    "waitid",
    "pidfd_open",
    "getloadavg",
    "fchmod",
    "sysconf",
    "sync",
    "posix_spawn",
    "register_at_fork",
    "set_blocking",
}
OF_SIGNAL = {
    "SIGKILL",
    "SIGALRM",
    "alarm",
    "setitimer",
    "SIGHUP",
    "SIGSTOP",
    "SIGCONT",
    "SIGCHLD",
    "SIGUSR1",
    "SIGQUIT",
    "SIGPIPE",
}
ALLOWED = {
    ("course/bench/memory.py", "resource"): 'find_spec("resource")',  # in the command, which alone needs it
    ("course/bench/worker.py", "sched_getaffinity"): 'hasattr(os, "sched_setaffinity")',
    ("course/experiments/jobs.py", "uname"): 'sys.platform == "darwin"',
    ("course/gate/stages.py", "geteuid"): 'shutil.which("apt-get")',
    ("course/processes/process.py", "killpg"): 'os.name == "posix"',
    ("course/processes/process.py", "SIGKILL"): 'os.name == "posix"',
    ("course/processes/processor_time.py", "sysconf"): "/proc/self/task/",
}


def posix_names(source):
    """The names in a file that some system lacks, without those that the file asks for."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            whole = (
                [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            )
            yield from MODULES & {name.split(".")[0] for name in whole}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            names = {"os": OF_OS, "signal": OF_SIGNAL}.get(node.value.id, ())
            if node.attr in names and not re.search(rf"(has|get)attr\(\w+, \"{node.attr}\"", source):
                yield node.attr


def without_encoding(source):
    """The lines that read or write text in the encoding of the system, which is not UTF-8 everywhere."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or any(k.arg in ("encoding", None) for k in node.keywords):
            continue
        called, given = ast.unparse(node.func), {k.arg for k in node.keywords}
        mode = node.args[1].value if len(node.args) > 1 and isinstance(node.args[1], ast.Constant) else "r"
        if (
            (called.endswith(".read_text") and not node.args)
            or (called.endswith(".write_text") and len(node.args) < 2)
            or (called == "open" and "b" not in str(mode))
            or (called.startswith("subprocess.") and given & {"text", "universal_newlines"})
        ):
            yield node.lineno


FILES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for folder in ("course", "units")
    for path in (ROOT / folder).rglob("*.py")
}


def test_no_name_that_only_some_systems_have():
    found = {(file, name) for file, text in FILES.items() for name in posix_names(text)}
    found = {(file, name) for file, name in found if not file.startswith(SANDBOX)}
    assert found == set(ALLOWED)
    for (file, _), guard in ALLOWED.items():
        assert guard in FILES["course/cli/bench.py" if file == "course/bench/memory.py" else file], file


def test_the_bench_says_what_a_system_lacks(monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)  # as on Windows
    with pytest.raises(CourseError, match="On Windows run it in WSL 2"):
        bench.bench(["mlp"])


def test_new_processes_are_started_and_not_forked():
    """Of multiprocessing, which forks by default on Linux, nothing is used outside of the sandbox but by `spawn`."""
    naming = [
        file for file, text in FILES.items() if re.search(r"\bmultiprocessing\b|ProcessPoolExecutor", text)
    ]
    for file in naming:
        assert file.startswith(SANDBOX) or 'get_context("spawn")' in FILES[file], file


def test_text_has_an_encoding():
    lines = {f"{file}:{line}" for file, text in FILES.items() for line in without_encoding(text)}
    assert not {line for line in lines if not line.startswith(SANDBOX)}


def test_what_is_found():
    assert list(posix_names("import fcntl")) == ["fcntl"]
    assert list(posix_names("import os\nos.fork()")) == ["fork"]
    assert list(posix_names('import os\nhasattr(os, "nice") and os.nice(1)')) == []
    assert list(without_encoding("p.read_text()\np.read_text('utf-8')\nopen(p, 'rb')\nopen(p)")) == [1, 4]
    assert list(without_encoding("subprocess.run(a, text=True)\nsubprocess.run(a)")) == [1]
